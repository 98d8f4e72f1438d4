use async_graphql::parser::parse_schema;

use crate::edge::graphql::sdl;

const REVIEWED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api-spec/schema.graphql");

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    let (written, reviewed) = (sdl(), std::fs::read_to_string(REVIEWED).unwrap());
    let differs = written.lines().zip(reviewed.lines()).find(|(written, reviewed)| written != reviewed);
    assert_eq!(differs, None, "review the change, then write api-spec/schema.graphql again: `baken spec`");
    assert_eq!(written.lines().count(), reviewed.lines().count());
}

#[test]
fn the_schema_is_the_same_whenever_it_is_written() {
    assert_eq!(sdl(), sdl());
    parse_schema(sdl()).unwrap();
}

#[test]
fn the_schema_neither_writes_nor_shows_how_it_is_built() {
    let sdl = sdl();
    assert!(!sdl.contains("mutation:"), "writes go over REST");
    assert!(!sdl.contains("View"), "types are named for clients");
}

#[test]
fn the_spelling_of_codes_is_that_of_rest_and_of_fields_that_of_graphql() {
    let sdl = sdl();
    for spelt in ["  out_of_sight\n", "  shelter_24h\n", "occurredPrecision: Precision!", "outOfSight: Boolean"] {
        assert!(sdl.contains(spelt), "{spelt}");
    }
}
