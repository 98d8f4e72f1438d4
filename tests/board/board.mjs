// What the days have in common: a browser, somebody who is signed in, and what must hold on every page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const url = process.env.BAKEN_URL;
const shots = process.env.BAKEN_SHOTS;
const axe = readFileSync(new URL("./node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

export const POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
};

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
export const TABLET = { viewport: { width: 820, height: 1180 }, hasTouch: true };
export const DESK = { viewport: { width: 1366, height: 900 } };

// A page of 1,280 px at 400 %.
const ZOOMED = { width: 320, height: 256 };

export const browser = () =>
    chromium.launch({
        executablePath: process.env.BAKEN_CHROMIUM ?? "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-background-networking"],
    });

// A folder whose style sheets and scripts are taken in place of those that the binary has: to try them without a build.
const assets = process.env.BAKEN_ASSETS;

/** A person at a screen: a page of a context of its own, and what went wrong there and how often they clicked. */
export async function someone(browser, screen = DESK, options = {}) {
    const context = await browser.newContext({ ...screen, locale: "en-GB", timezoneId: "Europe/Amsterdam", ...options });
    if (assets) {
        await context.route(/\/assets\/.*\.(css|js)$/, (route) =>
            route.fulfill({ path: join(assets, new URL(route.request().url()).pathname.split("/").pop()) }));
    }
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const seen = { clicks: 0, wrong: [], outside: [] };
    await context.exposeBinding("heardOf", (_, what) => {
        if (what === "click") seen.clicks += 1;
        else seen.wrong.push(what);
    });
    await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
            heardOf(`refused by ${violatedDirective}: ${blockedURI} (${sourceFile}:${lineNumber})`));
        addEventListener("pointerdown", ({ isTrusted }) => { if (isTrusted) heardOf("click"); }, { capture: true });
    });
    page.on("pageerror", (error) => seen.wrong.push(`script failed: ${error.message}`));
    page.on("console", (message) => {
        // A refused form is answered by a page with a status of its own, which Chromium writes to the console.
        if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) seen.wrong.push(message.text());
    });
    page.on("request", (request) => {
        if (!request.url().startsWith(url) && !request.url().startsWith("data:")) seen.outside.push(request.url());
    });
    return Object.assign(page, { seen, leave: () => context.close() });
}

/** Signs in by a click on the demo's list of users. */
export async function signIn(page, user) {
    await page.goto(`${url}/`);
    const chosen = page.locator(`form[action$="/auth/demo"] [name="user"][value="${user}"]`).first();
    const button = (await chosen.evaluate((element) => element.tagName)) === "BUTTON"
        ? chosen
        : page.locator("form", { has: chosen }).first().locator("button");
    await Promise.all([page.waitForURL((at) => !at.pathname.startsWith("/auth")), button.click()]);
    await page.waitForLoadState("load");
    return page;
}

export async function screenshot(page, name) {
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** Axe's word on the page, as lines that name the rule and the element. */
async function violations(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
        resultTypes: ["violations"],
    }));
    return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, target }) => `${id}: ${help}: ${target} ${html.slice(0, 160)}`));
}

/** What is wider than the page at 400 %. What scrolls in a box of its own, as a table or a figure may, is not. */
async function overflowing(page) {
    const before = page.viewportSize();
    await page.setViewportSize(ZOOMED);
    const found = await page.evaluate(() => {
        const root = document.scrollingElement;
        if (root.scrollWidth <= innerWidth) return [];
        const scrolls = (element) => {
            for (let at = element; at && at !== root; at = at.parentElement)
                if (/auto|scroll|hidden/.test(getComputedStyle(at).overflowX)) return true;
            return false;
        };
        return [...document.body.querySelectorAll("*")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element))
            .map((element) => element.outerHTML.slice(0, 120))
            .slice(0, 5);
    });
    await page.setViewportSize(before);
    return found;
}

/** How many bytes the page took, with all that it loads. */
export async function weight(page) {
    return page.evaluate(() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .filter(({ name }) => !/\/events/.test(name))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0));
}

/** Walks the page by Tab: every control is reached, is in view and shows that it is. */
export async function walk(page) {
    await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
    const expected = await page.evaluate(() => {
        const radios = new Set();
        const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
        return [...document.querySelectorAll(able)].filter((element) => {
            if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
            if (element.type !== "radio") return true;
            // A group of radios is one stop.
            const group = `${element.form ? [...document.forms].indexOf(element.form) : ""} ${element.name}`;
            return !radios.has(group) && radios.add(group);
        }).map((element, at) => { if (element.type !== "radio") element.dataset.walk = at; return element.outerHTML.slice(0, 100); });
    });
    const reached = new Set();
    const faults = [];
    let [radios, ends, last] = [0, 0, null];
    for (let step = 0; step < expected.length + 20; step += 1) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
            const element = document.activeElement;
            if (!element || element === document.body) return null;
            const marked = [element, element.closest("label")].filter(Boolean).some((one) => {
                const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
                return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
            });
            const { top, bottom, left, right } = element.getBoundingClientRect();
            const within = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
            const over = within && document.elementFromPoint(
                (Math.max(left, 0) + Math.min(right, innerWidth)) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2);
            return { walk: element.dataset.walk, radio: element.type === "radio", html: element.outerHTML.slice(0, 100), marked,
                within, covered: Boolean(over) && !element.contains(over) && !over.contains(element) && !element.labels?.length };
        });
        // Past the last control it begins anew: a page may have put the focus somewhere in the middle.
        if (!at && (ends += 1) > 1) break;
        if (!at) continue;
        // Day, month and year of a date are stops of their own.
        if (!at.radio && at.walk === last) continue;
        last = at.walk;
        if (at.radio) radios += 1;
        else if (reached.has(at.walk)) break;
        else reached.add(at.walk);
        if (!at.marked) faults.push(`focus does not show on ${at.html}`);
        if (!at.within || at.covered) faults.push(`focus is out of sight on ${at.html}`);
    }
    await page.evaluate(() => document.querySelectorAll("[data-walk]").forEach((element) => delete element.dataset.walk));
    if (reached.size + radios < expected.length)
        faults.push(`${expected.length} controls, ${reached.size + radios} reached by Tab: ${expected.slice(reached.size, reached.size + 3)}`);
    return faults;
}

