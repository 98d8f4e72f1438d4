//! The pages of a return, as somebody reads them.

use std::sync::Arc;

use care_path::codes::{Code, Precision, ReturnCondition, Role};
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
use crate::testing::{coordinator, now, on_a_page, on_a_page_in};
use crate::words::{Language, OwnLanguage};

const MAY: &[K] = &[
    K::PresentReturnOptions,
    K::RefuseReturn,
    K::EvidenceReturnCondition,
    K::GiveConsent,
    K::WithdrawConsent,
    K::ProposeHandover,
];

type Told = (&'static str, u32, Value);

/// Somebody from Poland, who speaks Romani and Polish, as their coordinator sees them after more has happened.
fn file(more: &[Told]) -> CaseFileView {
    file_after(0, more)
}

/// The same, so many days after that.
fn file_after(days: i64, more: &[Told]) -> CaseFileView {
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
    let at = |minute: usize| now() - TimeDelta::days(days) - TimeDelta::minutes(60 - i64::try_from(minute).unwrap());
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

fn wants_to_return() -> Told {
    let [language, wish] = ["pl", "wants_to_return"].map(|value| json!({"$private": "return", "value": value}));
    ("return_options_presented", 1, json!({"language": language, "wish": wish}))
}

fn condition(condition: &str, status: &str) -> Told {
    let evidence = json!({"$private": "return", "value": "a letter of the family"});
    let data = json!({"condition": condition, "status": status, "country": "PL", "evidence": evidence});
    ("return_condition_evidenced", 2, data)
}

fn housing_is_arranged() -> Told {
    condition("housing_arranged", "evidenced")
}

fn consents() -> Told {
    consents_to(&["identity", "return"])
}

fn consents_to(classes: &[&str]) -> Told {
    let language = json!({"$private": "return", "value": "pl"});
    let data = json!({"consent": Uuid::from_u128(77), "purpose": "repatriation", "recipient": {"country": "PL"},
        "data_classes": classes, "language": language, "interpreter": true});
    ("consent_given", 1, data)
}

/// All that comes before a proposal, with a consent to so much.
fn prepared(consent: Told) -> Vec<Told> {
    let all = ReturnCondition::ALL.iter().map(|each| condition(each.code(), "evidenced"));
    std::iter::once(wants_to_return()).chain(all).chain([consent]).collect()
}

fn proposed(handover: u128) -> Told {
    let to = json!({"$private": "return", "value": "a clinic"});
    let data = json!({"handover": Uuid::from_u128(handover), "country": "PL", "consent": Uuid::from_u128(77),
        "receiving_organisation": to});
    ("handover_proposed", 2, data)
}

fn step(kind: &'static str, version: u32) -> Told {
    (kind, version, json!({"handover": Uuid::from_u128(1)}))
}

/// All up to the arrival.
fn arrived() -> Vec<Told> {
    let steps = [("handover_acknowledged", 1), ("handover_accepted", 1), ("departed", 2), ("arrival_confirmed", 1)];
    let steps = steps.map(|(kind, version)| step(kind, version));
    prepared(consents()).into_iter().chain([proposed(1)]).chain(steps).collect()
}

fn seen_here() -> Told {
    ("contact_made", 1, json!({}))
}

fn of_a_minor() -> Told {
    let claim = json!({"$private": "identity", "value": {"birth_date": "2012-02-14"}});
    ("identity_updated", 2, json!({"claim": claim, "assurance": "self_declared"}))
}

fn refuses() -> Told {
    ("return_refused", 1, json!({}))
}

fn steps(more: &[Told]) -> String {
    on_a_page(|page| returning(page, &Returning { file: &file(more), may: MAY, language: None }))
}

/// The last handover after so much, as somebody reads it who may do everything.
fn handover(days: i64, told: &[Told]) -> String {
    let file = file_after(days, told);
    let handovers = file.r#return.unwrap().handovers.unwrap();
    on_a_page(|page| page.handover(handovers.last().unwrap(), K::ALL))
}

#[test]
fn who_is_here_again_says_and_consents_anew_before_another_return() {
    let back = with(arrived(), [seen_here()]);
    let before = steps(&back);
    assert!(before.contains("Weer hier sinds") && !before.contains("/board/do/propose_handover"), "{before}");
    let anew = with(back.clone(), prepared(consents()));
    assert!(steps(&anew).contains("/board/do/propose_handover"));
    let without_consent = with(back, prepared(consents()).into_iter().take(7));
    assert!(!steps(&without_consent).contains("/board/do/propose_handover"));
}

fn with(mut told: Vec<Told>, more: impl IntoIterator<Item = Told>) -> Vec<Told> {
    told.extend(more);
    told
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

#[test]
fn the_talks_are_told_in_the_order_in_which_they_were_and_the_last_is_the_last_word() {
    let told = steps(&[refuses(), wants_to_return()]);
    let talks = told.split("class=\"steps\"").nth(1).unwrap();
    let [no, yes] = ["does_not_want_to_return@nl", "<strong>wants_to_return@nl"].map(|wish| talks.find(wish).unwrap());
    assert!(no < yes, "{talks}");
}

#[test]
fn of_a_handover_nothing_is_offered_that_is_always_refused() {
    let offers = |told: &[Told], what: &str| handover(0, told).contains(&format!("/{what}"));
    let proposed = with(prepared(consents()), [proposed(1)]);
    for (what, is_offered) in [("acknowledge_handover", true), ("decline_handover", true), ("accept_handover", false)] {
        assert_eq!(offers(&proposed, what), is_offered, "{what}");
    }
    assert!(offers(&with(proposed.clone(), [step("handover_acknowledged", 1)]), "accept_handover"));
    let question = json!({"$private": "return", "value": "Which medicines?"});
    let data = json!({"handover": Uuid::from_u128(1), "question_id": Uuid::from_u128(5), "question": question});
    let asked = with(proposed, [("handover_question_asked", 1, data)]);
    assert!(offers(&asked, "answer_handover_question"));
    assert!(!offers(&with(asked, [refuses()]), "answer_handover_question"));
}

#[test]
fn how_it_goes_is_asked_from_its_day_on_and_of_nobody_who_is_here_again() {
    let sooner = handover(0, &arrived());
    assert!(sooner.contains("days_30@nl: kan vanaf di 22 dec") && !sooner.contains("record_follow_up"), "{sooner}");
    let later = handover(23, &arrived());
    assert!(later.contains("record_follow_up") && later.contains("Nazorg na 30 dagen"), "{later}");
    assert!(later.contains("days_90@nl: kan vanaf") && !later.contains("Nazorg na 90 dagen"), "{later}");
    let back = handover(23, &with(arrived(), [seen_here()]));
    assert!(back.contains("weer hier") && !back.contains("record_follow_up") && !back.contains("kan vanaf"), "{back}");
}

#[test]
fn a_handover_is_proposed_once_all_is_ready_and_none_goes_on() {
    let offers = |told: &[Told]| steps(told).contains("/board/do/propose_handover");
    assert!(offers(&prepared(consents())));
    assert!(!offers(&with(prepared(consents()), [refuses()])) && !offers(&[wants_to_return(), consents()]));
    assert!(!offers(&with(prepared(consents()), [proposed(1)])));
    // What a consent leaves out is said where it is missing.
    let identity_alone = steps(&prepared(consents_to(&["identity"])));
    assert!(!identity_alone.contains("propose_handover") && identity_alone.contains("te weinig voor een overdracht"));
    assert!(!steps(&prepared(consents())).contains("te weinig voor een overdracht"));
}

#[test]
fn who_receives_is_asked_with_what_is_required_and_of_those_of_the_country_alone() {
    let page = steps(&prepared(consents()));
    let form = page.split("/board/do/propose_handover").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(form.contains("care-provider-pl") && !form.contains("care-provider-ro"), "{form}");
    let before_plan = form.split("/plan").next().unwrap();
    assert!(before_plan.contains("name=\"/receiving_organisation\"") && !before_plan.contains("<details"), "{form}");
    let of_receiver = before_plan.split("-guardian").next().unwrap();
    assert!(!of_receiver.contains("hoeft niet"), "{of_receiver}");
}

#[test]
fn a_second_return_is_told_by_its_own_handover() {
    let done = |told: &[Told]| steps(told).matches("<li class=\"done\">").count();
    assert_eq!(done(&arrived()), 5);
    let back = with(arrived(), [seen_here()]);
    assert_eq!(done(&back), 0);
    let anew = with(back, prepared(consents()));
    assert_eq!(done(&anew), 3);
    assert_eq!(done(&with(anew, [proposed(2)])), 3);
}

#[test]
fn what_does_not_apply_is_not_told_as_arranged() {
    let page = steps(&[condition("addiction_care_arranged", "not_applicable")]);
    assert!(
        page.contains(r#"<span lang="pl">niepotrzebne</span>"#)
            && !page.contains(r#"<span lang="pl">załatwione</span>"#)
    );
}

#[test]
fn that_the_person_is_under_age_is_told_and_whoever_has_custody_signs() {
    let minor = file(&with(prepared(consents()), [of_a_minor()]));
    let page = on_a_page(|page| returning(page, &Returning { file: &minor, may: MAY, language: None }));
    assert!(page.contains("Deze persoon is minderjarig"));
    let guardian = page.split("name=\"/guardian\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(guardian.contains(" required"), "{guardian}");
    let told = on_a_page(|page| consent(page, &minor, MAY, OwnLanguage::of("pl").unwrap()));
    assert!(told.contains("Wie het gezag heeft") && told.contains("Opiekun prawny"));
    assert!(!sheet("pl").contains("Opiekun prawny") && !steps(&[]).contains("minderjarig"));
}

#[test]
fn on_a_case_that_is_over_a_no_is_taken_and_nobody_is_asked() {
    let closed = steps(&[("case_closed", 1, json!({"reason": "housed"}))]);
    assert!(closed.contains("/board/do/refuse_return") && !closed.contains("present_return_options"), "{closed}");
}

#[test]
fn the_paper_is_in_dutch_beside_the_persons_own_language_whatever_the_worker_reads() {
    let own = OwnLanguage::of("pl").unwrap();
    let page = on_a_page_in(Language::English, |page| consent(page, &file(&[]), MAY, own));
    let paper = page.split("<article").nth(1).unwrap().split("</article>").next().unwrap();
    assert!(paper.contains("lang=\"nl\"") && paper.contains("Polen · <span lang=\"pl\">Polska</span>"), "{paper}");
    assert!(!paper.contains("Poland") && page.contains("Consent on paper"));
}

#[test]
fn what_people_typed_keeps_its_lines_and_the_markup_has_none_of_its_own() {
    assert!(!steps(&prepared(consents())).contains('\n'));
    let plan = json!({"$private": "return", "value": "By bus.\nHis sister waits."});
    let (kind, version, mut data) = proposed(1);
    data["plan"] = plan;
    assert!(steps(&with(prepared(consents()), [(kind, version, data)])).contains("By bus.\nHis sister waits."));
    let rule = include_str!("../../assets/board.css").split("\n.board-main {").nth(1).unwrap();
    assert!(rule.split('}').next().unwrap().contains("white-space: pre-line;"));
}

#[test]
fn a_form_that_opens_on_a_page_leaves_the_title_to_the_page() {
    let page = steps(&[]);
    let (fetched, left) = (page.matches("hx-swap=\"innerHTML").count(), page.matches("ignoreTitle:true").count());
    assert!(fetched > 0 && fetched == left, "{page}");
}

#[test]
fn a_no_on_the_way_is_not_told_as_a_return_that_stopped_and_the_handover_can_be_withdrawn() {
    let mut departed = arrived();
    departed.pop();
    let refused = with(departed, [refuses()]);
    let page = steps(&refused);
    assert!(page.contains("is al vertrokken") && !page.contains("De terugkeer is gestopt"), "{page}");
    assert!(handover(0, &refused).contains("withdraw_handover"));
}
