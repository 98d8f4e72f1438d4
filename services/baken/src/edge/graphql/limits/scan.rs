//! How deep the brackets of a query go, seen without parsing it. The parser descends into each, and how far it may is
//! said here, before there is a document to measure, and not left to what the stack of a thread happens to allow.

/// The most brackets that are open at once. Strings and comments are skipped, as the grammar has them (GraphQL,
/// October 2021, §2.1); where the text is no GraphQL the answer matters less, for the parser stops there.
pub(super) fn deepest_bracket(query: &str) -> usize {
    let mut rest = query.as_bytes();
    let (mut open, mut deepest) = (0_usize, 0);
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'{' | b'[' | b'(' => {
                open += 1;
                deepest = deepest.max(open);
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            b'#' => after_line(after),
            // A block string without an end is read by the grammar as an empty string and what comes after it.
            b'"' => match after.strip_prefix(b"\"\"").and_then(after_block_string) {
                Some(rest) => rest,
                None => after_string(after),
            },
            _ => after,
        };
    }
    deepest
}

fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &text[end..])
}

fn after_string(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            // A line's end within a string is where the parser stops; what follows is taken as code, to be safe.
            [b'"' | b'\n' | b'\r', rest @ ..] => return rest,
            [b'\\', _, rest @ ..] | [_, rest @ ..] => rest,
            [] => return text,
        }
    }
}

fn after_block_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'\\', b'"', b'"', b'"', rest @ ..] | [_, rest @ ..] if !text.starts_with(b"\"\"\"") => rest,
            [b'"', b'"', b'"', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::deepest_bracket;

    #[test]
    fn brackets_are_counted_where_they_are_open_at_once() {
        assert_eq!(deepest_bracket("{ a(b: [1, [2]]) { c } d { e } }"), 4);
        assert_eq!(deepest_bracket("{a}{a}{a}"), 1);
        assert_eq!(deepest_bracket("}}}{"), 1);
    }

    #[test]
    fn brackets_in_strings_and_comments_are_text_and_close_nothing() {
        assert_eq!(deepest_bracket(r#"{ a(b: "{{{{ \" {{{") }"#), 2);
        assert_eq!(deepest_bracket("{ a(b: \"\"\"{{ \\\"\"\" {{ \" }} \"\"\") }"), 2);
        assert_eq!(deepest_bracket("{ # }}}}\n{ # }}\r{ \"}}}\" { \"\"\"}}}\"\"\" {"), 5);
        assert_eq!(deepest_bracket(r#"{ a(b: "") { c(d: """""") { e } } }"#), 3);
    }

    #[test]
    fn a_block_string_without_an_end_hides_no_brackets() {
        assert_eq!(deepest_bracket("{ a(b: [\"\"\"c\" {{{"), 6);
    }
}
