// The day of a coordinator: who is lost, what must be decided, a case on one page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, checkPage, inEnglish, open, rest, signIn, someone, tour, url } from "../board.mjs";

const USER = "coordinator-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const atWork = async (screen = DESK) => inEnglish(await signIn(await someone(chromium, screen), USER));

/** Marek's page: the one whose name begins so. */
async function marek(page) {
    await page.goto(`${url}/board/`);
    await Promise.all([page.waitForURL(/\/board\/persons\//), page.getByRole("link", { name: /^Marek/ }).first().click()]);
}

test("from the first page to Marek's case in two clicks", async () => {
    const page = await someone(chromium);
    await signIn(page, USER);
    await Promise.all([page.waitForURL(/\/board\/persons\//), page.getByRole("link", { name: /^Marek/ }).first().click()]);
    assert.match(await page.locator("h1").textContent(), /Marek/);
    assert.equal(page.seen.clicks, 2);
    await page.leave();
});

for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
    test(`every part is well made at a ${name}`, async () => {
        const page = await atWork(screen);
        await tour(page, `coordinator-${name}`);
        await page.leave();
    });

    test(`a case is well made at a ${name}`, async () => {
        const page = await atWork(screen);
        await marek(page);
        await checkPage(page, `case-${name}`);
        await page.leave();
    });
}

test("the care path is drawn, and told to a screen reader", async () => {
    const page = await atWork();
    await marek(page);
    const picture = page.getByRole("img", { name: /The care path/ });
    assert.equal(await picture.count(), 1);
    assert.ok((await picture.locator("circle").count()) > 10);
    const told = await page.evaluate(() => document.getElementById("line-told").textContent);
    assert.match(told, /out of sight/i);
    await page.leave();
});

for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
    test(`who was turned away and not seen since is told at a ${name}`, async () => {
        const shelter = rest("night-shelter-rotterdam");
        const { person_id } = await shelter("POST", "/v1/signals", { channel: "shelter_intake", identity: { alias: "Eleventh" } });
        await shelter("POST", "/v1/turn-aways", { person_id, reason: "full" });
        const page = await atWork(screen);
        await Promise.all([page.waitForURL(/turn-aways/), page.getByRole("link", { name: "Turned away" }).click()]);
        await page.getByRole("link", { name: "Eleventh" }).first().waitFor();
        await checkPage(page, `turn-aways-coordinator-${name}`);
        await page.leave();
    });

    test(`an entry on the wrong person is moved to the right one at a ${name}`, async () => {
        const shelter = rest("night-shelter-rotterdam");
        const alias = `Wojtek of the ${name}`;
        await shelter("POST", "/v1/signals", { channel: "shelter_intake", identity: { alias } });
        const page = await atWork(screen);
        await marek(page);
        const act = await open(page, "Note");
        await act.getByRole("textbox").first().fill(`Asked for a blanket, said at a ${name}.`);
        await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: /Record/ }).click()]);
        await Promise.all([page.waitForURL(/\/move\?entry=/), page.locator("#history").locator("..").getByRole("link", { name: /^another person\s*: Note$/ }).first().click()]);
        await page.getByRole("searchbox").fill(alias);
        await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Search" }).click()]);
        assert.doesNotMatch(page.url(), /Wojtek/);
        const right = page.locator(".card", { has: page.getByRole("link", { name: alias }) }).first();
        await checkPage(page, `move-${name}`);
        const there = await open(page, "To this person", right);
        await Promise.all([page.waitForNavigation(), there.getByRole("button", { name: /Record/ }).click()]);
        assert.equal(await page.locator(".utrecht-alert--ok").count(), 1);
        assert.equal(await page.getByText(`Asked for a blanket, said at a ${name}.`).count(), 0);
        await page.leave();
    });
}

test("a note is recorded where one looks, and taken back", async () => {
    const page = await atWork();
    await marek(page);
    const act = await open(page, "Note");
    await act.getByRole("textbox").first().fill("He asked for his bag.");
    await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: /Record/ }).click()]);
    assert.equal(await page.getByText("He asked for his bag.").count(), 1);
    await checkPage(page, "case-recorded");
    await Promise.all([page.waitForNavigation(), page.locator(".utrecht-alert--ok").getByRole("button").first().click()]);
    assert.equal(await page.getByText("He asked for his bag.").count(), 0);
    await page.leave();
});

test("what is wrong is said beside the field, and nothing that was written is lost", async () => {
    const page = await atWork();
    await marek(page);
    const act = await open(page, "Refer");
    await act.locator('textarea[name="/reason"]').fill("He cannot be alone at night.");
    await act.locator("form").evaluate((form) => { form.noValidate = true; });
    await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: /Record/ }).click()]);
    assert.equal(await page.locator("details.act[open] textarea[name='/reason']").inputValue(), "He cannot be alone at night.");
    assert.ok((await page.locator(".utrecht-form-field-error-message").count()) > 0);
    await checkPage(page, "case-refused");
    await page.leave();
});