/** What must hold on every page. `heaviest` is in bytes, with style sheets and scripts. */
export async function checkPage(page, name, { heaviest = 150_000, keyboard = true } = {}) {
    await page.waitForLoadState("load");
    assert.match(await page.title(), /\S/, `${name} has no title`);
    assert.match(await page.locator("html").getAttribute("lang"), /^[a-z]{2}$/, `${name} does not say its language`);
    const bytes = await weight(page);
    assert.ok(bytes > 0 && bytes <= heaviest, `${name} takes ${bytes} bytes`);
    await screenshot(page, name);
    assert.deepEqual(await overflowing(page), [], `${name} is wider than a phone`);
    if (keyboard) assert.deepEqual(await walk(page), [], `${name} by keyboard`);
    assert.deepEqual(page.seen.wrong, [], `${name}: console and content security policy`);
    assert.deepEqual(page.seen.outside, [], `${name} asked another host`);
    // Axe comes last: what it does to the page to look at it is not the page's doing.
    assert.deepEqual(await violations(page), [], `${name}: WCAG 2.2 AA`);
    page.seen.wrong.length = 0;
    return bytes;
}

/** The headers that every page of the board has. */
export function checkHeaders(headers) {
    const policy = Object.fromEntries((headers["content-security-policy"] ?? "").split(";").map((part) => part.trim())
        .filter(Boolean).map((part) => [part.split(" ")[0], part.split(" ").slice(1).join(" ")]));
    assert.deepEqual(policy, POLICY);
    assert.match(headers["cache-control"] ?? "", /no-store/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(headers["referrer-policy"] ?? "", /^(no-referrer|same-origin)$/);
}

/** Opens an action and answers with its form. One that is not in sight lies behind "More". */
export async function open(page, title, within = page) {
    const acts = within.locator("details.act", { has: page.locator(":scope > summary", { hasText: title }) });
    await acts.first().waitFor({ state: "attached" });
    if (!(await acts.filter({ visible: true }).count())) {
        await within.locator("details.more:not([open])", { has: acts.first() }).first().locator(":scope > summary").click();
    }
    const act = acts.filter({ visible: true }).first();
    const before = await page.title();
    if (!(await act.evaluate((details) => details.open))) await act.locator(":scope > summary").click();
    await act.locator("form").first().waitFor();
    assert.equal(await page.title(), before, "a form that opens in place leaves the title to the page");
    return act;
}

/** Speaks English from here on: the tests look for its words. */
export async function inEnglish(page) {
    await page.context().addCookies([]);
    const change = page.locator('button[name="language"][value="en"]');
    if (await change.count()) await Promise.all([page.waitForNavigation(), change.click()]);
    page.seen.clicks = 0;
    return page;
}

// The directory lists every organisation of the country, with what can be done about each.
const heaviestOf = (part) => (part === "/board/directory" ? 350_000 : 150_000);

/** Visits each part of the board that a role has, and checks each. Answers with the heaviest. */
export async function tour(page, name) {
    const parts = await page.locator(".board-nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.ok(parts.length > 0, `${name} has no parts`);
    let heaviest = 0;
    for (const part of parts) {
        const answer = await page.goto(url + part);
        assert.equal(answer.status(), 200, part);
        checkHeaders(answer.headers());
        assert.equal(await page.locator('.board-nav [aria-current="page"]').count(), 1, `${part} is not marked as where one is`);
        heaviest = Math.max(heaviest, await checkPage(page, `${name}${part.replaceAll("/", "-").replace(/-$/, "")}`, { heaviest: heaviestOf(part) }));
    }
    return heaviest;
}

/** A user of the REST interface, for what happens beside the board. */
export function rest(user) {
    const token = execFileSync(process.env.BAKEN_BIN, ["token", user, "--data", process.env.BAKEN_DATA], { encoding: "utf8" }).trim();
    return async (method, path, body) => {
        const answer = await fetch(url + path, {
            method,
            headers: {
                Authorization: `Bearer ${token}`,
                ...(body === undefined ? {} : { "Content-Type": "application/json", "Idempotency-Key": randomUUID() }),
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
        const said = await answer.json().catch(() => null);
        assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${JSON.stringify(said)}`);
        return said;
    };
}

/** Sends a form of the board, and waits for the page that comes after it. */
export async function record(page, form) {
    await Promise.all([page.waitForNavigation(), form.locator('form button[type="submit"]').last().click()]);
}

/** What was recorded is said. */
export async function wasRecorded(page) {
    const problem = page.locator(".utrecht-alert--error");
    assert.equal(await problem.count(), 0, `not recorded: ${await problem.allInnerTexts()}`);
    assert.equal(await page.locator(".utrecht-alert--ok").count(), 1);
}
