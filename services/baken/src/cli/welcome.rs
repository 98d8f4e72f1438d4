//! What `baken demo` prints: where everything is, and a call to paste for each role.

use std::fmt::Write as _;
use std::path::Path;

use care_path::PersonId;

use super::Failure;
use crate::demo::{self, Loaded};
use crate::sources::{Clock, SystemClock};

/// What each role may try first: the user, what they see, and the path; a body makes it a write.
struct Call {
    user: &'static str,
    says: &'static str,
    path: String,
    body: Option<&'static str>,
}

fn calls(marek: PersonId) -> Vec<Call> {
    let read = |user, says, path: &str| Call { user, says, path: path.to_owned(), body: None };
    let of_marek = |part: &str| format!("/v1/persons/{marek}{part}");
    vec![
        read("coordinator-rotterdam", "Marek's case, twelve steps, both times", &of_marek("/timeline")),
        Call {
            user: "night-shelter-rotterdam",
            says: "takes in somebody without a name",
            path: "/v1/signals".to_owned(),
            body: Some(r#"{"channel": "shelter_intake"}"#),
        },
        read("outreach-rotterdam", "whom to look out for", "/v1/lookouts"),
        read("street-doctor-rotterdam", "who waits for a doctor", "/v1/worklist"),
        read("supporter-rotterdam", "whom they support", "/v1/persons"),
        read("assessor-rotterdam", "whose rights are to be assessed", "/v1/worklist"),
        read("police-rotterdam", "the care alert for Marek, and nothing else of him", &of_marek("")),
        read("liaison-pl", "the handovers to Poland that the person consents to", "/v1/handovers"),
        read("receiving-pl", "whom they are to take over, as the person consents", "/v1/handovers"),
        read("ambassador-pl", "how many there are, and how many wait", "/v1/handovers"),
        read("analyst-national", "nobody: an analyst has no persons", "/v1/persons"),
        read("privacy-officer", "what they may do, by id, unseen", "/v1/me"),
        read("administrator", "nothing: Marek does not exist for them", &of_marek("")),
    ]
}

/// The program as it was called, so that what is printed can be pasted.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "baken".to_owned(), |path| path.display().to_string())
}

/// The text.
pub fn text(url: &str, folder: &Path, loaded: &Loaded) -> Result<String, Failure> {
    let planned = demo::plan(&demo::marek()?, &demo::users()?, SystemClock.now())?;
    let marek = planned.first().and_then(|first| first.scripted.opens()).ok_or("Marek's case is empty")?;
    let (program, folder) = (program(), folder.display());
    let mut text = String::new();
    writeln!(text, "Open {url} in a browser: the board, with the demo world. Marek is two clicks away.")?;
    writeln!(text, "  {url}/docs/        every call of the REST interface, to try")?;
    writeln!(text, "  {url}/graphql      GraphQL, by POST")?;
    writeln!(text, "  {url}/health/ready {url}/metrics")?;
    match loaded.executed {
        0 => writeln!(text, "  {folder} held the demo world already: nothing was loaded")?,
        executed => writeln!(text, "  {executed} commands were recorded in {folder}")?,
    }
    writeln!(text, "\nOne call for each role, to paste into another terminal:")?;
    for Call { user, says, path, body } in calls(marek) {
        writeln!(text, "\n# {user}: {says}")?;
        write!(text, "curl -s {url}{path} -H \"Authorization: Bearer $('{program}' token {user} --data '{folder}')\"")?;
        if let Some(body) = body {
            write!(text, " \\\n  -H 'Content-Type: application/json' -H \"Idempotency-Key: first-call\" -d '{body}'")?;
        }
        writeln!(text)?;
    }
    writeln!(text, "\nOther users: {program} token --list. Ctrl-C ends it; {folder} keeps what was written.")?;
    Ok(text)
}
