//! The pages of a return, as somebody reads them.

use std::sync::Arc;

use care_path::codes::{Precision, Role};
use care_path::command::CommandKind as K;
use care_path::deadlines::Deadlines;
use care_path::directory::Directory;
use care_path::sight::Sight;
use care_path::time::Occurred;
use care_path::views::{CaseFileView, Progress, disclose_case_file};
use care_path::{Author, CarePath, EventId, PersonId, Stamp, event};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Returning, consent, returning};
use crate::testing::{coordinator, now, on_a_page};
use crate::words::OwnLanguage;

const MAY: &[K] = &[
    K::PresentReturnOptions,
    K::RefuseReturn,
    K::EvidenceReturnCondition,
    K::GiveConsent,
    K::WithdrawConsent,
    K::ProposeHandover,
];

/// Somebody from Poland, who speaks Romani and Polish, as their coordinator sees them after more has happened.
fn file(more: &[(&str, u32, Value)]) -> CaseFileView {
    let claim = json!({"name": "Zbigniew Nowak", "countries": ["PL"], "languages": [{"language": "rom"}, {"language": "pl-PL"}]});
    let first = [
        ("coordinator_assigned", 1, json!({"municipality": "rotterdam"})),
        (
            "identity_updated",
            2,
            json!({"claim": {"$private": "identity", "value": claim}, "assurance": "self_declared"}),
        ),
    ];
    let by =
        Author { user: coordinator().user, role: Role::ProcessCoordinator, organisation: coordinator().organisation };
    let at = |minute: usize| now() - TimeDelta::minutes(60 - i64::try_from(minute).unwrap());
    let history: Vec<_> = first
        .iter()
        .chain(more)
        .enumerate()
        .map(|(number, (kind, version, data))| {
            let stamp = Stamp {
                event_id: EventId(Uuid::from_u128(u128::try_from(number).unwrap() + 1)),
                person_id: PersonId(Uuid::nil()),
                occurred: Occurred { at: at(number), precision: Precision::Instant },
                recorded_at: at(number),
                by: by.clone(),
                caused_by: None,
                moved: None,
            };
            (Arc::new(stamp), event::read(kind, *version, data.clone()).unwrap())
        })
        .collect();
    let path = CarePath::fold(history.iter().map(|(stamp, event)| (stamp, event)));
    let (reader, deadlines) = (coordinator(), Deadlines::default());
    let sight = Sight::of(&reader, &path, now(), &deadlines, &Directory::default()).unwrap();
    disclose_case_file(&sight, PersonId(Uuid::nil()), Progress::default(), &[])
}

fn wants_to_return() -> (&'static str, u32, Value) {
    let [language, wish] = ["pl", "wants_to_return"].map(|value| json!({"$private": "return", "value": value}));
    ("return_options_presented", 1, json!({"language": language, "wish": wish}))
}

fn housing_is_arranged() -> (&'static str, u32, Value) {
    let evidence = json!({"$private": "return", "value": "a letter of the family"});
    let data = json!({"condition": "housing_arranged", "status": "evidenced", "country": "PL", "evidence": evidence});
    ("return_condition_evidenced", 2, data)
}

fn consents() -> (&'static str, u32, Value) {
    let language = json!({"$private": "return", "value": "pl"});
    let data = json!({"consent": Uuid::from_u128(77), "purpose": "repatriation", "recipient": {"country": "PL"},
        "data_classes": ["identity", "return"], "language": language, "interpreter": true});
    ("consent_given", 1, data)
}

fn refuses() -> (&'static str, u32, Value) {
    ("return_refused", 1, json!({}))
}

fn steps(more: &[(&str, u32, Value)]) -> String {
    on_a_page(|page| returning(page, &Returning { file: &file(more), may: MAY, language: None }))
}

fn sheet(tag: &str) -> String {
    on_a_page(|page| consent(page, &file(&[]), MAY, OwnLanguage::of(tag).unwrap()))
}

