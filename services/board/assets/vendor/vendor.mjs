// Makes what the board embeds of others' work: htmx as it is, Utrecht's components and the tokens of the neutral theme cut
// down to what the board uses.
import { readFileSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { components, tokens, used } from "./css.mjs";

const [assets, out] = process.argv.slice(2);
const modules = new URL("./node_modules/", import.meta.url).pathname;
const read = (path) => readFileSync(join(modules, path), "utf8");
const write = (name, text) => writeFileSync(join(out, name), text.endsWith("\n") ? text : `${text}\n`);

const htmx = "htmx.org";
// The comment that names a source map would be a request for a file that is not there.
const script = (path) => read(path).replace(/\n?\/\/# sourceMappingURL=.*\n?$/, "");
// One file of both: htmx starts in a timer, and may start before a second file has registered its extension.
write("htmx.min.js", script(`${htmx}/dist/htmx.min.js`) + "\n" + script(`${htmx}/dist/ext/hx-sse.min.js`));
write("LICENSE.htmx.txt", read(`${htmx}/LICENSE`));

const utrecht = "@utrecht/component-library-css";
const theme = "@nl-design-system-unstable/voorbeeld-design-tokens";
const notice = (name) => {
    const { version, license } = JSON.parse(read(`${name}/package.json`));
    return `/*! ${name} ${version}, ${license}, restricted to what Baken's board uses */\n`;
};
const themeCss = read(`${theme}/dist/theme.css`);
const chosen = components(read(`${utrecht}/dist/index.css`), themeCss);
const own = readdirSync(assets).filter((name) => name === "board.css").map((name) => readFileSync(join(assets, name), "utf8"));
write("utrecht.css", notice(utrecht) + chosen);
write("tokens.css", notice(theme) + tokens(themeCss, used([chosen, ...own])));
write("LICENSE.utrecht.md", read(`${utrecht}/LICENSE.md`));
write("LICENSE.voorbeeld-design-tokens.md", read(`${theme}/LICENSE.md`));
