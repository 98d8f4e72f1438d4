// Cuts the component library and the theme down. A component's tokens are put in place of their names, so that what
// remains to be set are the theme's basic tokens, `--basis-…`: another theme of the NL Design System is another tokens.css.
import postcss from "postcss";
import selectors from "postcss-selector-parser";
import values from "postcss-value-parser";
import { transform } from "lightningcss";
import { classes } from "./classes.mjs";

const BASIC = /^--basis-/;
// The theme has these under a basic name, the components ask for their own.
const RENAMED = /^--utrecht-(?=focus-|action-)/;

// A distance that the theme sets to nothing.
const NOTHING = /calc\(var\(--utrecht-space-around, ?0\) \* 0(px)?\)/g;

/** The theme's tokens by name. */
function theme(css) {
    const found = new Map();
    postcss.parse(css).walkDecls(/^--/, (declaration) => found.set(declaration.prop, declaration.value));
    return found;
}

/** Whether the board can match this selector: each of its classes is one that the board uses. */
function kept(selector) {
    let all = true;
    let any = false;
    // A class within :not() is one that an element lacks: it may well be none of ours.
    selector.walk((node) => {
        if (node.type !== "class") return;
        let parent = node.parent;
        while (parent && !(parent.type === "pseudo" && parent.value === ":not")) parent = parent.parent;
        if (parent) return;
        any = true;
        all &&= classes.has(node.value);
    });
    return any && all;
}

function prune(root) {
    root.walkComments((comment) => comment.remove());
    root.walkRules((rule) => {
        if (rule.parent.type === "atrule" && /keyframes$/.test(rule.parent.name)) return;
        const list = selectors().astSync(rule.selector);
        list.each((selector) => { if (!kept(selector)) selector.remove(); });
        // Classes that are only ever denied, and are none of ours, deny nothing.
        list.walkPseudos((pseudo) => {
            if (pseudo.value !== ":not") return;
            pseudo.each((inner) => {
                const names = [];
                inner.walkClasses((name) => { names.push(name.value); });
                if (names.some((name) => !classes.has(name))) inner.remove();
            });
            if (pseudo.length === 0) pseudo.remove();
        });
        if (list.length === 0) rule.remove();
        // A button that was tapped does not stay marked as one that a keyboard has reached.
        else rule.selector = list.toString().replace(/:focus(?![\w-])/g, ":focus-visible");
    });
    const animations = new Set();
    root.walkDecls(/^animation/, ({ value }) => value.split(/[\s,]+/).forEach((word) => animations.add(word)));
    root.walkAtRules((rule) => {
        const unused = /keyframes$/.test(rule.name) && !animations.has(rule.params);
        if (unused || rule.nodes?.length === 0) rule.remove();
    });
    return root;
}

/** A value with each `var()` resolved as far as the theme says, or nothing where it names what nobody sets. */
function resolve(text, tokens, setInRules) {
    const value = values(text);
    let valid = true;
    value.walk((node) => {
        if (node.type !== "function" || node.value !== "var") return;
        const name = node.nodes[0].value;
        const comma = node.nodes.findIndex((part) => part.type === "div" && part.value === ",");
        const fallback = comma < 0 ? undefined : values.stringify(node.nodes.slice(comma + 1));
        const known = tokens.get(name) ?? tokens.get(name.replace(RENAMED, "--basis-"));
        let text;
        if (setInRules.has(name)) {
            const otherwise = resolve(known ?? fallback ?? "", tokens, setInRules);
            text = otherwise ? `var(${name}, ${otherwise})` : `var(${name})`;
        } else if (known !== undefined) {
            text = BASIC.test(name) ? `var(${name})` : resolve(known, tokens, setInRules);
        } else if (fallback !== undefined) {
            text = resolve(fallback, tokens, setInRules);
        }
        if (text === undefined) valid = false;
        else Object.assign(node, { type: "word", value: text, nodes: undefined });
        return false;
    });
    return valid ? value.toString() : undefined;
}

const minify = (css, filename) =>
    transform({ filename, code: Buffer.from(css), minify: true }).code.toString();

/** The rules of the component library that the board uses. */
export function components(library, themeCss) {
    const tokens = theme(themeCss);
    const root = prune(postcss.parse(library));
    for (let changed = true; changed; ) {
        changed = false;
        const setInRules = new Set();
        root.walkDecls(/^--/, ({ prop }) => { setInRules.add(prop); });
        root.walkDecls((declaration) => {
            const value = resolve(declaration.value, tokens, setInRules)?.replace(NOTHING, "0");
            if (value === declaration.value) return;
            changed = true;
            if (value === undefined) declaration.remove();
            else declaration.value = value;
        });
        // What is set and asked by no rule is left out.
        const asked = used([root.toString()]);
        root.walkDecls(/^--/, (declaration) => {
            if (asked.has(declaration.prop)) return;
            changed = true;
            declaration.remove();
        });
    }
    root.walkRules((rule) => { if (rule.nodes.length === 0) rule.remove(); });
    root.walkAtRules((rule) => { if (rule.nodes?.length === 0) rule.remove(); });
    return minify(root.toString(), "utrecht.css");
}

/** The names of the tokens that style sheets ask for. */
export function used(sheets) {
    return new Set(sheets.flatMap((css) => [...css.matchAll(/var\(\s*(--[\w-]+)/g)].map((found) => found[1])));
}

/** The theme's basic tokens of these names, with their values in place of the names of others. */
export function tokens(themeCss, names) {
    const all = theme(themeCss);
    const literal = (text) => {
        const next = text.replace(/var\((--[\w-]+)\)/g, (_, name) => all.get(name) ?? "initial");
        return next === text ? text : literal(next);
    };
    const lines = [...names].filter((name) => BASIC.test(name) && all.has(name)).sort().map((name) => `${name}:${literal(all.get(name))};`);
    return minify(`:root{${lines.join("")}}`, "tokens.css");
}
