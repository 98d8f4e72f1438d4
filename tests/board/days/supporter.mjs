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

test("the person reads who saw them, in their own language beside Dutch", async () => {
    const page = await returning();
    const link = page.getByRole("link", { name: "Who saw this person?" });
    await Promise.all([page.waitForURL(/\/who-saw$/), link.click()]);
    assert.ok(await page.locator('[lang="pl"]', { hasText: "Kto widział moje dane?" }).isVisible());
    assert.ok(await page.locator("article.sheet li.card").count() > 0);
    await checkPage(page, "supporter-who-saw");
    await page.leave();
});

test("the return goes step by step, in the person's language beside Dutch", async () => {
    const page = await returning();
    await Promise.all([page.waitForURL(/\/return$/), page.getByRole("link", { name: "The return, step by step" }).click()]);
    assert.ok(await page.locator('[lang="pl"]', { hasText: "Czy chce Pan/Pani wrócić" }).isVisible());
    await checkPage(page, "supporter-steps");
    // The no is as large as the yes, and as near.
    const choice = (title) => page.locator(".yes-no > .card", { hasText: title });
    const [yes, no] = [await choice("Record the yes").boundingBox(), await choice("Record the no").boundingBox()];
    assert.deepEqual([yes.width, yes.height, yes.y], [no.width, no.height, no.y]);
    await page.getByRole("link", { name: "Română" }).click();
    assert.ok(await page.locator('[lang="ro"]', { hasText: "Doriți să vă întoarceți" }).isVisible());
    await page.leave();
});

test("the consent prints in each of the eight languages, and can be recorded where it was read", async () => {
    const page = await returning();
    const person = new URL(page.url()).pathname.split("/").pop();
    for (const language of ["nl", "en", "pl", "ro", "bg", "hu", "es", "pt"]) {
        await page.goto(`${url}/board/persons/${person}/consent?language=${language}`);
        assert.equal(await page.locator(".signing").count(), 1, language);
        if (["pl", "bg"].includes(language)) await checkPage(page, `supporter-consent-${language}`);
    }
    assert.ok(await page.getByRole("button", { name: "Print" }).isVisible());
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator(".sheet").isVisible());
    for (const gone of [".board-nav", ".own-languages", "[data-print]", ".act"])
        assert.ok(!(await page.locator(gone).first().isVisible()), `${gone} is not printed`);
    assert.equal((await page.goto(`${url}/board/persons/${person}/consent?language=xx`)).status(), 404);
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
