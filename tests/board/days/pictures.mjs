// The pictures in the documents: `BAKEN_SHOTS=docs/img DAYS=pictures tests/board/run.sh` makes them again.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PHONE, TABLET, browser, inEnglish, rest, signIn, someone, url } from "../board.mjs";

let chromium;
before(async () => { chromium = await browser(); });
after(() => chromium.close());

async function picture(page, name) {
    const path = join(process.env.BAKEN_SHOTS, `${name}.png`);
    await page.mouse.move(0, 0);
    await page.screenshot({ path });
    assert.ok(existsSync(path));
}

test("the coordinator's page", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, { viewport: { width: 1280, height: 900 } }), "coordinator-rotterdam"));
    await page.goto(`${url}/board/`);
    await picture(page, "board-coordinator");
    await Promise.all([page.waitForURL(/\/board\/persons\//), page.getByRole("link", { name: /^Marek/ }).first().click()]);
    await picture(page, "board-case");
    await page.leave();
});

test("the shelter's evening", async () => {
    const shelter = rest("night-shelter-rotterdam");
    const names = ["Andrei", "Bogdan", "Czesław", "Dorota", "Florin", "Georgi", "Ilona", "Janusz", "Krzysztof", "Mihail", "Petko", "Zoltán"];
    for (const [number, alias] of names.entries()) {
        const { person_id } = await shelter("POST", "/v1/signals", { channel: "shelter_intake", identity: { alias } });
        await shelter("POST", `/v1/persons/${person_id}/beds`, { kind: "night_shelter_eu" });
        if (number % 3 === 0) await shelter("POST", `/v1/persons/${person_id}/attendances`, { status: "present" });
    }
    const page = await inEnglish(await signIn(await someone(chromium, TABLET), "night-shelter-rotterdam"));
    await page.goto(`${url}/board/door`);
    await picture(page, "board-evening");
    await page.leave();
});

test("whom to look out for, on a phone", async () => {
    const page = await inEnglish(await signIn(await someone(chromium, PHONE), "outreach-rotterdam"));
    await page.goto(`${url}/board/lookouts`);
    await picture(page, "board-lookouts");
    await page.leave();
});
