// The demo's first page: whose day it is to be.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, checkHeaders, checkPage, someone, url } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

// What the program itself knows: a line for each, the name first.
const users = execFileSync(process.env.BAKEN_BIN, ["token", "--list"], { encoding: "utf8" }).trim().split("\n").map((line) => line.split(/\s/)[0]);

test("the first page offers every user of the demo world", async () => {
    const page = await someone(chromium);
    const answer = await page.goto(`${url}/`);
    assert.equal(answer.status(), 200);
    checkHeaders(answer.headers());
    const offered = await page.locator('form[action$="/auth/demo"] [name="user"]').evaluateAll((all) => all.map(({ value }) => value));
    assert.deepEqual([...offered].sort(), [...users].sort());
    await page.leave();
});

for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
    test(`the first page is well made at a ${name}`, async () => {
        const page = await someone(chromium, screen);
        await page.goto(`${url}/`);
        await checkPage(page, `start-${name}`);
        await page.leave();
    });
}

test("the first page works without scripts", async () => {
    const page = await someone(chromium, DESK, { javaScriptEnabled: false });
    await page.goto(`${url}/`);
    await page.locator('[name="user"][value="coordinator-rotterdam"]').first().click();
    await page.waitForURL((at) => at.pathname !== "/" && !at.pathname.startsWith("/auth"));
    assert.equal(await page.locator(".board-main").count(), 1);
    await page.leave();
});
