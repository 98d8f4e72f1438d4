// A monitor analyst's day: a quarter is released, looked at and taken away; a coordinator sees the own city finer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, checkPage, inEnglish, open, rest, signIn, someone, url, wasRecorded } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

/** The last quarter that is over, and a day in it. */
function lastQuarter() {
    const now = new Date();
    const quarter = Math.floor(now.getUTCMonth() / 3);
    const [year, last] = quarter === 0 ? [now.getUTCFullYear() - 1, 4] : [now.getUTCFullYear(), quarter];
    return { period: `${year}-Q${last}`, day: `${year}-${String(last * 3 - 1).padStart(2, "0")}-10` };
}

async function people() {
    const { day } = lastQuarter();
    const countries = ["PL", "RO", "BG"];
    for (const [user, municipality, count] of [["night-shelter-rotterdam", "rotterdam", 44], ["night-shelter-utrecht", "utrecht", 26]]) {
        const call = rest(user);
        for (let index = 0; index < count; index++) {
            await call("POST", "/v1/signals", {
                channel: index % 3 ? "shelter_intake" : "outreach_round", municipality, occurred_at: `${day}T12:00:00Z`,
                identity: { countries: [countries[index % 3]], sex: index % 5 ? "male" : "female", approximate_age: 20 + index },
            });
        }
    }
}

test("a quarter is released, and its figures are looked at and taken away", async () => {
    await people();
    const { period } = lastQuarter();
    const page = await inEnglish(await signIn(await someone(chromium, DESK), "analyst-national"));
    assert.equal(await page.locator("h1").textContent(), "Figures");
    await checkPage(page, "analyst-nothing-yet");
    const form = await open(page, "Release figures");
    await form.getByLabel("Period").selectOption(String(new Date().getFullYear()));
    await Promise.all([page.waitForNavigation(), form.locator('button[type="submit"]').last().click()]);
    assert.ok(await page.getByText("not over yet").first().isVisible(), "why this year cannot be released is said");
    await page.getByLabel("Period").selectOption(period);
    await Promise.all([page.waitForNavigation({ timeout: 120_000 }), page.locator('form:has([name="/period"]) button[type="submit"]').last().click()]);
    await wasRecorded(page);
    await page.goto(`${url}/board/figures`);
    assert.ok((await page.locator("#unique_persons").count()) === 1);
    const table = page.locator("table", { has: page.getByText("Unique persons", { exact: true }) }).first();
    assert.match(await table.innerText(), /Rotterdam/);
    assert.ok((await page.getByText("not shown").count()) > 0, "what is suppressed is shown as such");
    await checkPage(page, "analyst-figures", { heaviest: 600_000, keyboard: false });
    // An expert says what a figure means, and figures of others stand beside it.
    const remark = await open(page, "Remark");
    await remark.getByLabel("In English").fill("A cold <b>autumn</b>.");
    await Promise.all([page.waitForNavigation(), remark.locator('button[type="submit"]').last().click()]);
    await wasRecorded(page);
    const both = (text) => ({ nl: text, en: text });
    await rest("analyst-national")("POST", "/v1/monitor/sources", {
        source: "police-nuisance",
        definition: { name: both("Nuisance <i>reported</i>"), publisher: "Police", unit: both("reports"), counts: both("Every report.") },
        figures: [{ period, municipality: "rotterdam", count: 1243 }, { period, municipality: "utrecht", count: 7 }],
    });
    await page.goto(`${url}/board/figures/${period}`);
    assert.ok(await page.getByText("A cold <b>autumn</b>.").first().isVisible(), "a remark is text");
    const others = page.locator("table", { has: page.getByText("Nuisance <i>reported</i>, reports") });
    assert.match(await others.innerText(), /1245/);
    assert.ok(!(await others.innerText()).includes("7"), "a small number is not shown");
    await checkPage(page, "analyst-remarks", { heaviest: 600_000, keyboard: false });
    for (const [form, type] of [["csv", /^text\/csv/], ["csvw", /json/], ["json-stat", /json/], ["parquet", /parquet/], ["report", /^text\/html/]]) {
        const answer = await page.request.get(`${url}/board/figures/${period}/${form}`);
        assert.equal(answer.status(), 200, form);
        assert.match(answer.headers()["content-type"], type);
    }
    await page.leave();
});

test("a coordinator sees the own city with more numbers, and nobody else sees figures", async () => {
    const { period } = lastQuarter();
    const page = await inEnglish(await signIn(await someone(chromium, PHONE), "coordinator-rotterdam"));
    await page.goto(`${url}/board/figures/${period}?audience=own`);
    assert.ok((await page.getByText("fewer than 5").count()) > 0);
    assert.ok(!(await page.locator("main").innerText()).includes("Utrecht"));
    await checkPage(page, "coordinator-figures", { heaviest: 600_000, keyboard: false });
    await page.leave();
    const other = await inEnglish(await signIn(await someone(chromium, DESK), "street-doctor-rotterdam"));
    const answer = await other.goto(`${url}/board/figures`);
    assert.equal(answer.status(), 404);
    await other.leave();
});
