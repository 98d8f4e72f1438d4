//! What a browser does of its own: it keeps cookies, follows links of its site, and fills in forms.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, Url, redirect};

/// A browser with its cookies.
pub struct Browser {
    pub url: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page, read.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Where it is.
    pub at: String,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let http = reqwest::Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        Self { url: url.to_owned(), http, cookies: Mutex::default() }
    }

    /// A browser in which a user of the demo world is signed in.
    pub async fn of(url: &str, user: &str) -> Self {
        let browser = Self::new(url);
        let page = browser.post("/auth/demo", &[("user", user)]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        browser
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().insert(name.to_owned(), value.to_owned());
    }

    /// One request, and no other that its answer leads to.
    pub async fn once(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        form: Option<&[(&str, &str)]>,
    ) -> Page {
        let mut of_form = headers.to_vec();
        let body = form.map(|form| {
            let mut body = Url::parse("form:").unwrap();
            body.query_pairs_mut().extend_pairs(form);
            of_form.push(("content-type", "application/x-www-form-urlencoded"));
            body.query().unwrap_or_default().to_owned()
        });
        self.once_with(method, path, &of_form, body.unwrap_or_default()).await
    }

    /// One request with a body of any kind.
    pub async fn once_with(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Page {
        let at = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let cookies: Vec<_> = self.cookies.lock().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.http.request(method, &at).header(COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.set_cookie(name, value);
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap(), at }
    }

    async fn followed(&self, mut page: Page) -> Page {
        for _ in 0..10 {
            let Some(next) = page.headers.get(LOCATION) else { return page };
            let next = Url::parse(&page.at).unwrap().join(next.to_str().unwrap()).unwrap();
            page = self.once(Method::GET, next.as_str(), &[], None).await;
        }
        panic!("the browser is sent round in a circle")
    }

    pub async fn get(&self, path: &str) -> Page {
        let page = self.once(Method::GET, path, &[], None).await;
        self.followed(page).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let headers = [("sec-fetch-site", "same-origin")];
        let page = self.once(Method::POST, path, &headers, Some(form)).await;
        self.followed(page).await
    }

    /// Fills in the form of a command on a page and sends it.
    pub async fn send(&self, page: &Page, command: &str, filled: &[(&str, &str)]) -> Page {
        let hidden = page.hidden(command);
        let mut form: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        form.extend_from_slice(filled);
        self.post(&format!("/board/do/{command}"), &form).await
    }
}

impl Page {
    /// The hidden fields of the first form of a command.
    #[track_caller]
    pub fn hidden(&self, command: &str) -> Vec<(String, String)> {
        let action = format!("action=\"/board/do/{command}\"");
        let form = self.text.split("<form").find(|form| form.contains(&action));
        let form = form.unwrap_or_else(|| panic!("no form of {command} in {}", self.text));
        let form = form.split("</form>").next().unwrap();
        let inputs = form.split("<input").filter(|input| input.starts_with(" type=\"hidden\""));
        let part = |input: &str, name: &str| {
            let after = input.split(&format!("{name}=\"")).nth(1).unwrap();
            unescaped(after.split('"').next().unwrap())
        };
        inputs.map(|input| (part(input, "name"), part(input, "value"))).collect()
    }

    /// The addresses that it links to within the board.
    pub fn links(&self) -> Vec<String> {
        let links = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        links.map(unescaped).filter(|link| link.starts_with("/board/") && !link.contains("/assets/")).collect()
    }

    /// What a reader reads, and what is in attributes: all but tags.
    pub fn words(&self) -> String {
        unescaped(&self.text)
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
