// An embassy liaison's day, and those who answer and receive.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, checkPage, inEnglish, open, record, signIn, someone, url, wasRecorded } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const as = async (user) => inEnglish(await signIn(await someone(chromium, DESK), user));
const QUESTION = "Does he need a place on the ground floor?";

test("a handover is acknowledged, asked about, answered and accepted", async () => {
    const liaison = await as("liaison-pl");
    await checkPage(liaison, "liaison-waits");
    await Promise.all([liaison.waitForNavigation(), liaison.getByRole("button", { name: "Acknowledge" }).first().click()]);
    await wasRecorded(liaison);
    const ask = await open(liaison, "Ask a question");
    await ask.locator('[name="/question"]').fill(QUESTION);
    await record(liaison, ask);
    await wasRecorded(liaison);
    assert.ok((await liaison.getByText(QUESTION).count()) > 0);

    const coordinator = await as("coordinator-rotterdam");
    await coordinator.goto(`${url}/board/handovers`);
    const card = coordinator.locator("li.card", { hasText: QUESTION });
    const answer = await open(coordinator, "Answer the question", card);
    await answer.locator('[name="/answer"]').fill("No, he walks well.");
    await record(coordinator, answer);
    await wasRecorded(coordinator);

    await liaison.goto(`${url}/board/handovers`);
    assert.ok((await liaison.getByText("No, he walks well.").count()) > 0);
    await record(liaison, await open(liaison, "Accept"));
    await wasRecorded(liaison);
    await checkPage(liaison, "liaison-accepted");
    await liaison.leave();
    await coordinator.leave();
});

test("a liaison knows of her own country's handovers alone", async () => {
    const page = await as("liaison-ro");
    assert.doesNotMatch(await page.locator("main").innerText(), /Poland|Zbigniew/);
    await page.leave();
});

test("an ambassador sees counts, and nobody", async () => {
    const page = await as("ambassador-pl");
    const said = await page.locator("main").innerText();
    assert.match(said, /Waiting for the embassy/);
    assert.doesNotMatch(said, /Zbigniew/);
    assert.equal(await page.locator("main a[href*='/persons/']").count(), 0);
    await page.leave();
});
