// A session that ends by itself. It lasts a few seconds here: see run.sh.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browser, checkPage, inEnglish, open, rest, signIn, someone, url } from "../board.mjs";

const USER = "coordinator-rotterdam";
const IDLE = Number(process.env.BAKEN_DEMO_SESSION_IDLE) * 1000;
const WRITTEN = "He was seen at the station, and asked for his sister.";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const idle = (page) => page.waitForTimeout(IDLE + 1500);
const again = (page, user) => page.locator(`[name="user"][value="${user}"]`).first().click();

/** Writes a note on Marek's page, too slowly. */
async function writeSlowly(page) {
    await page.goto(`${url}/board/`);
    await Promise.all([page.waitForURL(/\/board\/persons\//), page.getByRole("link", { name: /^Marek/ }).first().click()]);
    const act = await open(page, "Add a note");
    await act.getByRole("textbox").first().fill(WRITTEN);
    await idle(page);
    await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: /Record/ }).click()]);
    assert.match(await page.locator("h1").textContent(), /session has ended/);
}

test("a session that expires in the middle of a form loses nothing", async () => {
    const page = await inEnglish(await signIn(await someone(chromium), USER));
    await writeSlowly(page);
    await checkPage(page, "session-ended");
    await Promise.all([page.waitForURL(`${url}/`), page.getByRole("link", { name: /Sign in again/ }).click()]);
    await Promise.all([page.waitForURL(/\/board\/persons\//), again(page, USER)]);
    const form = page.locator("details.act[open]");
    assert.equal(await form.getByRole("textbox").first().inputValue(), WRITTEN);
    await Promise.all([page.waitForNavigation(), form.getByRole("button", { name: /Record/ }).click()]);
    assert.equal(await page.locator(".utrecht-alert--ok").count(), 1);
    assert.equal(await page.getByText(WRITTEN).count(), 1);
    await page.leave();
});

test("what one user was writing is not for the next", async () => {
    const page = await inEnglish(await signIn(await someone(chromium), USER));
    await writeSlowly(page);
    await page.goto(`${url}/`);
    await Promise.all([page.waitForURL(/\/board\//), again(page, "coordinator-amsterdam")]);
    assert.doesNotMatch(await page.content(), new RegExp(WRITTEN));
    await page.leave();
});

test("a page that changes by itself does not keep its session, and shows nobody when that has ended", async () => {
    const page = await inEnglish(await signIn(await someone(chromium), USER));
    await page.goto(`${url}/board/`);
    const outreach = rest("outreach-rotterdam");
    for (let second = 0; second < IDLE / 1000 + 3; second += 1) {
        await outreach("POST", "/v1/signals", { channel: "outreach_round" });
        await page.waitForTimeout(1000);
    }
    await page.getByRole("heading", { name: /session has ended/ }).waitFor();
    assert.equal(await page.getByText("Marek").count(), 0);
    await page.reload();
    await page.getByRole("heading", { name: /session has ended/ }).waitFor();
    await page.leave();
});
