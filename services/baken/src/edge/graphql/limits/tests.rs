use std::fmt::Write as _;

use async_graphql::{Variables, value};

use super::{Admits, Counted, QueryLimits, TooMuch, Weights};

const POSTED: Admits = Admits { introspection: false, subscriptions: false };

fn weights() -> Weights {
    Weights::of(&crate::edge::graphql::sdl()).unwrap()
}

fn admit_with(query: &str, variables: async_graphql::Value, introspection: bool) -> Result<(), TooMuch> {
    let variables = Variables::from_value(variables);
    let admits = Admits { introspection, ..POSTED };
    QueryLimits::default().admit(query, &variables, &weights(), admits).map(|_| ())
}

#[track_caller]
fn admitted(query: &str) {
    assert_eq!(admit_with(query, value!({}), false), Ok(()));
}

/// What is refused, how much of it was found, and the code.
#[track_caller]
fn refused(query: &str) -> (Counted, u64, &'static str) {
    match admit_with(query, value!({}), true) {
        Err(error @ TooMuch::Counted { what, found, .. }) => (what, found, error.code()),
        other => panic!("not refused for a count: {other:?}"),
    }
}

fn times(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut all, index| {
        let _ = write!(all, "{} ", each(index));
        all
    })
}

/// Fields within each other, `depth` deep. The names need not be in the schema: it is not validated yet.
fn deep(depth: usize) -> String {
    format!("{{ {}a{} }}", "a { ".repeat(depth - 1), " }".repeat(depth - 1))
}

#[test]
fn a_query_of_sixteen_kibibytes_is_parsed_and_one_byte_more_is_not() {
    let padded = |bytes: usize| format!("{{ a }}{}", " ".repeat(bytes - 5));
    admitted(&padded(16 * 1024));
    let refusal = admit_with(&padded(16 * 1024 + 1), value!({}), true).unwrap_err();
    assert_eq!(refusal, TooMuch::Bytes { found: 16 * 1024 + 1, most: 16 * 1024 });
    assert_eq!(refusal.code(), "QUERY_TOO_LARGE");
}

#[test]
fn a_huge_query_is_refused_without_being_looked_at() {
    let bomb = "{ a ".repeat(2_000_000);
    // Once at least, however busy the machine is.
    let at_once = (0..5).any(|_| {
        let begun = std::time::Instant::now();
        assert!(matches!(admit_with(&bomb, value!({}), true), Err(TooMuch::Bytes { .. })));
        begun.elapsed() < std::time::Duration::from_millis(500)
    });
    assert!(at_once);
}

#[test]
fn fields_may_lie_twelve_deep() {
    admitted(&deep(12));
    assert_eq!(refused(&deep(13)), (Counted::Depth, 13, "TOO_DEEP"));
}

#[test]
fn brackets_without_end_are_refused_before_the_parser_descends_into_them() {
    for (open, close) in [("{a", "}"), ("[", "]")] {
        let nested = format!("{{ a(b: {}{}) }}", open.repeat(4_000), close.repeat(4_000));
        let refusal = admit_with(&nested, value!({}), true).unwrap_err();
        assert_eq!((refusal.code(), refusal), ("TOO_DEEP", TooMuch::Brackets(48)));
    }
    // As many as are allowed leave the parser its stack, also on a small one.
    let most = format!("{{ a(b: {}{}) }}", "[".repeat(46), "]".repeat(46));
    let small = std::thread::Builder::new().stack_size(512 * 1024);
    small.spawn(move || admitted(&most)).unwrap().join().unwrap();
}

#[test]
fn five_hundred_selections_are_allowed_whatever_they_are_named() {
    // The root field, and what is selected in it.
    admitted(&format!("{{ a {{ {} }} }}", times(499, |_| "__typename".into())));
    let more = format!("{{ a {{ {} }} }}", times(500, |_| "__typename".into()));
    assert_eq!(refused(&more), (Counted::Selections, 501, "TOO_MANY_SELECTIONS"));
}

