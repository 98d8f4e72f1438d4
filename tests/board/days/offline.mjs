// An outreach worker's round where there is no network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, browser, checkHeaders, checkPage, inEnglish, rest, signIn, someone, url } from "../board.mjs";

// Without it the service worker keeps its network when the page loses it.
process.env.PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS = "1";

const USER = "outreach-rotterdam";
let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

/** What the phone has stored, with all bytes as text. */
const stored = (page) => page.evaluate(async () => {
    const settled = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = () => fail(request.error); });
    const text = (value) => {
        if (value instanceof ArrayBuffer) return new TextDecoder("latin1").decode(value);
        if (ArrayBuffer.isView(value)) return new TextDecoder("latin1").decode(value);
        if (value instanceof CryptoKey) return { extractable: value.extractable };
        if (Array.isArray(value)) return value.map(text);
        if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, text(each)]));
        return value;
    };
    const opened = await settled(indexedDB.open("baken-offline"));
    const found = {};
    for (const name of opened.objectStoreNames) found[name] = (await settled(opened.transaction(name).objectStore(name).getAll())).map(text);
    opened.close();
    const kept = [];
    for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
    return { ...found, kept, local: { ...localStorage }, session: { ...sessionStorage } };
});

const until = async (what, holds) => {
    for (let tries = 0; tries < 100; tries += 1) {
        if (await holds()) return;
        await new Promise((done) => setTimeout(done, 100));
    }
    assert.fail(`it never came: ${what}`);
};

/** Signed in, with what the round needs on the phone. */
const begin = async () => {
    const page = await inEnglish(await signIn(await someone(chromium, PHONE), USER));
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await until("the lookouts are on the phone", async () => (await stored(page)).lookouts.length > 0);
    await until("the page is kept in English", () => page.evaluate(async () =>
        (await caches.match("/board/offline"))?.headers.get("content-language") === "en"));
    return page;
};
const sightings = async (person) => (await rest("coordinator-rotterdam")("GET", `/v1/persons/${person}`)).lookouts.flatMap(({ sightings }) => sightings ?? []);
const looked = async () => (await rest(USER)("GET", "/v1/lookouts")).items.filter(({ state }) => state === undefined || state === "open");
const holdsNothingOf = (store, words) => {
    const text = JSON.stringify(store);
    for (const word of words) assert.ok(!text.includes(word), `the store holds "${word}"`);
};

test("a sighting without a network in three taps, kept encrypted, and recorded once when there is one", async () => {
    const page = await begin();
    const description = (await looked())[0].description;
    const words = [description, ...description.split(/[ ,.;]+/).filter((word) => word.length > 5), "Under the viaduct"];
    holdsNothingOf(await stored(page), words);
    assert.ok((await stored(page)).keys.every(({ key }) => key.extractable === false));
    assert.ok((await stored(page)).kept.every((path) => path === "/board/offline" || path.startsWith("/board/assets/")));

    await page.context().setOffline(true);
    await page.goto(`${url}/board/lookouts`);
    await page.locator("#offline-lookouts li").first().waitFor();
    assert.match(await page.locator("#offline-lookouts").innerText(), new RegExp(description.slice(0, 12)));
    const about = await page.locator("#offline-lookouts form").first().evaluate((form) => JSON.parse(form.dataset.about));
    const before = (await sightings(about.person_id)).length;
    page.seen.clicks = 0;
    await page.locator("#offline-lookouts summary", { hasText: "Seen" }).first().click();
    await page.locator('#offline-lookouts [name="/location"]').first().fill("Under the viaduct");
    await page.locator("#offline-lookouts [type=submit]").first().click();
    await page.locator("#offline-entries .pending").waitFor();
    assert.ok(page.seen.clicks <= 3, `${page.seen.clicks} taps`);
    assert.match(await page.locator("#offline-state").innerText(), /1 entry waits/);

    await page.reload();
    await page.locator("#offline-entries .pending").waitFor();
    holdsNothingOf(await stored(page), words);
    assert.equal((await stored(page)).entries.length, 1);
    page.seen.wrong.length = 0;
    await checkPage(page, "outreach-offline", { keyboard: false });

    await page.context().setOffline(false);
    await page.locator("#offline-entries .sent").waitFor();
    assert.equal((await stored(page)).entries.length, 0);
    const after = await sightings(about.person_id);
    assert.equal(after.length, before + 1);
    assert.equal(after.at(-1).location, "Under the viaduct");
    await page.goto(`${url}/board/lookouts`);
    await page.reload();
    await page.waitForTimeout(500);
    assert.equal((await sightings(about.person_id)).length, before + 1);

    // Where the server knows of no session, the key is gone with the next page.
    await page.context().clearCookies();
    await page.goto(`${url}/board/lookouts`);
    await until("the key is deleted", async () => {
        const { keys, lookouts } = await stored(page);
        return keys.length + lookouts.length === 0;
    });
    await page.leave();
});

