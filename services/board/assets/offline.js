// What an outreach worker notes without a network. It is kept on the phone encrypted (AES-256-GCM), with a key that the
// server gives to a session and that dies with it, and sent as lines of a batch when there is a network. An entry leaves the
// store when it was recorded or when its author deletes it, and in no other way.
(() => {
    "use strict";
    const main = document.querySelector("main[data-offline]");
    const shell = main?.hasAttribute("data-shell") ?? false;
    const english = document.documentElement.lang === "en";
    const say = (dutch, inEnglish) => (english ? inEnglish : dutch);
    const WHAT = { report_sighting: say("Gezien", "Seen"), report_signal: say("Nieuw signaal", "New signal"), record_contact: say("Contact", "Contact") };
    const TEMPLATES = { report_sighting: "offline-lookout", report_signal: "offline-signal", record_contact: "offline-contact" };
    // A list says of whom an entry is by so many characters.
    const SHORT = 60;
    // As many lines as are sent at once, and how long an answer may take.
    const LINES = 50;
    const PATIENCE = 20_000;
    // So long signing out waits for what is being sent.
    const LEAVING = 5_000;
    // A clock that is further off than this is not right.
    const TOLERANCE = 5 * 60_000;
    // After the last key, so soon what is being written is kept; and so long.
    const PAUSE = 300;
    const DRAFTS = 24 * 3_600_000;

    // The store

    const settled = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const opened = (() => {
        const request = indexedDB.open("baken-offline", 1);
        request.onupgradeneeded = () => {
            for (const name of ["keys", "entries", "lookouts"]) request.result.createObjectStore(name, { keyPath: "id" });
        };
        return settled(request);
    })();
    const all = async (name) => settled((await opened).transaction(name).objectStore(name).getAll());
    // A change is done when it is on the phone, not when it was asked for.
    const change = async (names, make) => {
        const doing = (await opened).transaction(names, "readwrite", { durability: "strict" });
        const done = new Promise((ok, fail) => {
            doing.oncomplete = ok;
            doing.onerror = doing.onabort = () => fail(doing.error);
        });
        make((name) => doing.objectStore(name));
        await done;
    };

    /** Deletes what opens the store, and what needs no sending. Entries stay, and cannot be read. */
    const lock = () => change(["keys", "lookouts"], (store) => {
        store("keys").clear();
        store("lookouts").clear();
    });

    const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    const sealed = async (held, id, value) => {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        const additionalData = new TextEncoder().encode(`${held.id} ${id}`);
        const text = new TextEncoder().encode(JSON.stringify(value));
        return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, held.key, text) };
    };
    const unsealed = async (held, { id, iv, data }) => {
        const additionalData = new TextEncoder().encode(`${held.id} ${id}`);
        return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, held.key, data)));
    };

    /** The key, while the session lives; what is past its time is deleted. */
    const heldKey = async () => {
        const [held] = await all("keys");
        const now = Date.now() - (held?.ahead ?? 0);
        if (held && held.ends_at <= now) {
            await lock();
            return undefined;
        }
        const past = (await all("lookouts")).filter((each) => each.expires_at <= now);
        const old = (await all("entries")).filter(({ state, made }) => state === "draft" && made + DRAFTS <= Date.now());
        if (past.length + old.length) {
            await change(["lookouts", "entries"], (store) => {
                past.forEach(({ id }) => store("lookouts").delete(id));
                old.forEach(({ id }) => store("entries").delete(id));
            });
        }
        return held;
    };
    /** What was noted; what is still being written is not. */
    const allNoted = async () => (await all("entries")).filter(({ state }) => state !== "draft");

    // The server

    // Signed out: what an answer brings that was under way is not kept any more.
    let left = false;
    const leave = () => {
        left = true;
        return lock();
    };

    // How far this phone's clock is ahead of the server's, in milliseconds: by its last answer.
    let ahead = 0;
    const ask = async (path, options = {}) => {
        const answer = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(PATIENCE), ...options });
        const theirs = Date.parse(answer.headers.get("date"));
        if (theirs) ahead = Date.now() - theirs;
        return answer;
    };

    /** Asks for the key of this session. Answers with what a page sends along; `null` where there is no network. */
    const meet = async () => {
        const answer = await ask("/board/offline/key").catch(() => null);
        if (!answer) return null;
        if ([401, 403, 404].includes(answer.status)) await lock();
        if (!answer.ok) return null;
        const { key_id: id, key, ends_at, csrf } = await answer.json();
        const raw = bytes(key);
        const imported = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
        raw.fill(0);
        const held = { id, key: imported, ends_at: Date.parse(ends_at), ahead };
        const [before] = await all("keys");
        if (before && before.id !== id) await lock();
        if (left) return null;
        await change(["keys"], (store) => store("keys").put(held));
        return { held, csrf };
    };

    const fetchLookouts = async (held) => {
        const answer = await ask("/board/offline/lookouts").catch(() => null);
        if (!answer?.ok) return;
        const { items } = await answer.json();
        const kept = await Promise.all(items.map(async (item) => {
            const id = crypto.randomUUID();
            return { id, key_id: held.id, expires_at: Date.parse(item.expires_at), ...(await sealed(held, id, item)) };
        }));
        if (left) return;
        await change(["lookouts"], (store) => {
            store("lookouts").clear();
            kept.forEach((each) => store("lookouts").put(each));
        });
    };

    const isNever = (status) => status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);

    /** What an entry says, with a time by the server's clock. Where none was typed it is the phone's, which may be wrong. */
    const timed = (said) => {
        const line = JSON.parse(said.line);
        if (Math.abs(said.ahead - ahead) > TOLERANCE) {
            const wrong = say("De klok van uw telefoon is intussen verzet. Kijk of deze tijd klopt.", "The clock of your phone was changed meanwhile. See whether this time is right.");
            return { ...said, timed: true, refusal: { said: null, fields: [{ at: "/occurred_at", said: wrong }] } };
        }
        if (Math.abs(ahead) > TOLERANCE) line.occurred_at = new Date(Date.parse(line.occurred_at) - ahead).toISOString();
        return { ...said, timed: true, line: JSON.stringify(line) };
    };

    /** Sets the times of what waits right, before any of it is sent: what is sent again is the same. */
    const setTimes = async (held) => {
        const refused = new Set();
        const pending = (await all("entries")).filter(({ key_id, state }) => key_id === held.id && state === "pending");
        for (const entry of pending.sort((one, other) => one.made - other.made)) {
            const said = await unsealed(held, entry);
            // What was talked about is dated as its signal is, when that is mended.
            if (said.timed || refused.has(JSON.parse(said.line).person_of)) continue;
            const right = timed(said);
            if (right.refusal) refused.add(entry.id);
            const changed = await entryOf(held, entry.id, right.refusal ? "refused" : "pending", entry.made, right);
            await change(["entries"], (store) => {
                // Its author may have deleted it meanwhile.
                store("entries").get(entry.id).onsuccess = ({ target }) => target.result && store("entries").put(changed);
            });
        }
    };

    /** Sends what waits, the earliest first. */
    const send = async ({ held, csrf }) => {
        const own = (await all("entries")).filter((each) => each.key_id === held.id);
        const pending = own.filter(({ state }) => state === "pending").sort((one, other) => one.made - other.made);
        const read = await Promise.all(pending.map(async (entry) => ({ entry, said: await unsealed(held, entry) })));
        // Where the line that opens its person was refused, an entry waits for that one to be mended.
        const waitsFor = ({ said }) => own.find(({ id }) => id === JSON.parse(said.line).person_of);
        const waiting = read.filter((each) => waitsFor(each)?.state !== "refused");
        const sent = [];
        for (let from = 0; from < waiting.length; from += LINES) {
            const part = waiting.slice(from, from + LINES);
            const body = part.map(({ said }) => `${said.line}\n`).join("");
            const answer = await ask("/board/offline/lines", {
                method: "POST", headers: { "Content-Type": "application/x-ndjson", "Baken-Csrf": csrf }, body,
            });
            if (answer.status === 401) await lock();
            if (!answer.ok) break;
            for (const text of (await answer.text()).split("\n").filter(Boolean)) {
                const told = JSON.parse(text);
                const { entry, said } = part.find(({ entry: { id } }) => id === told.id) ?? {};
                if (!entry) continue;
                if (told.status === 200 || told.status === 201) {
                    await change(["entries"], (store) => store("entries").delete(entry.id));
                    sent.push({ entry, said });
                } else if (isNever(told.status)) {
                    const refused = { ...said, refusal: { said: told.said, fields: told.fields } };
                    const there = await all("entries");
                    const { person_of } = JSON.parse(said.line);
                    if (person_of && there.some(({ id }) => id === person_of)) continue;
                    const changed = await entryOf(held, entry.id, "refused", entry.made, refused);
                    // Its author may have deleted it meanwhile.
                    if (there.some(({ id }) => id === entry.id)) await change(["entries"], (store) => store("entries").put(changed));
                }
            }
        }
        return sent;
    };

    const entryOf = async (held, id, state, made, said) => ({ id, key_id: held.id, state, made, ...(await sealed(held, id, said)) });

    // The pages

    const recorded = [];
    let under_way = null;

    const look = async () => {
        const met = await meet();
        if (met) {
            await fetchLookouts(met.held);
            await setTimes(met.held);
            recorded.push(...(await send(met).catch(() => [])));
        }
        await show();
    };
    /** One at a time; another that is asked for meanwhile comes after it. */
    const sync = () => (under_way = (under_way ?? Promise.resolve()).catch(() => {}).then(look));

    const bar = () => {
        if (shell) return document.getElementById("offline-state");
        let found = document.getElementById("offline-bar");
        if (!found) {
            found = Object.assign(document.createElement("p"), { id: "offline-bar", className: "offline-bar" });
            found.setAttribute("role", "status");
            main.prepend(found);
        }
        return found;
    };

    const clockSays = (off) => {
        const minutes = Math.round(Math.abs(off) / 60_000);
        const lag = minutes < 120 ? say(`${minutes} minuten`, `${minutes} minutes`) : say(`${Math.round(minutes / 60)} uur`, `${Math.round(minutes / 60)} hours`);
        return say(
            `De klok van uw telefoon loopt ${lag} ${off > 0 ? "voor" : "achter"}. Zet de klok goed. Baken verbetert de tijd van wat u noteert, tenzij u zelf een tijd invult.`,
            `The clock of your phone is ${lag} ${off > 0 ? "fast" : "slow"}. Set it right. Baken corrects the time of what you note, unless you fill in a time.`,
        );
    };

    const show = async () => {
        const held = await heldKey();
        const entries = await allNoted();
        const own = entries.filter((each) => held && each.key_id === held.id);
        const [refused, others] = [own.filter(({ state }) => state === "refused").length, entries.length - own.length];
        const says = [];
        const waits = own.length - refused;
        if (Math.abs(held?.ahead) > TOLERANCE) says.push(clockSays(held.ahead));
        if (waits) says.push(waits === 1 ? say("1 notitie wacht op verzending.", "1 entry waits to be sent.") : say(`${waits} notities wachten op verzending.`, `${waits} entries wait to be sent.`));
        if (refused) says.push(refused === 1 ? say("1 notitie moet u aanpassen.", "1 entry needs mending.") : say(`${refused} notities moet u aanpassen.`, `${refused} entries need mending.`));
        if (others) says.push(others === 1 ? say("1 notitie ligt versleuteld klaar voor wie haar schreef.", "1 encrypted entry waits for its author.") : say(`${others} notities liggen versleuteld klaar voor wie ze schreef.`, `${others} encrypted entries wait for their authors.`));
        const place = bar();
        place.className = says.length ? "offline-bar" : "";
        const text = says.join(" ");
        if (place.dataset.says !== text) {
            place.dataset.says = text;
            place.replaceChildren(text);
            if (text && !shell) {
                place.append(" ", Object.assign(document.createElement("a"), { href: "/board/offline", className: "utrecht-link", textContent: say("Bekijken", "Look at them") }));
            }
        }
        if (shell) await showShell(held, own);
    };

    const part = (id) => document.getElementById(id);
    const time = (element, at) => {
        element.dateTime = new Date(at).toISOString();
        element.textContent = new Intl.DateTimeFormat(english ? "en-GB" : "nl-NL", { dateStyle: "medium", timeStyle: "short", timeZone: "Europe/Amsterdam" }).format(at);
    };

    /** A list whose cards stay while they say the same: what is being written in one is left alone. */
    const list = (place, wanted) => {
        const there = new Map([...place.children].map((card) => [card.dataset.of, card]));
        const cards = wanted.map(({ of, make }) => {
            const card = there.get(of) ?? make();
            card.dataset.of = of;
            there.delete(of);
            return card;
        });
        there.forEach((card) => card.remove());
        cards.forEach((card, at) => place.children[at] !== card && place.insertBefore(card, place.children[at] ?? null));
    };

    const showShell = async (held, own) => {
        part("offline-locked").hidden = Boolean(held);
        part("offline-open").hidden = !held;
        part("offline-leave").hidden = !held;
        if (!held) {
            for (const id of ["offline-lookouts", "offline-entries"]) part(id).replaceChildren();
            recorded.length = 0;
            return;
        }
        const kept = (await all("lookouts")).filter((each) => each.key_id === held.id);
        const lookouts = await Promise.all(kept.map((each) => unsealed(held, each)));
        lookouts.sort((one, other) => one.expires_at.localeCompare(other.expires_at));
        part("offline-nobody").hidden = lookouts.length > 0;
        list(part("offline-lookouts"), lookouts.map((lookout) => ({ of: `${lookout.lookout_id} ${lookout.description}`, make: () => lookoutCard(lookout) })));
        own.sort((one, other) => other.made - one.made);
        const entries = await Promise.all(own.map(async (entry) => ({ entry, said: await unsealed(held, entry) })));
        const done = recorded.toReversed().map(({ entry, said }) => ({ of: `${entry.id} sent`, make: () => entryCard({ ...entry, state: "sent" }, said) }));
        const listed = entries.map(({ entry, said }) => ({
            of: `${entry.id} ${entry.state} ${JSON.stringify(said.refusal ?? null)}`, make: () => entryCard(entry, said),
        }));
        list(part("offline-entries"), [...listed, ...done]);
        part("offline-none").hidden = listed.length + done.length > 0;
        await fillDrafts(held);
    };

    const lookoutCard = (lookout) => {
        const card = part("offline-lookout").content.cloneNode(true).firstElementChild;
        card.querySelector(".lookout-who").textContent = lookout.description ?? say("Geen beschrijving", "No description");
        time(card.querySelector("time"), Date.parse(lookout.expires_at));
        const form = card.querySelector("form");
        form.dataset.about = JSON.stringify({ person_id: lookout.person_id, subject_id: lookout.lookout_id, whom: lookout.description });
        return card;
    };

    const STATES = {
        pending: say("Wacht op verzending. Het staat versleuteld op deze telefoon.", "Waits to be sent. It is on this phone, encrypted."),
        refused: say("Niet vastgelegd. Kijk wat er moet veranderen en verstuur het opnieuw.", "Not recorded. Look at what must change, and send it again."),
        sent: say("Vastgelegd.", "Recorded."),
    };

    /** What was written in an entry, the name first; not what was chosen. */
    const written = ({ identity: { name, alias, appearance } = {}, location, summary, circumstances, observations }) =>
        [name, alias, appearance, location, summary, circumstances, observations].filter(Boolean).join(", ");

    const entryCard = (entry, said) => {
        const card = part("offline-entry").content.cloneNode(true).firstElementChild;
        card.classList.add(entry.state);
        const line = JSON.parse(said.line);
        const about = [said.whom, written(line.data)].filter(Boolean).map((text) => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text));
        card.querySelector(".entry-what").textContent = about.length ? `${WHAT[line.command]}: ${about.join(" · ")}` : WHAT[line.command];
        time(card.querySelector("time"), Date.parse(line.occurred_at));
        card.querySelector(".entry-state").textContent = STATES[entry.state];
        const remove = card.querySelector(".entry-delete");
        remove.hidden = entry.state === "sent";
        remove.addEventListener("click", async () => {
            // Twice, so that no thumb does it by chance.
            if (!remove.dataset.sure) {
                remove.dataset.sure = "yes";
                remove.textContent = say("Echt verwijderen? Het is dan weg.", "Really delete? It is gone then.");
                return;
            }
            await change(["entries"], (store) => store("entries").delete(entry.id));
            await show();
        });
        if (entry.state === "refused") card.insertBefore(mending(entry, said, line), remove);
        return card;
    };

    /** A time as the field for it has it: to the minute, and where the phone is. */
    const local = (at) => {
        const date = new Date(at);
        return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    };

    /** The form of an entry that was refused, with what it said and what is wrong with it. */
    const mending = (entry, said, line) => {
        const act = part(TEMPLATES[line.command]).content.querySelector("details.act").cloneNode(true);
        act.open = true;
        act.querySelector("summary").textContent = say("Aanpassen", "Mend it");
        const form = act.querySelector("form");
        form.dataset.mends = JSON.stringify({ id: entry.id, made: entry.made });
        form.dataset.about = JSON.stringify({ person_id: line.person_id, person_of: line.person_of, subject_id: line.subject_id, whom: said.whom });
        const when = form.elements.namedItem("occurred_at");
        when.value = local(line.occurred_at);
        form.dataset.at = JSON.stringify([when.value, line.occurred_at]);
        form.querySelector('[type="submit"]').textContent = say("Opnieuw versturen", "Send again");
        // What was talked about is an entry of its own by now.
        form.elements.namedItem("talked")?.closest(".form-row").remove();
        for (const field of form.elements) {
            if (!field.name?.startsWith("/")) continue;
            field.value = field.name.split("/").slice(1).reduce((value, key) => value?.[key], line.data) ?? "";
        }
        const { said: whole, fields } = said.refusal ?? {};
        const unplaced = [];
        (fields ?? []).forEach(({ at, said: wrong }, number) => {
            const name = at === "/occurred_at" ? "occurred_at" : at.replace(/^\/data/, "");
            const field = [...form.elements].find((each) => each.name && (each.name === name || name.startsWith(`${each.name}/`)));
            if (!field) return unplaced.push(wrong);
            const message = Object.assign(document.createElement("p"), { className: "utrecht-form-field-error-message", textContent: wrong, id: `wrong-${entry.id}-${number}` });
            field.closest(".form-row").append(message);
            field.setAttribute("aria-invalid", "true");
            field.setAttribute("aria-describedby", message.id);
            field.closest("details.more")?.setAttribute("open", "");
        });
        const told = fields?.length ? unplaced : [whole];
        if (told.filter(Boolean).length) {
            form.prepend(Object.assign(document.createElement("p"), { className: "utrecht-form-field-error-message", textContent: told.filter(Boolean).join(" ") }));
        }
        return act;
    };

    /** What a form says, as a line of a batch: its id and its text stay the same however often it is sent. */
    const noted = (form, id, held) => {
        const about = JSON.parse(form.dataset.about ?? "{}");
        const data = {};
        for (const { name, value } of form.elements) {
            if (!name?.startsWith("/") || !value.trim()) continue;
            const path = name.split("/").slice(1);
            const last = path.pop();
            path.reduce((at, key) => (at[key] ??= {}), data)[last] = value.trim();
        }
        const when = form.elements.namedItem("occurred_at").value;
        const [before, exactly] = JSON.parse(form.dataset.at ?? "[]");
        const at = when && when === before ? exactly : (when ? new Date(when) : new Date()).toISOString();
        const { person_id, person_of, subject_id, whom } = about;
        const line = { id, command: form.dataset.command, person_id, person_of, subject_id, occurred_at: at, data };
        // A time that was filled in is the worker's, not the phone's.
        return { line: JSON.stringify(line), whom, timed: Boolean(when), ahead: held.ahead };
    };

    /** What was talked about with somebody new is a contact: with the person whom the signal's line opens. */
    const talked = (form, signal) => {
        const summary = form.elements.namedItem("talked")?.value.trim();
        if (!summary || form.dataset.command !== "report_signal") return null;
        const { id, occurred_at, data: { location_type, location } } = JSON.parse(signal.line);
        const own = crypto.randomUUID();
        const line = { id: own, command: "record_contact", person_of: id, occurred_at, data: { location_type, location, summary } };
        return { id: own, said: { line: JSON.stringify(line), timed: signal.timed, ahead: signal.ahead } };
    };

    /** What was talked about waits for its signal, and so was never recorded: it happened when the signal now says. */
    const redated = async (held, signal) => {
        const { id, occurred_at } = JSON.parse(signal.line);
        const found = [];
        for (const entry of await all("entries")) {
            if (entry.key_id !== held.id || entry.state !== "pending") continue;
            const said = await unsealed(held, entry);
            const line = JSON.parse(said.line);
            if (line.person_of !== id) continue;
            found.push(await entryOf(held, entry.id, entry.state, entry.made, { ...said, timed: signal.timed, ahead: signal.ahead, line: JSON.stringify({ ...line, occurred_at }) }));
        }
        return found;
    };

    // What is being written is kept as what was noted is, until that is saved: a page may be thrown away at any time.

    const formOf = (form) => {
        const [{ id }, { subject_id }] = [form.dataset.mends, form.dataset.about].map((said) => JSON.parse(said ?? "{}"));
        return [form.dataset.command, subject_id, id].join(" ");
    };
    const byDefault = (field) => (field.options ? ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value : field.defaultValue);
    let keeping = Promise.resolve();
    const keep = async (form) => {
        const held = await heldKey();
        if (!held || form.dataset.saving) return;
        const fields = [...form.elements].filter((field) => field.name && field.value !== byDefault(field)).map(({ name, value }) => [name, value]);
        const id = (form.dataset.draft ??= crypto.randomUUID());
        const draft = await entryOf(held, id, "draft", Date.now(), { form: formOf(form), fields });
        await change(["entries"], (store) => (fields.length ? store("entries").put(draft) : store("entries").delete(id)));
    };
    const pauses = new WeakMap();
    document.addEventListener("input", ({ target: { form } }) => {
        if (!shell || !form?.dataset.command) return;
        clearTimeout(pauses.get(form));
        pauses.set(form, setTimeout(() => (keeping = keeping.then(() => keep(form)).catch(() => {})), PAUSE));
    });

    /** Puts what was being written into its forms, once. */
    const fillDrafts = async (held) => {
        const kept = (await all("entries")).filter(({ key_id, state }) => key_id === held.id && state === "draft");
        const drafts = new Map();
        for (const { id, ...rest } of kept) {
            const { form, fields } = await unsealed(held, { id, ...rest });
            drafts.set(form, { id, fields });
        }
        for (const form of document.querySelectorAll("form[data-command]:not([data-filled])")) {
            form.dataset.filled = "yes";
            const draft = drafts.get(formOf(form));
            if (!draft) continue;
            form.dataset.draft = draft.id;
            for (const [name, value] of draft.fields) {
                const field = form.elements.namedItem(name);
                if (field) field.value = value;
                field?.closest("details.more")?.setAttribute("open", "");
            }
            form.closest("details.act").open = true;
        }
    };

    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (!shell || !form.dataset.command) return;
        event.preventDefault();
        if (form.dataset.saving) return;
        form.dataset.saving = "yes";
        clearTimeout(pauses.get(form));
        try {
            await keeping;
            const held = await heldKey();
            if (!held) return void (await show());
            const mends = form.dataset.mends ? JSON.parse(form.dataset.mends) : { id: crypto.randomUUID(), made: Date.now() };
            const said = noted(form, mends.id, held);
            const contact = talked(form, said);
            const entries = [await entryOf(held, mends.id, "pending", mends.made, said)];
            if (form.dataset.mends) entries.push(...(await redated(held, said)));
            if (contact) entries.push(await entryOf(held, contact.id, "pending", mends.made + 1, contact.said));
            await change(["entries"], (store) => {
                entries.forEach((entry) => store("entries").put(entry));
                if (form.dataset.draft) store("entries").delete(form.dataset.draft);
            });
            delete form.dataset.draft;
            form.reset();
            form.closest("details.act").open = false;
            main.focus({ preventScroll: true });
            await show();
            part("offline-state").scrollIntoView({ block: "nearest" });
            sync();
        } catch {
            // What was written stands in its form still.
            const message = say("Bewaren lukte niet. Probeer het nog eens.", "It could not be saved. Try again.");
            form.append(Object.assign(document.createElement("p"), { className: "utrecht-form-field-error-message", textContent: message }));
        } finally {
            delete form.dataset.saving;
        }
    });

    // Signing out: what waits is sent first. What cannot be sent is told of, and stays encrypted.
    const signOut = () => document.querySelector('form[action="/auth/sign-out"]');
    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (!main || form !== signOut() || form.dataset.left) return;
        event.preventDefault();
        if (form.dataset.leaving) return;
        form.dataset.leaving = "yes";
        await Promise.race([sync(), new Promise((done) => setTimeout(done, LEAVING))]).catch(() => {});
        const waits = (await allNoted()).length;
        delete form.dataset.leaving;
        if (waits && !form.dataset.told) {
            form.dataset.told = "yes";
            bar().prepend(say("Nog niet alles is verstuurd. Meldt u zich nu af, dan blijft het versleuteld op deze telefoon tot u zich weer aanmeldt. ", "Not everything is sent yet. If you sign out now, it stays on this phone, encrypted, until you sign in again. "));
            bar().scrollIntoView({ block: "nearest" });
            return;
        }
        form.dataset.left = "yes";
        await leave();
        form.submit();
    });
    if (shell) {
        part("offline-leave").addEventListener("click", async () => {
            // The session is ended where there is a network; the key is gone in any case.
            const met = await meet().catch(() => null);
            if (met) await send(met).catch(() => {});
            await leave();
            await show();
            if (met) {
                const body = new URLSearchParams({ csrf: met.csrf });
                await fetch("/auth/sign-out", { method: "POST", credentials: "same-origin", redirect: "manual", body }).catch(() => {});
            }
        });
    }

    // Somebody else is signed in here: nothing of the one before is left open.
    if (!main) {
        lock().catch(() => {});
        return;
    }
    if (!shell) {
        navigator.serviceWorker?.register("/board/worker.js", { scope: "/board/", updateViaCache: "none" })
            .then(() => navigator.serviceWorker.ready)
            .then(({ active }) => active?.postMessage({ language: document.documentElement.lang }))
            .catch(() => {});
        // What is not sent is not thrown away where the phone runs out of room.
        navigator.storage?.persist?.().catch(() => {});
    }
    show().catch(() => {}).then(sync).catch(() => {});
    window.addEventListener("online", () => sync().catch(() => {}));
    // What expires while the page is open is deleted, and so is the key of a session that has ended; what waits is tried again.
    setInterval(() => sync().catch(() => {}), 60_000);
})();