test("two coordinators on one case: a change comes live, and not under the hands of one who types", async () => {
    const [anna, bert] = [await atWork(), await atWork()];
    await marek(anna);
    await marek(bert);
    const writing = await open(anna, "Note");
    await writing.getByRole("textbox").first().pressSequentially("Anna is wri");
    const note = await open(bert, "Note");
    await note.getByRole("textbox").first().fill("Bert was first.");
    await Promise.all([bert.waitForNavigation(), note.getByRole("button", { name: /Record/ }).click()]);
    await anna.locator("#changed").waitFor({ state: "visible" });
    assert.equal(await writing.getByRole("textbox").first().inputValue(), "Anna is wri");
    await writing.getByRole("textbox").first().pressSequentially("ting.");
    await Promise.all([anna.waitForNavigation(), writing.getByRole("button", { name: /Record/ }).click()]);
    assert.equal(await anna.getByText("Anna is writing.").count(), 1);
    assert.equal(await anna.getByText("Bert was first.").count(), 1);
    // Bert types nothing: the page shows it by itself.
    await bert.getByText("Anna is writing.").waitFor();
    assert.deepEqual([...anna.seen.wrong, ...bert.seen.wrong], []);
    await anna.leave();
    await bert.leave();
});

test("what another organisation records appears by itself", async () => {
    const page = await atWork();
    await marek(page);
    const entries = page.locator(".timeline > li");
    const before = await entries.count();
    await rest("day-shelter-rotterdam")("POST", `/v1/persons/${page.url().split("/").pop()}/contacts`, { location_type: "day_shelter" });
    await entries.nth(before).waitFor();
    assert.deepEqual(page.seen.wrong, []);
    await page.leave();
});

test("what changed while there was no network appears when it is back", async () => {
    const page = await atWork();
    await marek(page);
    const entries = page.locator(".timeline > li");
    const before = await entries.count();
    await page.context().setOffline(true);
    await rest("day-shelter-rotterdam")("POST", `/v1/persons/${page.url().split("/").pop()}/contacts`, { location_type: "day_shelter" });
    await page.waitForTimeout(1500);
    await page.context().setOffline(false);
    await entries.nth(before).waitFor({ timeout: 30_000 });
    await page.leave();
});

test("a note is recorded by keyboard alone", async () => {
    const page = await atWork();
    await page.goto(`${url}/board/`);
    const reach = async (what) => {
        for (let step = 0; step < 150; step += 1) {
            await page.keyboard.press("Tab");
            if (await page.evaluate((text) => document.activeElement?.textContent.trim().startsWith(text) ?? false, what)) return;
        }
        assert.fail(`${what} is not reached by Tab`);
    };
    await reach("Marek");
    await Promise.all([page.waitForURL(/\/board\/persons\//), page.keyboard.press("Enter")]);
    await reach("Add a note");
    await page.keyboard.press("Enter");
    await page.locator('details.act[open] textarea[name="/text"]').waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("By keyboard alone.");
    await reach("Record");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert.equal(await page.getByText("By keyboard alone.").count(), 1);
    assert.equal(page.seen.clicks, 0);
    await page.leave();
});

test("a note is recorded without scripts", async () => {
    const page = await someone(chromium, DESK, { javaScriptEnabled: false });
    await page.goto(`${url}/board/language?language=en&back=/`);
    await page.locator(`[name="user"][value="${USER}"]`).click();
    await page.getByRole("link", { name: /^Marek/ }).first().click();
    const act = page.locator("details.act", { hasText: "Add a note" }).first();
    await act.locator("summary").click();
    await act.getByRole("link").click();
    await page.locator('textarea[name="/text"]').fill("Without scripts.");
    await page.getByRole("button", { name: /Record/ }).click();
    assert.match(await page.locator("h1").textContent(), /Marek/);
    assert.equal(await page.getByText("Without scripts.").count(), 1);
    await page.leave();
});

test("a case prints: what is known, and nothing to click", async () => {
    const page = await atWork();
    await marek(page);
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 680, height: 960 });
    assert.equal(await page.locator("button:visible, .board-nav:visible, details.act:visible, input:visible").count(), 0);
    assert.ok(await page.getByRole("img", { name: /The care path/ }).isVisible());
    assert.ok(await page.evaluate(() => document.querySelector(".path-figure svg").getBoundingClientRect().right <= innerWidth));
    await page.leave();
});
