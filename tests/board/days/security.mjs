// What a stranger, a stolen cookie and a hostile text get.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { browser, rest, signIn, someone, url } from "../board.mjs";

const USER = "coordinator-rotterdam";
const CANARY = `"><img src=x onerror="document.title='owned'"><script>document.title='owned'</script>\${7*7}{{7*7}}'`;
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const raw = (path, options = {}) => fetch(url + path, { redirect: "manual", ...options });
const form = (values) => ({ method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(values) });
const sessionOf = async (page) => (await page.context().cookies(url)).find(({ httpOnly, name }) => httpOnly && !/lang/.test(name));
const csrfOf = (page) => page.locator('input[name="csrf"]').first().inputValue();

test("the session's cookie is out of reach of scripts and of other sites", async () => {
    const page = await signIn(await someone(chromium), USER);
    const cookie = await sessionOf(page);
    assert.ok(cookie.httpOnly);
    assert.match(cookie.sameSite, /Lax|Strict/);
    assert.equal(await page.evaluate(() => document.cookie), "");
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
    assert.doesNotMatch(await page.content(), /eyJ[\w-]{10,}\./);
    await page.leave();
});

test("signing in gives a new session: one that was planted is not taken", async () => {
    const page = await someone(chromium);
    await signIn(page, "police-rotterdam");
    const { name, value } = await sessionOf(page);
    const sent = form({ user: USER });
    const again = await raw("/auth/demo", { ...sent, headers: { ...sent.headers, Cookie: `${name}=${value}` } });
    const fresh = again.headers.get("set-cookie").match(new RegExp(`${name}=([^;]*)`))[1];
    assert.notEqual(fresh, value);
    assert.notEqual((await raw("/board/", { headers: { Cookie: `${name}=${value}` } })).status, 200);
    const planted = await raw("/auth/demo", { ...sent, headers: { ...sent.headers, Cookie: `${name}=${"A".repeat(value.length)}` } });
    assert.doesNotMatch(planted.headers.get("set-cookie"), /AAAAAAAA/);
    await page.leave();
});

test("a stolen cookie opens nothing after its owner has signed out", async () => {
    const page = await signIn(await someone(chromium), USER);
    const { name, value } = await sessionOf(page);
    const stolen = { headers: { Cookie: `${name}=${value}` } };
    assert.equal((await raw("/board/", stolen)).status, 200);
    await Promise.all([page.waitForURL(`${url}/`), page.locator('form[action="/auth/sign-out"] button').click()]);
    const answer = await raw("/board/", stolen);
    assert.notEqual(answer.status, 200);
    assert.doesNotMatch(await answer.text(), /Marek/);
    await page.goBack();
    assert.equal(await page.getByText("Marek").count(), 0);
    await page.leave();
});

test("a form without its token, or from another site, changes nothing", async () => {
    const page = await signIn(await someone(chromium), USER);
    const { name, value } = await sessionOf(page);
    const csrf = await csrfOf(page);
    const signal = { key: crypto.randomUUID(), back: "/board/", form: "x", "/channel": "outreach_round" };
    const send = (values, headers) => {
        const sent = form(values);
        return raw("/board/do/report_signal", { ...sent, headers: { ...sent.headers, Cookie: `${name}=${value}`, ...headers } });
    };
    assert.equal((await send(signal, {})).status, 403);
    assert.equal((await send({ ...signal, csrf: `${csrf.slice(1)}A` }, {})).status, 403);
    assert.equal((await send({ ...signal, csrf }, { "Sec-Fetch-Site": "cross-site" })).status, 403);
    assert.equal((await send({ ...signal, csrf }, { "Sec-Fetch-Site": "same-origin" })).status, 303);
    await page.leave();
});

test("another site can neither frame the board nor post to it", async () => {
    const hostile = createServer((_, answer) => {
        answer.setHeader("Content-Type", "text/html");
        answer.end(`<iframe src="${url}/"></iframe><form method="post" action="${url}/auth/demo"><button name="user" value="${USER}">x</button></form>`);
    });
    await new Promise((ready) => hostile.listen(0, "127.0.0.1", ready));
    const page = await (await chromium.newContext()).newPage();
    const refused = page.waitForEvent("console", (message) => /frame/i.test(message.text()));
    await page.goto(`http://localhost:${hostile.address().port}/`);
    await refused;
    await page.locator("button").click();
    await page.waitForLoadState();
    assert.equal(await page.locator(".board-nav").count(), 0);
    await page.context().close();
    hostile.close();
});

test("no address leads away from the board", async () => {
    for (const elsewhere of ["https://example.org/", "//example.org/", "/\\example.org", "/board/..//example.org", "javascript:alert(1)", "%2F%2Fexample.org", "/board/\n//example.org"]) {
        const answer = await raw(`/board/language?language=en&back=${encodeURIComponent(elsewhere)}`);
        const to = new URL(answer.headers.get("location") ?? "/", url);
        assert.equal(to.origin, url, elsewhere);
    }
});

test("nothing is kept by a cache, and no page is for strangers", async () => {
    for (const path of ["/board/", "/board/persons", "/board/door", "/board/lookouts", "/board/handovers", "/board/new", "/board/live"]) {
        const answer = await raw(path);
        assert.match(answer.headers.get("cache-control") ?? "", /no-store/, path);
        assert.notEqual(answer.status, 200, path);
    }
});

test("a hidden person and one that never was look the same", async () => {
    const page = await signIn(await someone(chromium), "coordinator-amsterdam");
    const hidden = (await rest("coordinator-rotterdam")("GET", "/v1/persons?first=1")).items[0].person_id;
    const seen = [];
    for (const person of [hidden, crypto.randomUUID()]) {
        const answer = await page.goto(`${url}/board/persons/${person}`);
        seen.push([answer.status(), (await page.locator("main").innerHTML()).replaceAll(person, "ID").replace(/value="[^"]*"/g, "")]);
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.equal(seen[0][0], 404);
    await page.leave();
});

test("a hostile text is text, on every page that shows it", async () => {
    const coordinator = rest(USER);
    const identity = { name: CANARY, alias: CANARY, origin: CANARY, birth_place: CANARY, contact: CANARY, appearance: CANARY };
    const { person_id } = await rest("outreach-rotterdam")("POST", "/v1/signals", { channel: "outreach_round", identity, location: CANARY, observations: CANARY });
    const about = `/v1/persons/${person_id}`;
    await coordinator("POST", `${about}/notes`, { text: CANARY });
    await coordinator("POST", `${about}/referrals`, { to: "street-doctor-rotterdam", offering: "medical_drop_in", urgency: "soon", reason: CANARY });
    await coordinator("POST", `${about}/contacts`, { location: CANARY, summary: CANARY, observations: CANARY });
    await coordinator("POST", `${about}/incidents`, { kind: "other", severity: "high", description: CANARY });
    await coordinator("POST", `${about}/lookouts`, { recipients: [{ kind: "outreach_team", municipality: "rotterdam" }], description: CANARY });
    for (const user of [USER, "outreach-rotterdam", "street-doctor-rotterdam", "night-shelter-rotterdam", "police-rotterdam"]) {
        const page = await signIn(await someone(chromium), user);
        const parts = await page.locator(".board-nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
        for (const part of [...parts, `/board/persons/${person_id}`]) {
            await page.goto(url + part);
            assert.notEqual(await page.title(), "owned", `${user} ${part}`);
            assert.equal(await page.locator("img[src=x], main script").count(), 0, `${user} ${part}`);
            assert.deepEqual(page.seen.wrong, [], `${user} ${part}`);
        }
        await page.leave();
    }
});