test("what was refused comes back with what must change, and is sent again under the same id", async () => {
    const page = await begin();
    const answer = await page.goto(`${url}/board/offline`);
    checkHeaders(answer.headers());
    await page.locator("#offline-open").waitFor();
    await checkPage(page, "outreach-offline-online");
    const form = page.locator("#offline-open section").nth(1).locator("form");
    await page.locator("#offline-open section").nth(1).locator("summary").first().click();
    await form.locator('[name="/circumstances"]').fill("New at the harbour");
    await form.locator('[name="talked"]').fill("Asks for a doctor tomorrow");
    await form.locator(".more > summary").click();
    await form.locator('[name="occurred_at"]').fill("2098-01-01T10:00");
    await form.locator("[type=submit]").click();
    const refused = page.locator("#offline-entries .refused");
    await refused.waitFor();
    assert.equal(await refused.locator('[name="occurred_at"][aria-invalid="true"]').count(), 1);
    assert.equal(await refused.locator('[name="/circumstances"]').inputValue(), "New at the harbour");
    await checkPage(page, "outreach-offline-refused", { keyboard: false });
    const { id } = (await stored(page)).entries.find(({ state }) => state === "refused");
    holdsNothingOf(await stored(page), ["New at the harbour", "harbour", "doctor"]);
    // The contact with the same person waits for it.
    assert.equal(await page.locator("#offline-entries .pending").count(), 1);
    await refused.locator('[name="occurred_at"]').fill("");
    await refused.locator("[type=submit]").click();
    await until("both are recorded", async () => (await page.locator("#offline-entries .sent").count()) === 2);
    const sent = await page.locator("#offline-entries .sent").evaluateAll((cards) => cards.map((card) => card.dataset.of));
    assert.ok(sent.some((of) => of.startsWith(id)), "it was sent under another id");
    await page.leave();
});

/** The clock of a phone, so many hours off: a page that is loaded from now on has it. */
const setClock = (page, hours) => page.addInitScript((off) => {
    const Right = globalThis.RightDate ??= Date;
    globalThis.Date = class extends Right {
        constructor(...said) { super(...(said.length ? said : [Right.now() + off])); }
        static now() { return Right.now() + off; }
    };
}, hours * 3_600_000);
for (const [hours, says] of [[-48, /48 hours slow/], [3, /3 hours fast/]]) {
    test(`a phone whose clock is ${hours} hours off records when it was, and says so`, async () => {
        const page = await begin();
        await setClock(page, hours);
        await page.goto(`${url}/board/lookouts`);
        await page.locator("#offline-bar", { hasText: says }).waitFor();
        await page.context().setOffline(true);
        await page.goto(`${url}/board/lookouts`);
        await page.locator("#offline-lookouts form").first().waitFor({ state: "attached" });
        const about = await page.locator("#offline-lookouts form").first().evaluate((form) => JSON.parse(form.dataset.about));
        const before = (await sightings(about.person_id)).length;
        await page.locator("#offline-lookouts summary", { hasText: "Seen" }).first().click();
        await page.locator('#offline-lookouts [name="/location"]').first().fill(`By a clock of ${hours}`);
        await page.locator("#offline-lookouts [type=submit]").first().click();
        await page.locator("#offline-entries .pending").waitFor();
        await page.context().setOffline(false);
        await page.locator("#offline-entries .sent").waitFor();
        const recorded = (await sightings(about.person_id)).at(-1);
        assert.equal((await sightings(about.person_id)).length, before + 1);
        const at = Date.parse(recorded.occurred_at ?? recorded.noted.occurred_at);
        assert.ok(Math.abs(at - Date.now()) < 5 * 60_000, `recorded as of ${new Date(at).toISOString()}`);
        await page.locator("#offline-state", { hasText: says }).waitFor();
        page.seen.wrong.length = 0;
        await checkPage(page, `outreach-clock${hours}`, { keyboard: false });
        await page.leave();
    });
}

