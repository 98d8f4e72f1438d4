// The board works without this. It keeps a change from coming under the hands of somebody who types, and puts the cursor
// where it was asked for.
(() => {
    "use strict";
    const touched = new WeakSet();
    const banner = () => document.getElementById("changed");

    document.addEventListener("input", (event) => event.target.form && touched.add(event.target.form));

    // A form that is open or written in is left alone; the banner says that there is something new.
    document.addEventListener("htmx:before:swap", (event) => {
        const { ctx, tasks } = event.detail;
        if (["submit", "click"].includes(ctx.sourceEvent?.type)) return;
        const busy = tasks.some(({ target }) => [...(target?.querySelectorAll?.("form") ?? [])]
            .some((form) => touched.has(form) || form.contains(document.activeElement)));
        if (busy) {
            event.preventDefault();
            if (banner()) banner().hidden = false;
        }
    });

    // What changed while there was no connection is told by nobody: the page looks for itself when there is one again.
    const look = () => document.body.dispatchEvent(new CustomEvent("baken-changed"));
    let connected = false;
    document.addEventListener("htmx:sse:after:connection", () => {
        if (connected) look();
        connected = true;
    });
    document.addEventListener("htmx:error", (event) => event.target.id === "live" && setTimeout(look, 5000));
    window.addEventListener("online", look);

    // What is sent twice in a hurry is sent once.
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = "yes";
        setTimeout(() => delete form.dataset.sent, 3000);
    });

    // A phone that works without a network, or has done so: `offline.js` keeps its store, and closes it for others.
    const own = document.currentScript.src;
    document.addEventListener("DOMContentLoaded", () => {
        if (document.querySelector("[data-offline]") || navigator.serviceWorker?.controller) {
            document.head.append(Object.assign(document.createElement("script"), { src: own.replace("board.js", "offline.js") }));
        }
        document.getElementById("problem")?.focus();
        document.querySelectorAll("[data-print]").forEach((button) => {
            button.hidden = false;
            button.addEventListener("click", () => window.print());
        });
    });
})();
