// A municipal assessor's day: whose rights, and the questions one after the other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, checkPage, inEnglish, signIn, someone, wasRecorded } from "../board.mjs";

const USER = "assessor-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

test("somebody's rights are assessed from the desk, one question after the other", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, DESK), USER));
    const task = page.locator(".task", { hasText: "Carry out a rights assessment" }).first();
    await Promise.all([page.waitForURL(/\/rights$/), task.getByRole("link").first().click()]);
    await checkPage(page, "assessor-questions");
    const asked = (name) => page.locator(`.question--${name}`);
    const answer = (name, value) => asked(name).locator(`> .options [value="${value}"]`).check();
    assert.ok(!(await asked("family").isVisible()), "the second question waits for the first");
    await answer("citizen", "yes");
    await answer("family", "no");
    await asked("years").getByLabel("Unknown").check();
    await answer("works", "yes");
    assert.ok(await asked("works").locator(".if-yes").isVisible(), "how much is asked of somebody who works");
    assert.ok(!(await asked("unfit").isVisible()), "who works is not asked why they do not");
    await answer("works", "no");
    assert.ok(await asked("unfit").isVisible());
    await answer("unfit", "no");
    await checkPage(page, "assessor-half-way");
    const send = page.getByRole("button", { name: "Assess by what is known" });
    await Promise.all([page.waitForNavigation(), send.click()]);
    await wasRecorded(page);
    assert.ok((await page.getByText("an aid, not binding").count()) > 0);
    assert.ok(await asked("unfit").isVisible(), "what was answered shows, behind a question that was not");
    assert.ok(!(await asked("training").isVisible()), "and of the others the first");
    await checkPage(page, "assessor-assessed");
    await page.leave();
});

test("what cannot be comes back with its words, and every question shows", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, DESK), USER));
    await page.locator(".task").first().getByRole("link").first().click();
    const asked = (name) => page.locator(`.question--${name}`);
    await asked("citizen").locator('> .options [value="yes"]').check();
    await asked("family").locator('> .options [value="no"]').check();
    await asked("years").getByRole("textbox").first().fill("many");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Assess by what is known" }).click()]);
    assert.ok(await page.getByText("Fill in a whole number").isVisible());
    assert.equal(await asked("years").getByRole("textbox").first().inputValue(), "many");
    assert.ok(await asked("first").isVisible());
    assert.ok(await asked("citizen").locator('> .options [value="yes"]').isChecked());
    await page.leave();
});

test("an assessor is not told that nobody is lost", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, DESK), USER));
    assert.equal(await page.getByText("out of sight").count(), 0);
    await page.leave();
});
