//! The files that pages are made of, embedded. Their addresses name their content: they may be kept for good.

/// What htmx is told: nothing of the browser's history, and no style of its own. `assets/README.md` says why.
pub(crate) const HTMX_CONFIG: &str =
    r#"{"history":false,"includeIndicatorCSS":false,"extensions":"sse","morphIgnore":["data-htmx-powered","open"]}"#;

/// The scripts of a page that changes by itself, in order: what listens comes before what is listened to.
pub(crate) const SCRIPTS: [&str; 2] = ["board.js", "htmx.min.js"];

/// What the page needs that a phone shows without a network.
pub const KEPT_OFFLINE: [&str; 5] = ["tokens.css", "utrecht.css", "board.css", "icon.svg", "offline.js"];

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    pub name: &'static str,
    pub media_type: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $media_type:literal),+ $(,)?) => {
        /// All files.
        pub const ASSETS: &[Asset] = &[
            $(Asset { name: $name, media_type: $media_type, bytes: include_bytes!(concat!("../assets/", $name)) }),+
        ];
    };
}

assets! {
    "htmx.min.js": "text/javascript; charset=utf-8",
    "offline.js": "text/javascript; charset=utf-8",
    "worker.js": "text/javascript; charset=utf-8",
    "board.js": "text/javascript; charset=utf-8",
    "tokens.css": "text/css; charset=utf-8",
    "utrecht.css": "text/css; charset=utf-8",
    "board.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "icon-192.png": "image/png",
    "icon-512.png": "image/png",
}

/// What of an address changes when any file does (FNV-1a, 64 bit).
fn version() -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = ASSETS.iter().flat_map(|asset| asset.bytes);
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// The address of a file.
#[must_use]
pub fn path(name: &str) -> String {
    format!("/board/assets/{:016x}/{name}", *VERSION)
}

static VERSION: std::sync::LazyLock<u64> = std::sync::LazyLock::new(version);

/// The file of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> &'static str {
        std::str::from_utf8(find(name).unwrap().bytes).unwrap()
    }

    /// `assets/vendor.sh` brings those that are missing.
    #[test]
    fn every_token_that_a_style_sheet_asks_for_is_there() {
        let tokens = text("tokens.css");
        for sheet in ["utrecht.css", "board.css"] {
            for asked in text(sheet).split("var(").skip(1) {
                let name = asked.split([')', ',', ' ']).next().unwrap();
                assert!(
                    !name.starts_with("--basis-") || tokens.contains(&format!("{name}:")),
                    "{sheet} asks for {name}"
                );
            }
        }
    }

    /// The elements that pages are made of.
    const ELEMENTS: &str = "a article body button caption circle code dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 \
        header input label legend li line main nav ol option p rect s section select span strong summary svg table tbody td \
        template text textarea th thead time tr ul";

    /// The classes that a page's source writes: those of an element (`li.card`), and those of texts that are classes, by
    /// their `--` or their `path-`.
    fn classes(source: &str) -> Vec<String> {
        let lines: Vec<_> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = lines.join("\n");
        let is_of_a_class = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
        let elements = code.split_whitespace().filter_map(|word| {
            let (element, classes) = word.trim_end_matches(';').split_once('.')?;
            let is_one = element.starts_with('#') || ELEMENTS.split_whitespace().any(|each| each == element);
            let is_plain = classes.chars().all(|c| is_of_a_class(c) || c == '.');
            (is_one && is_plain).then(|| classes.split('.').map(str::to_owned).collect::<Vec<_>>())
        });
        let texts = code.split('"').skip(1).step_by(2);
        let texts = texts.filter(|text| text.chars().all(|c| is_of_a_class(c) || c == ' '));
        let texts = texts.filter(|text| text.contains("--") || text.starts_with("path-"));
        elements.flatten().chain(texts.flat_map(|text| text.split(' ').map(str::to_owned))).collect()
    }

    fn written(folder: &std::path::Path, found: &mut std::collections::BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                written(&path, found);
            } else {
                let source = std::fs::read_to_string(&path).unwrap();
                found.extend(classes(source.split("#[cfg(test)]\nmod tests").next().unwrap()));
            }
        }
    }

    #[test]
    fn every_class_of_a_page_has_a_rule_or_is_what_a_script_looks_for() {
        let mut found = std::collections::BTreeSet::new();
        written(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        assert!(found.len() > 60 && found.contains("path-phase--closed") && found.contains("places"), "{found:?}");
        let texts: String = ["utrecht.css", "board.css", "board.js", "offline.js"].map(text).concat();
        let is_known = |class: &&String| {
            let name = format!(".{class}");
            let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
            // The checklist's questions are told apart by the end of their class.
            texts.match_indices(&name).any(|(at, _)| ends(&texts[at + name.len()..])) || class.ends_with("--")
        };
        let without: Vec<_> = found.iter().filter(|class| !is_known(class)).collect();
        assert_eq!(without, Vec::<&String>::new());
    }

    #[test]
    fn no_style_sheet_asks_another_host() {
        for sheet in ["tokens.css", "utrecht.css", "board.css"] {
            assert!(!text(sheet).contains("@import"), "{sheet}");
            let places = text(sheet).split("url(").skip(1).map(|place| place.trim_start_matches(['"', '\'']));
            assert!(places.into_iter().all(|place| place.starts_with("data:")), "{sheet}");
        }
    }
}
