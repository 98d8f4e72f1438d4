// Each role lands on the page that it came for, and each of its parts is well made.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESK, PHONE, browser, inEnglish, signIn, someone, tour } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

const ROLES = [
    ["outreach-rotterdam", "Whom to look out for"],
    ["street-doctor-rotterdam", "Referrals"],
    ["supporter-rotterdam", "Today"],
    ["assessor-rotterdam", "Today"],
    ["police-rotterdam", "Whom to look out for"],
    ["liaison-pl", "Handovers"],
    ["receiving-pl", "Handovers"],
    ["ambassador-pl", "Handovers"],
    ["analyst-national", "Figures"],
    ["privacy-officer", "Keep and erase"],
    ["administrator", "Organisations"],
];

for (const [user, lands] of ROLES) {
    for (const [screen, name] of [[DESK, "desk"], [PHONE, "phone"]]) {
        test(`${user} lands on "${lands}" at a ${name}, and every part is well made`, async () => {
            const page = await inEnglish(await signIn(await someone(chromium, screen), user));
            assert.equal(await page.locator("h1").textContent(), lands);
            await tour(page, `${user}-${name}`);
            await page.leave();
        });
    }
}
