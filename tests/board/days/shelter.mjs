// A night shelter's evening, on a tablet at the door.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, TABLET, browser, checkPage, inEnglish, open, rest, signIn, someone, tour, url } from "../board.mjs";

const USER = "night-shelter-rotterdam";
const GUESTS = 12;
const CLICKS = 30;
let chromium;
before(async () => {
    // The day is played at whatever hour: people are expected from the beginning of the night on, so that who is not there can
    // be said not to have come.
    await rest("administrator")("POST", "/v1/facilities/night-shelter-rotterdam-beds", {
        name: "Night shelter for EU migrants, Rotterdam", location_type: "night_shelter_eu", cut_off: "12:00",
    });
    chromium = await browser();
});
after(() => chromium.close());

const atTheDoor = async (screen = TABLET) => inEnglish(await signIn(await someone(chromium, screen), USER));
const guest = (page, name) => page.locator(".guest", { has: page.getByRole("link", { name, exact: true }) });

test("an evening of twelve guests, one of whom does not come, in at most thirty clicks", async () => {
    const shelter = rest(USER);
    const names = Array.from({ length: GUESTS }, (_, number) => `Guest ${number + 1}`);
    for (const alias of names) {
        const { person_id } = await shelter("POST", "/v1/signals", { channel: "shelter_intake", identity: { alias } });
        await shelter("POST", `/v1/persons/${person_id}/beds`, { kind: "night_shelter_eu" });
    }
    const page = await someone(chromium, TABLET);
    await signIn(page, USER);
    const signingIn = page.seen.clicks;
    await inEnglish(page);
    await page.goto(`${url}/board/door`);
    await checkPage(page, "door-before");
    for (const name of names.slice(0, -1)) {
        await Promise.all([page.waitForNavigation(), guest(page, name).getByRole("button", { name: "Here" }).click()]);
        await page.locator("section", { has: page.getByRole("heading", { name: /^In \(/ }) }).getByRole("link", { name, exact: true }).waitFor();
    }
    await Promise.all([page.waitForNavigation(), guest(page, names.at(-1)).getByRole("button", { name: "Did not come" }).click()]);
    await page.locator("section", { has: page.getByRole("heading", { name: /^Did not come \(/ }) }).getByRole("link", { name: names.at(-1), exact: true }).waitFor();
    const clicks = page.seen.clicks + signingIn;
    assert.ok(clicks <= CLICKS, `${clicks} clicks`);
    console.log(`${clicks} clicks`);
    await checkPage(page, "door-after");
    await page.leave();
});

test("what was tapped by mistake is undone at once", async () => {
    const { person_id } = await rest(USER)("POST", "/v1/signals", { channel: "shelter_intake", identity: { alias: "Mistaken" } });
    await rest(USER)("POST", `/v1/persons/${person_id}/beds`, { kind: "night_shelter_eu" });
    const page = await atTheDoor();
    await page.goto(`${url}/board/door`);
    await Promise.all([page.waitForNavigation(), guest(page, "Mistaken").getByRole("button", { name: "Did not come" }).click()]);
    await Promise.all([page.waitForNavigation(), page.locator(".utrecht-alert--ok").getByRole("button").first().click()]);
    await guest(page, "Mistaken").getByRole("button", { name: "Here" }).waitFor();
    await page.leave();
});

test("somebody new needs nothing, and has a bed", async () => {
    const page = await atTheDoor();
    await page.goto(`${url}/board/door`);
    const inside = page.locator("section", { has: page.getByRole("heading", { name: /^In \(/ }) }).locator(".guest");
    const before = await inside.count();
    const act = await open(page, "New at the door");
    await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: "Give a bed" }).click()]);
    assert.equal(await page.locator(".utrecht-alert--error").count(), 0);
    assert.equal(await inside.count(), before + 1);
    await checkPage(page, "door-new");
    await page.leave();
});

for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
    test(`who was turned away is counted, found again and taken back at a ${name}`, async () => {
        await rest(USER)("POST", "/v1/turn-aways", { reason: "full", persons: 37 });
        const page = await atTheDoor(screen);
        await page.goto(`${url}/board/door`);
        await Promise.all([page.waitForURL(/\/board\/turn-aways/), page.getByRole("link", { name: "Who was turned away?" }).click()]);
        await page.getByText("37", { exact: true }).waitFor();
        await checkPage(page, `turn-aways-shelter-${name}`);
        const act = await open(page, "Take back the count");
        await act.getByLabel("Reason").selectOption({ index: 1 });
        await Promise.all([page.waitForNavigation(), act.getByRole("button", { name: /Record/ }).click()]);
        assert.match(page.url(), /\/board\/turn-aways$/);
        assert.equal(await page.getByText("37", { exact: true }).count(), 0);
        await page.leave();
    });
}

for (const [screen, name] of [[TABLET, "tablet"], [PHONE, "phone"], [DESK, "desk"]]) {
    test(`every part is well made at a ${name}`, async () => {
        const page = await atTheDoor(screen);
        await tour(page, `shelter-${name}`);
        await page.leave();
    });
}
