// A client supporter's day: a return, step by step, and the no that stops it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, checkPage, inEnglish, open, record, signIn, someone, url, wasRecorded } from "../board.mjs";

const USER = "supporter-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

async function returning() {
    const page = await inEnglish(await signIn(await someone(chromium, DESK), USER));
    await page.goto(`${url}/board/persons`);
    const card = page.locator("li.card", { hasText: "Zbigniew" }).first();
    await Promise.all([page.waitForURL(/\/board\/persons\/./), card.getByRole("link").first().click()]);
    return page;
}

test("what a return still lacks is said, and recorded where one looks", async () => {
    const page = await returning();
    const part = page.locator("section", { has: page.getByRole("heading", { name: "Return" }) });
    await part.waitFor();
    await checkPage(page, "supporter-return");
    const act = await open(page, "Present the options");
    await act.locator('select[name="/language"]').selectOption("pl");
    await act.locator('select[name="/wish"]').selectOption({ index: 1 });
    await record(page, act);
    await wasRecorded(page);
    await page.leave();
});

test("the no is as easy as the yes, and stops what runs", async () => {
    const page = await returning();
    page.seen.clicks = 0;
    await record(page, await open(page, "Does not want to return"));
    await wasRecorded(page);
    assert.ok(page.seen.clicks <= 2, `${page.seen.clicks} clicks`);
    assert.ok((await page.locator("main").getByText("does not want to return").count()) > 0);
    await page.goto(`${url}/board/handovers`);
    const card = page.locator("li.card", { hasText: "Zbigniew" }).first();
    assert.equal(await card.getByRole("button", { name: /Record the departure/ }).count(), 0);
    await page.leave();
});
