// Those who run Baken, or count what it knows: no person is shown to them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, checkPage, inEnglish, rest, signIn, someone, url } from "../board.mjs";

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

for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
    test(`webhooks are seen and disabled at a ${name}, without scripts too`, async () => {
        const shelter = rest("night-shelter-rotterdam");
        // Nobody listens there.
        const { webhook_id } = await shelter("POST", "/v1/webhooks", { url: "http://127.0.0.1:9/hook?token=t0k3n", types: ["bed_assigned"] });
        const state = async () => (await shelter("GET", `/v1/webhooks/${webhook_id}`)).state;
        const page = await inEnglish(await signIn(await someone(chromium, screen), "administrator"));
        await page.goto(`${url}/board/webhooks`);
        await checkPage(page, `webhooks-${name}`);
        assert.doesNotMatch(await page.content(), /t0k3n/);
        const plain = await inEnglish(await signIn(await someone(chromium, screen, { javaScriptEnabled: false }), "administrator"));
        for (const [each, action, then] of [[page, "Disable", "blocked"], [plain, "Enable", "active"]]) {
            await each.goto(`${url}/board/webhooks`);
            const webhook = each.locator(`#webhook-${webhook_id}`);
            await Promise.all([each.waitForNavigation(), webhook.getByRole("button", { name: action }).click()]);
            assert.equal(await state(), then);
            await each.leave();
        }
    });
}