test("where the clock was changed meanwhile the worker looks at the time, and one that was typed is left alone", async () => {
    const page = await begin();
    await page.context().setOffline(true);
    await setClock(page, -30);
    await page.goto(`${url}/board/offline`);
    const section = page.locator("#offline-open section").nth(1);
    const note = async (circumstances, at) => {
        await section.locator("summary").first().click();
        await section.locator('[name="/circumstances"]').fill(circumstances);
        await section.locator('[name="talked"]').fill(`About: ${circumstances}`);
        if (at) {
            await section.locator(".more > summary").click();
            await section.locator('[name="occurred_at"]').fill(at);
        }
        await section.locator("[type=submit]").click();
        await page.locator("#offline-entries .pending", { hasText: circumstances }).first().waitFor();
    };
    await note("By a clock that was set", "");
    await note("At a time of their own", "2026-01-05T10:00");
    await page.context().setOffline(false);
    const refused = page.locator("#offline-entries .refused");
    await refused.getByText("The clock of your phone was changed meanwhile").waitFor();
    assert.equal(await refused.count(), 1);
    await until("the other is recorded", async () => (await page.locator("#offline-entries .sent").count()) === 2);
    assert.equal(await page.locator("#offline-entries .pending").count(), 1, "what was talked about waits");
    await refused.locator('[name="occurred_at"]').fill("");
    await refused.locator("[type=submit]").click();
    await until("all are recorded", async () => (await page.locator("#offline-entries .sent").count()) === 4);
    await page.leave();
});

test("what was half written is there again after the page was thrown away, encrypted until then", async () => {
    const page = await begin();
    await page.context().setOffline(true);
    await page.goto(`${url}/board/offline`);
    await page.locator("#offline-lookouts summary", { hasText: "Seen" }).first().click();
    await page.locator('#offline-lookouts [name="/location"]').first().pressSequentially("Half of a footbr");
    const section = page.locator("#offline-open section").nth(1);
    await section.locator("summary").first().click();
    await section.locator('[name="talked"]').pressSequentially("She asked about");
    await until("both are kept", async () => (await stored(page)).entries.filter(({ state }) => state === "draft").length === 2);
    await page.waitForTimeout(500);
    holdsNothingOf(await stored(page), ["footbr", "She asked"]);
    await page.reload();
    await until("it is there", async () => (await page.locator('#offline-lookouts [name="/location"]').first().inputValue()) === "Half of a footbr");
    assert.equal(await section.locator('[name="talked"]').inputValue(), "She asked about");
    assert.match(await page.locator("#offline-state").innerText(), /^\s*$/);
    await page.locator('#offline-lookouts [name="/location"]').first().fill("Half of a footbridge");
    await page.locator("#offline-lookouts [type=submit]").first().click();
    await page.locator("#offline-entries .pending").waitFor();
    assert.deepEqual((await stored(page)).entries.map(({ state }) => state).sort(), ["draft", "pending"]);
    await section.locator('[name="talked"]').fill("");
    await until("what was emptied is not kept", async () => (await stored(page)).entries.length === 1);
    await page.reload();
    await page.locator("#offline-entries .pending").waitFor();
    assert.equal(await page.locator('#offline-lookouts [name="/location"]').first().inputValue(), "");
    await page.context().setOffline(false);
    await page.locator("#offline-entries .sent").waitFor();
    await page.leave();
});

