// What an outreach worker's phone does without a network: it shows one page of its own, which holds nothing of anybody, and
// the files of that page. No other page is kept. `FILES` is put before this by the server.
"use strict";

const SHELL = "/board/offline";
const STORE = `baken ${FILES[0]}`;
// Longer than this nobody at the roadside waits.
const PATIENCE = 8000;

const keepShell = async () => {
    const answer = await fetch(SHELL, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok && !answer.redirected) await (await caches.open(STORE)).put(SHELL, answer);
};

self.addEventListener("install", (event) => event.waitUntil((async () => {
    await (await caches.open(STORE)).addAll(FILES);
    await keepShell();
    await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== STORE) await caches.delete(name);
    await self.clients.claim();
})()));

// The page says its language; the shell is kept in that one.
self.addEventListener("message", (event) => event.waitUntil((async () => {
    const kept = await caches.match(SHELL);
    if (kept?.headers.get("content-language") !== event.data.language) await keepShell();
})().catch(() => {})));

// There is no session any more: what opens the store is deleted, and so is everything that needs no sending.
const lock = () => new Promise((done) => {
    const opening = indexedDB.open("baken-offline");
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => done();
    opening.onsuccess = () => {
        const change = opening.result.transaction(["keys", "lookouts"], "readwrite");
        change.objectStore("keys").clear();
        change.objectStore("lookouts").clear();
        change.oncomplete = change.onerror = change.onabort = () => { opening.result.close(); done(); };
    };
});

const page = async (event, address) => {
    const asked = fetch(event.request);
    asked.catch(() => {});
    const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), PATIENCE));
    try {
        const answer = await Promise.race([asked, late]);
        const sentAway = answer.type === "opaqueredirect" && address.pathname !== "/board/language";
        if (answer.status === 401 || sentAway) event.waitUntil(lock());
        return answer;
    } catch {
        return (await caches.match(SHELL)) ?? asked;
    }
};

self.addEventListener("fetch", (event) => {
    const address = new URL(event.request.url);
    if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
    if (FILES.includes(address.pathname)) {
        event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
    } else if (event.request.mode === "navigate" && address.pathname.startsWith("/board/")) {
        event.respondWith(page(event, address));
    }
});
