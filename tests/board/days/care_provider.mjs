// A street doctor's day: what comes in, what is taken, what is not, and what breaks off.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, checkPage, inEnglish, open, record, rest, signIn, someone, url, wasRecorded } from "../board.mjs";

const USER = "street-doctor-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const atWork = async () => inEnglish(await signIn(await someone(chromium, DESK), USER));

/** Somebody new who is referred to the doctor, and the referral as the page shows it. */
async function referred(page, reason) {
    const coordinator = rest("coordinator-rotterdam");
    const { person_id } = await rest("outreach-rotterdam")("POST", "/v1/signals", { channel: "outreach_round" });
    await coordinator("POST", `/v1/persons/${person_id}/referrals`, { to: USER, offering: "medical_drop_in", urgency: "soon", reason });
    await page.goto(`${url}/board/referrals`);
    return page.locator("li.card", { hasText: reason });
}
const within = (page, title, reason) => page.locator("section", { has: page.getByRole("heading", { name: title }) }).locator("li.card", { hasText: reason });

test("a referral is accepted, the care starts, and it breaks off", async () => {
    const page = await atWork();
    const reason = "A cut on the hand that does not heal.";
    const card = await referred(page, reason);
    await within(page, "Waits for your answer", reason).waitFor();
    await checkPage(page, "provider-waits");
    await record(page, await open(page, "Accept", card));
    await wasRecorded(page);
    await within(page, "In your care", reason).waitFor();
    await Promise.all([page.waitForNavigation(), card.getByRole("button", { name: "Start care" }).click()]);
    await wasRecorded(page);
    const dropout = await open(page, "Record a dropout", card);
    await dropout.locator('select[name="/reason"]').selectOption({ index: 1 });
    await record(page, dropout);
    await wasRecorded(page);
    assert.equal(await within(page, "In your care", reason).count(), 0);
    await page.leave();
});

test("a referral is declined with a reason, and not without one", async () => {
    const page = await atWork();
    const reason = "Asks for a dentist.";
    const card = await referred(page, reason);
    const act = await open(page, "Decline", card);
    await act.locator("form").evaluate((form) => { form.noValidate = true; });
    await record(page, act);
    assert.equal(await page.locator(".utrecht-form-field-error-message").count(), 1);
    const again = page.locator("details.act[open]");
    await again.locator('select[name="/reason"]').selectOption({ index: 1 });
    await record(page, again);
    await wasRecorded(page);
    assert.equal(await within(page, "Waits for your answer", reason).count(), 0);
    await page.leave();
});