test("what was noted is told apart by what was written", async () => {
    const page = await begin();
    await page.context().setOffline(true);
    await page.goto(`${url}/board/offline`);
    const section = page.locator("#offline-open section").nth(1);
    for (const [alias, talked] of [["Vasile", "Wants a coat"], ["Petru", ""]]) {
        await section.locator("summary").first().click();
        await section.locator('[name="/identity/alias"]').fill(alias);
        await section.locator('[name="talked"]').fill(talked);
        await section.locator("[type=submit]").click();
        await page.locator("#offline-entries .entry-what", { hasText: alias }).waitFor();
    }
    const told = await page.locator("#offline-entries .entry-what").allInnerTexts();
    assert.deepEqual(told.sort(), ["Contact: Wants a coat", "New signal: Petru", "New signal: Vasile"]);
    await page.context().setOffline(false);
    await until("all are recorded", async () => (await page.locator("#offline-entries .sent").count()) === 3);
    await page.leave();
});

test("after signing out no description is left, and what was not sent waits encrypted for its author", async () => {
    const page = await begin();
    const description = (await looked())[0].description;
    await page.context().setOffline(true);
    await page.goto(`${url}/board/lookouts`);
    await page.locator("#offline-lookouts summary", { hasText: "Seen" }).first().click();
    await page.locator('#offline-lookouts [name="/location"]').first().fill("Beside the canal");
    await page.locator("#offline-lookouts [type=submit]").first().click();
    await page.locator("#offline-entries .pending").waitFor();
    const { person_id } = await page.locator("#offline-lookouts form").first().evaluate((form) => JSON.parse(form.dataset.about));

    // The network is back, and what is sent does not come through.
    await page.context().route("**/board/offline/lines", (route) => route.fulfill({ status: 429 }));
    await page.context().setOffline(false);
    await page.goto(`${url}/board/lookouts`);
    await page.locator("#offline-bar", { hasText: "1 entry waits" }).waitFor();
    page.seen.wrong.length = 0;
    await checkPage(page, "outreach-waiting", { keyboard: false });
    page.seen.wrong.length = 0;
    const signOut = page.locator('form[action="/auth/sign-out"] button');
    await signOut.click();
    await page.locator("#offline-bar", { hasText: "Not everything is sent yet" }).waitFor();
    await page.waitForTimeout(3500);
    await Promise.all([page.waitForURL(`${url}/`), signOut.click()]);
    const left = await stored(page);
    assert.deepEqual([left.keys.length, left.lookouts.length, left.entries.length], [0, 0, 1]);
    holdsNothingOf(left, [description, "Beside the canal", "canal", "sighting", person_id]);
    assert.ok(left.kept.every((path) => path === "/board/offline" || path.startsWith("/board/assets/")));

    // Somebody else reads nothing of it, and sends nothing of it.
    const before = (await sightings(person_id)).length;
    await page.context().unroute("**/board/offline/lines");
    await signIn(page, "coordinator-rotterdam");
    await page.goto(`${url}/board/offline`);
    await page.locator("#offline-locked").waitFor();
    assert.equal((await stored(page)).entries.length, 1);
    assert.equal((await sightings(person_id)).length, before);
    await page.leave();
});

test("the author signs in again, and what waited is sent once", async () => {
    const page = await begin();
    await page.context().setOffline(true);
    await page.goto(`${url}/board/lookouts`);
    await page.locator("#offline-lookouts summary", { hasText: "Seen" }).first().click();
    await page.locator('#offline-lookouts [name="/location"]').first().fill("At the night bus");
    await page.locator("#offline-lookouts [type=submit]").first().click();
    await page.locator("#offline-entries .pending").waitFor();
    const { person_id } = await page.locator("#offline-lookouts form").first().evaluate((form) => JSON.parse(form.dataset.about));
    await page.locator("#offline-leave").click();
    await page.locator("#offline-locked").waitFor();
    assert.equal(await page.getByText("At the night bus").count(), 0);
    const left = await stored(page);
    assert.deepEqual([left.keys.length, left.lookouts.length, left.entries.length], [0, 0, 1]);

    // The session goes on at the server: it is ended there, and begun anew.
    const before = (await sightings(person_id)).length;
    await page.context().clearCookies();
    await page.context().setOffline(false);
    await signIn(page, USER);
    await until("it is sent", async () => (await stored(page)).entries.length === 0);
    assert.equal((await sightings(person_id)).length, before + 1);
    assert.equal((await sightings(person_id)).at(-1).location, "At the night bus");
    await page.leave();
});
