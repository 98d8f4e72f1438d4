// The board works without this. It keeps what somebody types: from a change that comes under their hands, from a link, and
// from a network that is gone. And it takes off the screen at once what may not be seen there any more.
(() => {
    "use strict";
    const english = document.documentElement.lang === "en";
    const say = (dutch, inEnglish) => (english ? inEnglish : dutch);
    const live = () => document.getElementById("live");
    const made = (tag, properties, ...within) => {
        const element = Object.assign(document.createElement(tag), properties);
        element.append(...within);
        return element;
    };
    const link = (href, text, properties = {}) => made("a", { href, className: "utrecht-link", ...properties }, text);

    // What is typed

    const isTyped = (field) => {
        if (!field.name || ["hidden", "submit", "button"].includes(field.type)) return false;
        if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
        if (field.options) {
            const byDefault = [...field.options].some((option) => option.defaultSelected);
            return byDefault || field.multiple
                ? [...field.options].some((option) => option.selected !== option.defaultSelected)
                : field.selectedIndex > 0;
        }
        return field.value !== field.defaultValue;
    };
    // What came back from the server, because it was not recorded, was typed too.
    const cameBack = (form) => form.hasAttribute("data-written");
    const isWritten = (form) => cameBack(form) || [...form.elements].some(isTyped);
    /** Whether a form records something: searching and signing out do not. */
    const records = (form) => form.method === "post" && !form.matches('[role="search"], [action="/auth/sign-out"]');

    // The page changes around what is typed

    const KEPT = "hx-morph-skip";
    let numbered = 0;

    /** Whether somebody is at a form: it was opened, has the cursor, or is being sent. */
    const isInUse = (form, box) => {
        const at = document.activeElement;
        const opened = box !== form && (box.open ?? true);
        return opened || form.dataset.sent || (form.contains(at) && !["BUTTON", "SUMMARY"].includes(at.tagName));
    };

    /** What a form without an id is known by: what it does, and to whom. */
    const purpose = (form) => JSON.stringify([form.getAttribute("action"), ...[...form.querySelectorAll('[type="hidden"]')]
        .filter(({ name }) => !["csrf", "key"].includes(name)).map(({ name, value }) => [name, value])]);
    /** What stands for a form in what comes. */
    const counterpart = (content, box, form) => {
        if (box.id && !box.dataset.numbered) return content.getElementById(box.id);
        const found = [...content.querySelectorAll("form:not([id])")].find((other) => purpose(other) === purpose(form));
        if (found) found.id = box.id = box.dataset.numbered = `kept-${(numbered += 1)}`;
        return found;
    };

    /** Takes a form out of the page, with nothing of anybody but what was typed. */
    const putAside = (form, title) => {
        const keeps = (field) => isTyped(field) || (cameBack(form) && field.type !== "hidden" && field.value);
        for (const row of form.querySelectorAll(".form-row, .question, p")) {
            if (![...row.querySelectorAll("input, select, textarea")].some(keeps)) row.remove();
        }
        form.querySelectorAll("details").forEach((details) => (details.open = true));
        let aside = document.getElementById("aside");
        if (!aside) {
            aside = made("section", { id: "aside" }, made("p", { role: "status" }, say(
                "Wat u schreef, kan hier niet meer. Uw tekst staat er nog en is niet vastgelegd.",
                "What you wrote can be done here no more. Your text is still there and is not recorded.",
            )));
            live().before(aside);
        }
        if (title) aside.append(made("h2", { className: "utrecht-heading-3" }, title));
        if (aside.moveBefore && form.isConnected) aside.moveBefore(form, null);
        else aside.append(form);
    };

    /** Prepares the page for what comes in its place, if anything does: who types goes on typing. Whether anybody does. */
    const makeWay = (content) => {
        const at = document.activeElement;
        let kept = false;
        for (const form of live().querySelectorAll("form")) {
            const box = form.closest("details.act, .form-page") ?? form;
            box.removeAttribute(KEPT);
            const isUsed = isWritten(form) && records(form);
            if (!isUsed && !isInUse(form, box)) {
                // Opened again, it is fetched again.
                if (box.matches("details")) form.closest("[hx-get]:not(#live)")?.remove();
            } else if (content && counterpart(content, box, form)) {
                box.setAttribute(KEPT, "");
                kept = true;
            } else if (isUsed) {
                putAside(form, box.querySelector(":scope > summary")?.textContent);
                kept = true;
            }
        }
        if (at !== document.activeElement && at?.isConnected) at.focus({ preventScroll: true });
        return kept;
    };

    /** Shows something else in place of all that the page told. */
    const replace = (...within) => {
        makeWay(null);
        live().replaceChildren(...within);
        document.title = "Baken";
    };
    let over = false;
    /** Nobody is signed in here, or somebody else: what says who is, and what is theirs, goes, and nothing is asked for. */
    const leave = () => {
        over = true;
        document.querySelector("[hx-sse\\:connect]")?.remove();
        document.querySelectorAll(".board-header > :not(a), .board-nav, #changed").forEach((each) => each.remove());
    };
    const heading = (text) => made("h1", { className: "utrecht-heading-1" }, text);
    const signIn = () => link("/", say("Opnieuw aanmelden", "Sign in again"), document.getElementById("aside") ? { target: "_blank" } : {});

    const textOf = (root) => {
        const copy = root.cloneNode(true);
        copy.querySelectorAll("form, time").forEach((each) => each.remove());
        return copy.textContent.replace(/\s+/g, " ");
    };
    const token = document.querySelector('[name="csrf"]')?.value;

    document.addEventListener("htmx:before:request", (event) => over && event.target.id === "live" && event.preventDefault());
    document.addEventListener("htmx:before:swap", (event) => {
        const { ctx, tasks } = event.detail;
        const task = tasks.find(({ target }) => target?.id === "live");
        if (!task) return;
        const content = task.fragment;
        const others = ctx.text.match(/name="csrf" value="([^"]+)"/)?.[1];
        if (!content.querySelector("#live")) {
            // An answer that is no page of the board says nothing of what may be seen: it is asked for again.
            event.preventDefault();
            setTimeout(look, 5000);
        } else if (ctx.response.status === 401) {
            makeWay(null);
            leave();
        } else if (others && others !== token) {
            event.preventDefault();
            replace(heading(say("Hier is opnieuw aangemeld", "Somebody signed in here again")),
                made("p", {}, link(location.href, say("Deze pagina opnieuw openen", "Open this page again"))));
            leave();
        } else {
            const changes = textOf(live()) !== textOf(content);
            const told = document.getElementById("changed");
            if (makeWay(content) && changes && told) told.hidden = false;
        }
    });

    // Somebody whom this page showed may not be seen any more. One that can be asked for again is: see `hx-trigger`.
    document.addEventListener("baken-closed", () => {
        if (live().hasAttribute("hx-get")) return;
        replace(made("p", { role: "status" }, say(
            "Wat hier stond is veranderd, of u mag het niet meer zien. ", "What was here has changed, or is not yours to see any more. ",
        ), link("/board/", say("Naar uw eerste pagina", "To your first page"))));
    });
    const ended = () => {
        const title = say("U bent afgemeld", "You are signed out");
        replace(heading(title));
        live().append(made("p", {}, signIn()));
        leave();
    };
    document.addEventListener("baken-ended", ended);

    // What changed while there was no connection, or nobody looked, is told by nobody: the page looks for itself.
    const look = () => document.body.dispatchEvent(new CustomEvent("baken-changed"));
    let connected = false;
    document.addEventListener("htmx:sse:after:connection", ({ detail: { connection } }) => {
        network(true);
        if (connection.status === 204) return ended();
        if (connected) look();
        connected = true;
    });
    document.addEventListener("htmx:error", (event) => event.target.id === "live" && setTimeout(look, 5000));
    document.addEventListener("visibilitychange", () => document.hidden || look());
    window.addEventListener("pageshow", ({ persisted }) => persisted && look());

    // The network

    const isOutreach = () => document.querySelector("main[data-offline]");
    const offline = () => (isOutreach() ? [" ", link("/board/offline", say("Werk verder zonder netwerk", "Go on without a network"))] : []);
    const network = (there) => {
        document.getElementById("network")?.remove();
        if (there) return;
        const text = say("Geen netwerk. Wat u ziet kan intussen veranderd zijn.", "No network. What you see may have changed meanwhile.");
        document.querySelector("main")?.append(made("p", { id: "network", className: "banner", role: "status" }, text, ...offline()));
    };
    window.addEventListener("offline", () => network(false));
    window.addEventListener("online", () => {
        network(true);
        look();
    });
    document.addEventListener("htmx:sse:error", ({ detail }) => detail.status || network(false));

    /** How the service answers: 0 where it does not. */
    const answers = () => fetch("/board/here", { cache: "no-store", signal: AbortSignal.timeout(8000) })
        .then(({ status }) => (status < 500 ? status : 0), () => 0);

    const tell = (form, ...within) => {
        form.querySelector(".not-sent")?.remove();
        const told = made("p", { className: "utrecht-form-field-error-message not-sent", role: "alert" }, ...within);
        form.append(told);
        told.scrollIntoView({ block: "nearest" });
    };

    // What is sent twice in a hurry is sent once; and what is typed is not sent to nowhere.
    let sending = null;
    document.addEventListener("submit", async (event) => {
        const form = event.target;
        if (form.dataset.sent && !form.dataset.goes) return event.preventDefault();
        if (form.dataset.goes || !records(form)) {
            delete form.dataset.goes;
            form.dataset.sent = "yes";
            sending = form;
            setTimeout(() => {
                delete form.dataset.sent;
                sending = null;
            }, 3000);
            return;
        }
        event.preventDefault();
        form.dataset.sent = "yes";
        const status = await answers();
        if (status === 0) {
            tell(form, say("Geen netwerk. Uw tekst staat er nog; probeer het straks weer.", "No network. Your text is still there; try again later."), ...offline());
        } else if (status === 401) {
            tell(form, say("U bent afgemeld. Uw tekst staat er nog: meld u aan in een nieuw venster, en verstuur haar dan hier. ", "You are signed out. Your text is still there: sign in in a new window, and then send it here. "),
                link("/", say("Aanmelden", "Sign in"), { target: "_blank" }));
        } else {
            form.dataset.goes = "yes";
            form.requestSubmit(event.submitter);
            return;
        }
        delete form.dataset.sent;
    });

    // Who leaves what they typed is asked first.
    window.addEventListener("beforeunload", (event) => {
        const isLeft = (form) => form !== sending && records(form) && isWritten(form);
        if ([...document.forms].some(isLeft)) event.preventDefault();
    });

    // A phone that works without a network, or has done so: `offline.js` keeps its store, and closes it for others.
    const own = document.currentScript.src;
    document.addEventListener("DOMContentLoaded", () => {
        if (isOutreach() || navigator.serviceWorker?.controller) {
            document.head.append(made("script", { src: own.replace("board.js", "offline.js") }));
        }
        if (!navigator.onLine) network(false);
        document.getElementById("problem")?.focus();
        document.querySelectorAll("[data-print]").forEach((button) => {
            button.hidden = false;
            button.addEventListener("click", () => window.print());
        });
    });
})();
