// What is on the screen while something happens: what may not be seen any more goes, what is being typed stays.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, checkPage, inEnglish, open, record, rest, signIn, someone, url, wasRecorded } from "../board.mjs";

const USER = "coordinator-rotterdam";
// The screen follows within so many milliseconds.
const SOON = 5_000;
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const as = async (user, screen = DESK) => inEnglish(await signIn(await someone(chromium, screen), user));
const gone = (page, text) => page.waitForFunction((text) => !document.body.innerText.includes(text), text, { timeout: SOON });

/** Somebody new, and a note about them by somebody else: what makes pages change. */
const signal = async (alias) => (await rest("outreach-rotterdam")("POST", "/v1/signals", { channel: "outreach_round", identity: { alias } })).person_id;
const note = (person, text) => rest(USER)("POST", `/v1/persons/${person}/notes`, { text });

/** A coordinator on the page of somebody new, half-way through a note. */
async function writing(alias, text, screen = DESK) {
    const person = await signal(alias);
    const page = await as(USER, screen);
    await page.goto(`${url}/board/persons/${person}`);
    const act = await open(page, "Add a note");
    await act.getByRole("textbox").first().pressSequentially(text);
    return { person, page, act, field: act.getByRole("textbox").first() };
}

test("a no takes the person off the screens abroad at once, also behind a form that is half written", async () => {
    const [plain, busy, receiving] = [await as("liaison-pl"), await as("liaison-pl"), await as("receiving-pl")];
    for (const page of [plain, busy, receiving]) {
        await page.goto(`${url}/board/handovers`);
        await page.getByText("Zbigniew").first().waitFor();
    }
    const question = await open(busy, "Ask a question");
    await question.locator('[name="/question"]').pressSequentially("Does he need a place on the gro");
    await busy.waitForTimeout(500);

    const supporter = await as("supporter-rotterdam");
    await supporter.goto(`${url}/board/persons`);
    const card = supporter.locator("li.card", { hasText: "Zbigniew" }).first();
    await Promise.all([supporter.waitForURL(/\/board\/persons\/./), card.getByRole("link").first().click()]);
    await record(supporter, await open(supporter, "Does not want to return"));
    await wasRecorded(supporter);

    for (const page of [plain, busy, receiving]) await gone(page, "Zbigniew");
    const left = busy.locator("#aside");
    assert.equal(await left.locator('[name="/question"]').inputValue(), "Does he need a place on the gro");
    assert.match(await left.innerText(), /Your text is still there/);
    assert.equal(await busy.evaluate(() => document.activeElement.name), "/question");
    await busy.keyboard.type("und floor?");
    assert.equal(await left.locator('[name="/question"]').inputValue(), "Does he need a place on the ground floor?");
    await checkPage(busy, "live-aside");
    for (const page of [plain, busy, receiving, supporter]) await page.leave();
});

test("a case that was opened in an emergency closes on the screen", async () => {
    const person = await signal("Ola of the bridge");
    const page = await as("coordinator-amsterdam");
    const amsterdam = rest("coordinator-amsterdam");
    const { break_glass_id } = await amsterdam("POST", `/v1/persons/${person}/break-glass`, { reason: "danger_to_life", explanation: "Found without consciousness." });
    await page.goto(`${url}/board/persons/${person}`);
    await page.getByText("Ola of the bridge").first().waitFor();
    await amsterdam("POST", `/v1/persons/${person}/break-glass/${break_glass_id}/end`, {});
    await gone(page, "Ola of the bridge");
    await page.leave();
});

test("who was searched for goes from the results too", async () => {
    const person = await signal("Mircea of the tunnel");
    const amsterdam = rest("coordinator-amsterdam");
    const { break_glass_id } = await amsterdam("POST", `/v1/persons/${person}/break-glass`, { reason: "danger_to_life", explanation: "Found without consciousness." });
    const page = await as("coordinator-amsterdam");
    await page.goto(`${url}/board/persons/${person}`);
    await page.goto(`${url}/board/persons`);
    await page.getByRole("searchbox").fill("Mircea");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Search" }).click()]);
    await page.getByRole("link", { name: "Mircea of the tunnel" }).first().waitFor();
    await amsterdam("POST", `/v1/persons/${person}/break-glass/${break_glass_id}/end`, {});
    await gone(page, "Mircea of the tunnel");
    await page.leave();
});

