// A municipal assessor's day: whose rights, and the questions one after the other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, checkPage, inEnglish, open, record, signIn, someone, wasRecorded } from "../board.mjs";

const USER = "assessor-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

test("somebody's rights are assessed from the desk", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, DESK), USER));
    const task = page.locator(".task", { hasText: "Carry out a rights assessment" }).first();
    await Promise.all([page.waitForURL(/\/board\/persons\//), task.getByRole("link").first().click()]);
    await checkPage(page, "assessor-case");
    const act = await open(page, "Assess rights");
    await act.locator('select[name="/union_citizen"]').selectOption("yes");
    const works = act.locator('select[name="/works"]');
    if (!(await works.isVisible())) await act.locator("details.more > summary").first().click();
    await works.selectOption("no");
    await record(page, act);
    await wasRecorded(page);
    assert.ok((await page.getByText("an aid, not binding").count()) > 0);
    await checkPage(page, "assessor-assessed");
    await page.leave();
});
