// Those who run Baken, or count what it knows: no person is shown to them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, browser, inEnglish, rest, signIn, someone, url } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

for (const user of ["administrator", "analyst-national"]) {
    test(`${user} sees nobody`, async () => {
        const person = (await rest("coordinator-rotterdam")("GET", "/v1/persons?first=1")).items[0].person_id;
        const page = await inEnglish(await signIn(await someone(chromium, DESK), user));
        for (const path of ["/board/", "/board/persons", "/board/lookouts", "/board/referrals", "/board/handovers"]) {
            await page.goto(url + path);
            assert.equal(await page.locator("main a[href*='/persons/']").count(), 0, path);
        }
        const answer = await page.goto(`${url}/board/persons/${person}`);
        assert.equal(answer.status(), 404);
        await page.leave();
    });
}