#[test]
fn ten_thousand_aliases_of_typename_are_refused() {
    // Shorter would not be ten thousand in sixteen kibibytes: the bytes are refused first, the rest by their number.
    let aliases = |count: usize| format!("{{ {} }}", times(count, |index| format!("a{index}:__typename")));
    assert_eq!(admit_with(&aliases(10_000), value!({}), true).unwrap_err().code(), "QUERY_TOO_LARGE");
    let roomy = QueryLimits { bytes: 1024 * 1024, ..QueryLimits::default() };
    let refusal = roomy.admit(&aliases(10_000), &Variables::default(), &weights(), POSTED).unwrap_err();
    assert_eq!(refusal, TooMuch::Counted { what: Counted::Selections, found: 10_000, most: 500 });
}

#[test]
fn a_fragment_counts_as_often_as_it_is_spread() {
    let spread = |count: usize| {
        let fragment = format!("fragment f on Person {{ {} }}", times(48, |_| "phase".into()));
        format!("{fragment} {{ a {{ {} }} }}", times(count, |_| "...f".into()))
    };
    // Each spread is itself and 48 fields.
    admitted(&spread(10));
    assert_eq!(refused(&spread(11)), (Counted::Selections, 540, "TOO_MANY_SELECTIONS"));
}

#[test]
fn fragments_that_double_at_every_step_are_counted_without_being_expanded() {
    let mut bomb = "{ a { ...f0 } } ".to_owned();
    for index in 0..200 {
        let next = index + 1;
        let _ = write!(bomb, "fragment f{index} on P {{ ...f{next} ...f{next} }} ");
    }
    bomb.push_str("fragment f200 on P { phase }");
    let begun = std::time::Instant::now();
    let limits = QueryLimits { nesting: 1000, ..QueryLimits::default() };
    let refusal = limits.admit(&bomb, &Variables::default(), &weights(), POSTED).unwrap_err();
    assert_eq!(refusal, TooMuch::Counted { what: Counted::Selections, found: u64::MAX, most: 500 });
    assert!(begun.elapsed() < std::time::Duration::from_secs(2));
    assert_eq!(refused(&bomb).0, Counted::Nesting);
}

#[test]
fn a_bomb_that_no_operation_spreads_is_refused_too() {
    let mut bomb = "{ a } ".to_owned();
    for index in 0..15 {
        let next = index + 1;
        let _ = write!(bomb, "fragment f{index} on P {{ ...f{next} ...f{next} }} ");
    }
    bomb.push_str("fragment f15 on P { phase }");
    assert_eq!(refused(&bomb).0, Counted::Selections);
}

#[test]
fn fragments_that_spread_each_other_are_refused() {
    for cyclic in [
        "{ ...f } fragment f on Query { ...f }",
        "{ ...f } fragment f on Query { a { ...g } } fragment g on P { b { ... on P { ...f } } }",
        "{ a } fragment f on Query { ...f }",
    ] {
        let refusal = admit_with(cyclic, value!({}), true).unwrap_err();
        assert_eq!((refusal.code(), refusal), ("FRAGMENT_CYCLE", TooMuch::FragmentCycle), "{cyclic}");
    }
}

#[test]
fn twenty_fields_at_the_root_are_allowed_also_in_fragments() {
    let fields = |count: usize| times(count, |_| "a".into());
    admitted(&format!("{{ {} }}", fields(20)));
    assert_eq!(refused(&format!("{{ {} }}", fields(21))), (Counted::RootFields, 21, "TOO_MANY_ROOT_FIELDS"));
    let spread = format!("fragment f on Query {{ {} }} {{ ...f ... {{ ...f a }} }}", fields(10));
    assert_eq!(refused(&spread), (Counted::RootFields, 21, "TOO_MANY_ROOT_FIELDS"));
    // A fragment of another type is no root, however many fields it has.
    admitted(&format!("fragment f on Person {{ {} }} {{ person(id: 1) {{ ...f }} }}", fields(100)));
}