test("an open form stays, and what is typed in it, while the page changes around it", async () => {
    const { person, page, field } = await writing("Gheorghe", "Half a sent");
    const other = await as(USER);
    await other.goto(`${url}/board/persons/${person}`);
    const empty = await open(other, "Add a note");
    await empty.getByRole("textbox").first().waitFor();
    await other.evaluate(() => document.activeElement.blur());
    await note(person, "Somebody else was first.");
    for (const screen of [page, other]) await screen.getByText("Somebody else was first.").waitFor({ timeout: SOON });
    assert.ok(await empty.getByRole("textbox").first().isVisible(), "the form that was opened is gone");
    assert.ok(await page.locator("#changed").isVisible());
    assert.equal(await page.locator("#changed a").count(), 0);
    assert.equal(await field.inputValue(), "Half a sent");
    await page.keyboard.type("ence.");
    assert.equal(await field.inputValue(), "Half a sentence.");
    // A form that is closed is fetched anew when it is opened again.
    await empty.locator(":scope > summary").click();
    await note(person, "And a second time.");
    await other.getByText("And a second time.").waitFor({ timeout: SOON });
    await open(other, "Add a note");
    await empty.getByRole("textbox").first().waitFor();
    await record(page, page.locator("details.act[open]"));
    await wasRecorded(page);
    assert.deepEqual([...page.seen.wrong, ...other.seen.wrong], []);
    await page.leave();
    await other.leave();
});

test("what is typed is not left by a link without a word, and is when it was sent", async () => {
    const { page, act } = await writing("Stoyan", "Not to be lost.");
    const asked = [];
    let stays = true;
    page.on("dialog", (dialog) => { asked.push(dialog.type()); return stays ? dialog.dismiss() : dialog.accept(); });
    await page.locator(".board-nav a").first().click();
    await page.waitForTimeout(500);
    assert.deepEqual(asked, ["beforeunload"]);
    await page.locator('button[name="language"]').first().click({ noWaitAfter: true });
    await page.waitForTimeout(500);
    assert.deepEqual(asked, ["beforeunload", "beforeunload"]);
    assert.equal(await act.getByRole("textbox").first().inputValue(), "Not to be lost.");
    stays = false;
    await record(page, act);
    await wasRecorded(page);
    assert.equal(asked.length, 2);
    await Promise.all([page.waitForNavigation(), page.locator(".board-nav a").first().click()]);
    assert.equal(asked.length, 2);
    await page.leave();
});

test("what is sent without a network stays in its form, and is recorded once when there is one", async () => {
    const { page, act, field } = await writing("Bogdan", "Sent from a tunnel.");
    await page.context().setOffline(true);
    await page.locator("#network").waitFor();
    await act.getByRole("button", { name: /Record/ }).click();
    await act.getByText("No network. Your text is still there").waitFor();
    assert.equal(await field.inputValue(), "Sent from a tunnel.");
    await page.context().setOffline(false);
    await page.locator("#network").waitFor({ state: "detached" });
    page.seen.wrong.length = 0;
    await act.getByRole("button", { name: /Record/ }).dblclick();
    await page.getByText("Sent from a tunnel.").first().waitFor();
    await page.locator(".utrecht-alert--ok").waitFor();
    await page.reload();
    assert.equal(await page.getByText("Sent from a tunnel.").count(), 1);
    await page.leave();
});

