// A police officer's day: the alerts to them, and an answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, browser, checkPage, inEnglish, record, rest, signIn, someone, url, wasRecorded } from "../board.mjs";

const USER = "police-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

test("a care alert is read and answered, and nothing else of the person is told", async () => {
    const coordinator = rest("coordinator-rotterdam");
    const lost = (await coordinator("GET", "/v1/persons?first=100")).items.find(({ out_of_sight }) => out_of_sight);
    const description = "A man of about 50, grey cap, answers to Marek. Please bring him to the day shelter.";
    await coordinator("POST", `/v1/persons/${lost.person_id}/care-alerts`, { to: USER, description });
    const page = await inEnglish(await signIn(await someone(chromium, PHONE), USER));
    const card = page.locator("li.card", { hasText: description });
    await card.waitFor();
    await checkPage(page, "police-alert");
    await card.locator("details.act > summary").click();
    await card.locator('select[name="/outcome"]').selectOption({ index: 1 });
    await record(page, card);
    await wasRecorded(page);
    assert.match(await page.locator("li.card", { hasText: description }).innerText(), /Answered/);
    await page.goto(`${url}/board/persons/${lost.person_id}`);
    assert.doesNotMatch(await page.locator("main").innerText(), /shelter Rotterdam|Confused|memory/i);
    await page.leave();
});