#[test]
fn twenty_directives_are_allowed_wherever_they_stand() {
    let bomb = |count: usize| format!("{{ a {} }}", times(count, |_| "@include(if: true)".into()));
    admitted(&bomb(20));
    assert_eq!(refused(&bomb(21)), (Counted::Directives, 21, "TOO_MANY_DIRECTIVES"));
    let everywhere = |field: usize| {
        let repeated = "@x ".repeat(field);
        format!("query($v: Int @x) @x {{ ... @x {{ ...f @x b {repeated} }} }} fragment f on Query @x {{ c }}")
    };
    admitted(&everywhere(15));
    assert_eq!(refused(&everywhere(16)), (Counted::Directives, 21, "TOO_MANY_DIRECTIVES"));
}

#[test]
fn fifty_aliases_are_allowed() {
    let aliases = |count: usize| format!("{{ a {{ {} }} }}", times(count, |index| format!("a{index}: phase")));
    admitted(&aliases(50));
    assert_eq!(refused(&aliases(51)), (Counted::Aliases, 51, "TOO_MANY_ALIASES"));
}

#[test]
fn selections_within_each_other_are_limited_also_where_they_are_no_fields() {
    let inline = |count: usize| format!("{{ {} a {} }}", "... { ".repeat(count), "}".repeat(count));
    admitted(&inline(23));
    assert_eq!(refused(&inline(24)), (Counted::Nesting, 25, "TOO_DEEP"));
}

#[test]
fn a_list_costs_what_is_selected_as_often_as_it_may_have_items() {
    let cost = |query: &str| {
        let strict = QueryLimits { cost: 0, ..QueryLimits::default() };
        match strict.admit(query, &Variables::from_value(value!({ "n": 30 })), &weights(), POSTED) {
            Err(TooMuch::Counted { what: Counted::Cost, found, .. }) => found,
            other => panic!("{:?}", other.map(|_| ())),
        }
    };
    assert_eq!(cost("{ persons(first: 200) { nodes { personId } } }"), 1 + 200 * 2);
    assert_eq!(cost("{ persons(first: 10) { edges { cursor node { personId phase } } } }"), 1 + 10 * 5);
    assert_eq!(cost("{ persons { nodes { personId } } }"), 1 + 50 * 2, "fifty unless said");
    assert_eq!(cost("query($n: Int) { persons(first: $n) { nodes { personId } } }"), 1 + 30 * 2, "by a variable");
    assert_eq!(cost("query($m: Int = 7) { persons(first: $m) { nodes { personId } } }"), 1 + 7 * 2, "by its default");
    assert_eq!(cost("query($m: Int) { persons(first: $m) { nodes { personId } } }"), 1 + 50 * 2, "not given");
    assert_eq!(cost("{ persons(first: 9999999999) { nodes { personId } } }"), 1 + 200 * 2, "more than is ever given");
    let inner = "{ person(id: 1) { referrals { state } timeline(first: 3) { nodes { type } } } }";
    assert_eq!(cost(inner), 1 + (1 + 5) + (1 + 3 * 2), "a list without pages has a few items");
    let spread = "fragment f on Query { persons(first: 10) { ...g } } fragment g on PersonSummaryConnection { nodes { phase } } { ...f }";
    assert_eq!(cost(spread), 1 + 10 * 2, "through fragments, by their types");
}

#[test]
fn a_page_may_cost_twenty_thousand_fields() {
    let page = |first: usize, fields: usize| {
        format!("{{ persons(first: {first}) {{ nodes {{ {} }} }} }}", times(fields, |_| "phase".into()))
    };
    admitted(&page(199, 99));
    assert_eq!(refused(&page(200, 99)), (Counted::Cost, 20_001, "TOO_COMPLEX"));
}

#[test]
fn nothing_is_written_over_this_edge() {
    for query in ["mutation { a }", "query q { a } mutation m { a }"] {
        let refusal = admit_with(query, value!({}), true).unwrap_err();
        assert_eq!((refusal.code(), refusal), ("READ_ONLY", TooMuch::NotAQuery));
        assert_eq!(over_socket(query).unwrap_err(), TooMuch::NotAQuery);
    }
}

fn over_socket(query: &str) -> Result<(), TooMuch> {
    let admits = Admits { subscriptions: true, ..POSTED };
    QueryLimits::default().admit(query, &Variables::default(), &weights(), admits).map(|_| ())
}