#[test]
fn the_return_speaks_the_first_of_the_persons_languages_that_there_is_beside_dutch() {
    let page = steps(&[]);
    assert!(page.contains(r#"<p lang="nl">Eerst moeten zes dingen geregeld zijn.</p>"#));
    assert!(page.contains(r#"<p lang="pl">Najpierw trzeba załatwić sześć spraw.</p>"#));
    assert!(page.contains(r#"housing_arranged@nl · <span lang="pl">housing_arranged@pl</span>"#));
}

#[test]
fn the_no_stands_beside_the_yes_and_is_asked_for_no_more_than_it() {
    let page = steps(&[]);
    let choice = page.split("class=\"yes-no\"").nth(1).unwrap().split("class=\"steps\"").next().unwrap();
    let [yes, no] =
        ["/board/do/present_return_options", "/board/do/refuse_return"].map(|form| choice.find(form).unwrap());
    assert!(yes < no);
    let required = |part: &str| part.matches(" required").count();
    assert!(required(&choice[no..]) == 0 && required(&choice[..no]) > 0);
    assert_eq!(choice.matches("act act--primary").count(), 2);
}

#[test]
fn the_sheet_tells_the_country_and_the_name_but_no_address_does() {
    for page in [sheet("pl"), steps(&[housing_is_arranged(), consents()])] {
        let attribute = |name: &'static str| page.split(name).skip(1).map(|rest| rest.split('"').nth(1).unwrap());
        let addresses: Vec<_> = attribute("href=").chain(attribute("hx-get=")).chain(attribute("action=")).collect();
        assert!(addresses.len() > 10);
        for address in addresses {
            assert!(!address.contains("PL") && !address.contains("Nowak"), "{address}");
        }
    }
    let page = sheet("pl");
    assert!(page.contains("Polen") && page.contains(r#"<span lang="pl">Polska</span>"#));
    assert!(page.contains("<td>Zbigniew Nowak</td>"));
}

#[test]
fn the_sheet_is_in_dutch_and_in_each_of_the_eight_and_says_how_to_take_it_back() {
    for own in OwnLanguage::all() {
        let page = sheet(own.tag());
        assert!(page.contains("U kunt uw toestemming altijd intrekken"), "{}", own.tag());
        let wanted = if own == OwnLanguage::DUTCH { 0 } else { 12 };
        assert!(page.matches(&format!("<p lang=\"{}\">", own.tag())).count() >= wanted, "{}", own.tag());
        assert_eq!(page.matches("class=\"signing\"").count(), 1);
    }
}

#[test]
fn who_may_not_record_a_consent_finds_no_form_for_it_on_the_sheet() {
    let page = on_a_page(|page| consent(page, &file(&[]), &[K::RefuseReturn], OwnLanguage::ENGLISH));
    assert!(!page.contains("/board/do/give_consent") && page.contains("/board/do/refuse_return"));
}

#[test]
fn what_is_done_and_what_is_missing_is_told_in_both_languages_with_what_shows_it() {
    let page = steps(&[wants_to_return(), housing_is_arranged(), consents()]);
    assert_eq!(page.matches("<li class=\"done\">").count(), 2, "the talk and the consent");
    assert_eq!(page.matches(r#"<span lang="pl">jeszcze brakuje</span>"#).count(), 5);
    assert_eq!(page.matches(r#"<span lang="pl">załatwione</span>"#).count(), 1);
    assert!(page.contains("a letter of the family"));
    assert!(page.contains(r#"identity@nl · <span lang="pl">identity@pl</span>"#) && page.contains("met tolk"));
}

#[test]
fn the_last_word_decides_and_a_no_is_told_as_such() {
    let stopped = "Powrót został wstrzymany";
    assert!(steps(&[wants_to_return(), refuses()]).contains(stopped));
    assert!(!steps(&[refuses(), wants_to_return()]).contains(stopped));
}