test("an outreach worker without a network is shown where it goes on", async () => {
    const page = await as("outreach-rotterdam", PHONE);
    await page.goto(`${url}/board/new`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await page.locator('[name="/channel"]').selectOption("outreach_round");
    await page.locator("details.more > summary").first().click();
    await page.locator('[name="/location"]').fill("Under the viaduct");
    await page.context().setOffline(true);
    await page.getByRole("button", { name: /Record/ }).last().click();
    assert.equal(await page.locator("form .not-sent a").getAttribute("href"), "/board/offline");
    await page.context().setOffline(false);
    await page.leave();
});

test("signing out clears the other windows at once, and keeps what is being typed", async () => {
    const { person, page } = await writing("Dragan", "Left in the other window.");
    const field = page.locator('#aside [name="/text"]');
    const [second, third] = [await page.context().newPage(), await page.context().newPage()];
    await second.goto(`${url}/board/persons/${person}`);
    await third.goto(`${url}/board/`);
    await third.waitForTimeout(500);
    await Promise.all([third.waitForURL(`${url}/`), third.locator('form[action="/auth/sign-out"] button').click()]);
    for (const each of [page, second]) {
        await each.getByRole("heading", { name: "You are signed out" }).waitFor({ timeout: SOON });
        assert.equal(await each.getByText("Dragan").count(), 0);
        assert.equal(await each.locator(".board-nav, .board-header form, .board-header p").count(), 0);
        assert.equal(await each.getByRole("link", { name: "Sign in again" }).count(), 1);
    }
    assert.equal(await field.inputValue(), "Left in the other window.");
    await checkPage(page, "live-signed-out");

    // Sent now, it would be lost: it stays.
    const send = page.locator("#aside").getByRole("button", { name: /Record/ });
    await send.click();
    await page.locator("#aside").getByText("You are signed out.").waitFor();
    assert.equal(await field.inputValue(), "Left in the other window.");

    // Whoever signs in next is told that it is somebody else's.
    await third.locator('[name="user"][value="coordinator-amsterdam"]').first().click();
    await third.waitForURL(/\/board\//);
    await Promise.all([page.waitForNavigation(), send.click()]);
    assert.match(await page.locator("#problem").innerText(), /Somebody else is signed in here now/);
    await page.leave();
});

test("what was refused and shown again stays when its page is cleared, and its person does not", async () => {
    const { person, page } = await writing("Lajos", "");
    const act = await open(page, "Refer");
    await act.locator('textarea[name="/reason"]').fill("He cannot be alone at night.");
    await act.locator("form").evaluate((form) => { form.noValidate = true; });
    await record(page, act);
    await page.locator("#problem").waitFor();
    const other = await page.context().newPage();
    await other.goto(`${url}/board/persons/${person}`);
    await Promise.all([other.waitForURL(`${url}/`), other.locator('form[action="/auth/sign-out"] button').click()]);
    await page.getByRole("heading", { name: "You are signed out" }).waitFor({ timeout: SOON });
    assert.doesNotMatch(`${await page.title()} ${await page.locator("body").innerText()}`, /Lajos/);
    assert.equal(await page.locator('#aside [name="/reason"]').inputValue(), "He cannot be alone at night.");
    await page.leave();
});

test("a window of a session that is over shows nothing of the next user's", async () => {
    const person = await signal("Ferenc");
    const page = await as(USER);
    await page.goto(`${url}/board/persons/${person}`);
    await page.getByText("Ferenc").first().waitFor();
    await page.evaluate(() => fetch("/auth/demo", { method: "POST", body: new URLSearchParams({ user: "night-shelter-rotterdam" }) }));
    await gone(page, "Ferenc");
    assert.equal(await page.locator(".board-nav").count(), 0);
    await page.leave();
});

for (const javaScriptEnabled of [true, false]) {
    test(`what is wrong is in sight, also in a form behind "More", ${javaScriptEnabled ? "with" : "without"} scripts`, async () => {
        const person = await signal("Istvan");
        const page = await someone(chromium, DESK, { javaScriptEnabled });
        await page.goto(`${url}/board/language?language=en&back=/`);
        await page.locator(`[name="user"][value="${USER}"]`).first().click();
        await page.goto(`${url}/board/form/file_care_alert?person=${person}&back=/board/persons/${person}`);
        await page.locator('[name="/description"]').fill("A man of fifty.");
        await page.locator("form", { has: page.locator('[name="/description"]') }).evaluate((form) => { form.noValidate = true; });
        await page.getByRole("button", { name: /Record/ }).last().click();
        await page.locator("#problem").waitFor();
        assert.ok(await page.locator('[name="/description"]').isVisible(), "the form is hidden");
        assert.equal(await page.locator('[name="/description"]').inputValue(), "A man of fifty.");
        assert.ok(await page.locator(".utrecht-form-field-error-message").first().isVisible(), "the error is hidden");
        await page.leave();
    });
}