#[test]
fn a_subscription_goes_over_a_socket_and_nowhere_else() {
    for query in ["subscription { lookoutIssued { position } }", "query q { a } subscription s { a }"] {
        let refusal = admit_with(query, value!({}), true).unwrap_err();
        assert_eq!((refusal.code(), refusal), ("NOT_OVER_SOCKET", TooMuch::NotOverSocket));
        assert_eq!(over_socket(query), Ok(()));
    }
}

#[test]
fn a_subscription_has_one_field_at_its_root() {
    for query in [
        "subscription { a b }",
        "subscription { a b: a }",
        "subscription { ...f } fragment f on Subscription { a }",
        "subscription { ... on Subscription { a } }",
        "query q { a } subscription s { a b }",
    ] {
        let refusal = over_socket(query).unwrap_err();
        assert_eq!((refusal.code(), refusal), ("SUBSCRIPTION_ROOT", TooMuch::SubscriptionRoot), "{query}");
    }
}

#[test]
fn what_a_subscription_tells_each_time_is_held_to_the_limits_of_a_query() {
    let each = |fields: usize| {
        let fields = times(fields, |_| "phase".into());
        format!(
            "subscription {{ personChanged(id: 1) {{ person {{ timeline(first: 200) {{ nodes {{ {fields} }} }} }} }} }}"
        )
    };
    assert_eq!(over_socket(&each(98)), Ok(()));
    let refusal = over_socket(&each(100)).unwrap_err();
    assert!(matches!(refusal, TooMuch::Counted { what: Counted::Cost, .. }), "{refusal:?}");
    let deep = format!("subscription {{ a {} {} }}", "{ a ".repeat(13), "}".repeat(13));
    assert_eq!(over_socket(&deep).unwrap_err().code(), "TOO_DEEP");
    assert_eq!(over_socket("subscription { __schema { types { name } } }"), Err(TooMuch::IntrospectionOff));
}

#[test]
fn what_does_not_parse_is_refused_as_such() {
    let refusal = admit_with("{\n  a(b: \"Marek", value!({}), true).unwrap_err();
    assert_eq!((refusal.code(), &refusal), ("SYNTAX", &TooMuch::Syntax { line: 2, column: 8 }));
    assert!(!refusal.to_string().contains("Marek"), "it repeats nothing of the query");
    assert_eq!(admit_with("", value!({}), true).unwrap_err().code(), "SYNTAX");
}

#[test]
fn the_schema_is_told_only_where_introspection_is_on_and_typename_everywhere() {
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Person\") { name } }",
        "{ ... { ...f } } fragment f on Query { me: __schema { __typename } }",
    ] {
        assert_eq!(admit_with(query, value!({}), false), Err(TooMuch::IntrospectionOff), "{query}");
        assert_eq!(admit_with(query, value!({}), true), Ok(()), "{query}");
    }
    admitted("{ __typename persons { __typename } }");
}

/// What tools ask for when they introspect: types to the ninth level.
const TOOLS: &str = "
    query IntrospectionQuery { __schema {
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description locations args(includeDeprecated: true) { ...InputValue } }
    } }
    fragment FullType on __Type {
        kind name description
        fields(includeDeprecated: true) {
            name description args(includeDeprecated: true) { ...InputValue }
            type { ...TypeRef } isDeprecated deprecationReason
        }
        inputFields(includeDeprecated: true) { ...InputValue }
        interfaces { ...TypeRef }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
        possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
        name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
        kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType {
            kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
        } } } } }
    }";

#[test]
fn tools_may_introspect_but_not_go_round_in_circles() {
    assert_eq!(admit_with(TOOLS, value!({}), true), Ok(()));
    let circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert_eq!(refused(circle), (Counted::IntrospectionLists, 4, "TOO_DEEP"));
    let types = |depth: usize| {
        format!("{{ __schema {{ queryType {{ {} name {} }} }} }}", "ofType { ".repeat(depth), "}".repeat(depth))
    };
    assert_eq!(admit_with(&types(17), value!({}), true), Ok(()));
    assert_eq!(refused(&types(18)), (Counted::Depth, 21, "TOO_DEEP"));
}
