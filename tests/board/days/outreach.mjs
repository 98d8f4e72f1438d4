// An outreach worker's round, on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, browser, checkPage, inEnglish, open, record, rest, signIn, someone, url, wasRecorded } from "../board.mjs";

const USER = "outreach-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const onTheRound = async () => inEnglish(await signIn(await someone(chromium, PHONE), USER));
const lookout = async () => (await rest(USER)("GET", "/v1/lookouts")).items.find(({ state }) => state === undefined || state === "open");
const sightings = async (person) => (await rest("coordinator-rotterdam")("GET", `/v1/persons/${person}`)).lookouts.flatMap(({ sightings }) => sightings ?? []);

test("a sighting in three taps", async () => {
    const { person_id } = await lookout();
    const before = (await sightings(person_id)).length;
    const page = await onTheRound();
    page.seen.clicks = 0;
    const act = await open(page, "Seen");
    await record(page, act);
    await wasRecorded(page);
    assert.ok(page.seen.clicks <= 3, `${page.seen.clicks} taps`);
    assert.equal((await sightings(person_id)).length, before + 1);
    await page.leave();
});

test("where and how somebody was seen reaches the coordinator", async () => {
    const { person_id } = await lookout();
    const page = await onTheRound();
    const act = await open(page, "Seen");
    await act.locator('[name="/location"]').fill("Behind the station");
    await act.locator('[name="/circumstances"]').fill("Cold, but walking.");
    await checkPage(page, "outreach-seen", { keyboard: false });
    await record(page, act);
    await wasRecorded(page);
    const last = (await sightings(person_id)).at(-1);
    assert.deepEqual([last.location, last.circumstances], ["Behind the station", "Cold, but walking."]);
    await page.leave();
});

test("what the round learns of somebody new is a signal, and a contact on their page", async () => {
    const page = await onTheRound();
    await page.goto(`${url}/board/new`);
    await page.locator('[name="/channel"]').selectOption("outreach_round");
    await record(page, page.locator(".form-page"));
    assert.match(page.url(), /\/board\/persons\//);
    await wasRecorded(page);
    const act = await open(page, "Record a contact");
    await act.locator('[name="/location"]').fill("Under the bridge");
    await act.locator('[name="/summary"]').fill("Wants a blanket, no shelter.");
    await record(page, act);
    await wasRecorded(page);
    assert.ok((await page.getByText("Contact made").count()) > 0);
    await checkPage(page, "outreach-case");
    await page.leave();
});

test("a phone knows of those who are looked for what the lookout says, and no name", async () => {
    const page = await onTheRound();
    const said = await page.locator("main").innerText();
    assert.match(said, /scar over the left eyebrow/);
    assert.equal(await page.locator("main a[href^='/board/persons/']").count(), 0);
    await page.leave();
});
