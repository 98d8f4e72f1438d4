//! A return, step by step, in the person's own language beside Dutch: what is done and what is missing, what they consented
//! to, and how far the handover is. The no stands beside the yes, and is as large.

use care_path::PersonId;
use care_path::codes::{Code, ConditionStatus, HandoverState, ReturnCondition, ReturnWish, Role};
use care_path::command::CommandKind as K;
use care_path::policy::{self, Relation};
use care_path::views::{CaseFileView, ConsentView, IdentityView, OptionsView, ReturnView};
use maud::{Markup, html};

use super::return_steps::{Consented, Steps, Talk, last_word, talks};
use crate::form::Ask;
use crate::page::Page;
use crate::words::eight::{self, Eight, OwnLanguage};

/// What the page is about.
pub struct Returning<'a> {
    pub file: &'a CaseFileView,
    /// The commands that the reader may send about this person.
    pub may: &'a [K],
    /// The language that was asked for.
    pub language: Option<OwnLanguage>,
}

/// Whoever may record the consent to a return sees it through.
const SEES_IT_THROUGH: K = K::GiveConsent;

/// Whether somebody with these commands has a page for the return.
#[must_use]
pub fn prepares_a_return(may: &[K]) -> bool {
    may.contains(&SEES_IT_THROUGH)
}

/// Whether a role may have such a page for somebody.
pub(super) fn prepares_returns(role: Role) -> bool {
    Relation::ALL.into_iter().any(|relation| policy::may(role, SEES_IT_THROUGH, relation))
}

/// The page.
#[must_use]
pub fn returning(page: &Page<'_>, Returning { file, may, language }: &Returning<'_>) -> Markup {
    let person = file.person_id;
    let own = language.unwrap_or_else(|| own_language(file.identity.as_ref()));
    let nothing = ReturnView::default();
    let going_back = file.r#return.as_ref().unwrap_or(&nothing);
    let who = page.who(file.identity.as_ref(), person);
    let title = format!("{}: {who}", page.say("Terugkeer", "Return"));
    let ask = |kind| Ask::of(kind).about(person);
    // On a case that is over a no is taken, and nobody is asked.
    let is_asked = may.contains(&K::PresentReturnOptions) && file.closed.is_none() && file.death.is_none();
    page.titled(
        &title,
        &html! {
            p { a.utrecht-link href={ "/board/persons/" (person) } { (page.say("Naar het dossier", "To the case")) } }
            (page.own_languages(&format!("/board/persons/{person}/return"), own, file.identity.as_ref()))
            @if file.minor == Some(true) {
                div.utrecht-alert.utrecht-alert--warning { p { (page.say(
                    "Deze persoon is minderjarig. Een overdracht noemt wie het gezag heeft, en de kinderbescherming moet erbij zijn.",
                    "This person is under age. A handover names who has custody, and child protection must be involved.",
                )) } }
            }
            section aria-labelledby="wanted" {
                h2 #wanted.utrecht-heading-2 { (page.both_in_line(&eight::WANTED, own)) }
                (page.both(&eight::OWN_CHOICE, own))
                (page.both(&eight::SAME_HELP, own))
                @if last_word(going_back) == Some(ReturnWish::DoesNotWantToReturn) {
                    div.utrecht-alert.utrecht-alert--warning {
                        // Who has left has left: a no on the way stops nothing by itself.
                        @if Steps::of(going_back).is_under_way {
                            p { (page.say(
                                "De persoon zei nee, en is al vertrokken: de overdracht loopt nog. Trek die in, of de toestemming, als de persoon dat wil.",
                                "The person said no and has left already: the handover still goes on. Withdraw it, or the consent, if the person wants that.",
                            )) }
                        } @else { (page.both(&eight::STOPPED, own)) }
                    }
                }
                div.yes-no {
                    @if is_asked {
                        div.card {
                            (page.both(&eight::YES, own))
                            (page.act(&ask(K::PresentReturnOptions).given("/wish", "wants_to_return")
                                .titled("Ja vastleggen", "Record the yes").primary().inline()))
                        }
                    }
                    @if may.contains(&K::RefuseReturn) {
                        div.card {
                            (page.both(&eight::NO, own))
                            (page.act(&ask(K::RefuseReturn).titled("Nee vastleggen", "Record the no").primary().inline()))
                        }
                    }
                }
            }
            @if let Some(since) = Steps::of(going_back).starts_again() {
                p { (page.say("Weer hier sinds ", "Here again since ")) (page.time(since)) ". "
                    (page.say("Voor een nieuwe terugkeer tellen alleen gesprek, voorwaarden en toestemming van daarna.",
                        "For another return only the talk, the conditions and the consent of after that count.")) }
            }
            ol.steps { (page.steps_back(file, going_back, may, (own, is_asked))) }
        },
    )
}

/// The language to speak to somebody in: the first that they prefer, or else that they speak, of those that there are.
pub(super) fn own_language(known: Option<&IdentityView>) -> OwnLanguage {
    let spoken: Vec<_> = known.iter().filter_map(|known| known.languages.as_ref()).flatten().collect();
    let mut wanted = spoken.iter().filter(|each| each.preferred).chain(&spoken);
    wanted.find_map(|each| OwnLanguage::of(each.language.as_str())).unwrap_or(OwnLanguage::ENGLISH)
}

const fn class(done: bool) -> &'static str {
    if done { "done" } else { "missing" }
}

impl Page<'_> {
    /// A text in Dutch, and beside it in the person's own language.
    pub(super) fn both(&self, text: &Eight, own: OwnLanguage) -> Markup {
        let _ = self;
        html! {
            div.both {
                p lang="nl" { (text.r#in(OwnLanguage::DUTCH)) }
                @if own != OwnLanguage::DUTCH { p lang=(own.tag()) { (text.r#in(own)) } }
            }
        }
    }

    pub(super) fn both_in_line(&self, text: &Eight, own: OwnLanguage) -> Markup {
        let _ = self;
        html! {
            span lang="nl" { (text.r#in(OwnLanguage::DUTCH)) }
            @if own != OwnLanguage::DUTCH { " · " span lang=(own.tag()) { (text.r#in(own)) } }
        }
    }

    /// A code by its label, and beside it in the person's own language.
    pub(super) fn code_in_both<C: Code>(&self, code: C, own: OwnLanguage) -> Markup {
        let label = self.names.label(C::LIST, code.code(), own.tag()).filter(|_| own.tag() != self.language.tag());
        html! {
            (self.code(code))
            @if let Some(label) = label { " · " span lang=(own.tag()) { (label) } }
        }
    }

    /// Lets the reader choose in which language the page speaks to the person.
    pub(super) fn own_languages(&self, path: &str, own: OwnLanguage, known: Option<&IdentityView>) -> Markup {
        let spoken: Vec<_> = known.iter().filter_map(|known| known.languages.as_ref()).flatten().collect();
        let none_is_here =
            !spoken.is_empty() && !spoken.iter().any(|each| OwnLanguage::of(each.language.as_str()).is_some());
        html! {
            nav.no-print aria-label=(self.say("Taal van de persoon", "Language of the person")) {
                ul.own-languages {
                    @for each in OwnLanguage::all() {
                        li {
                            a.utrecht-link href={ (path) "?language=" (each.tag()) } lang=(each.tag())
                                aria-current=[(each == own).then_some("true")] { (each.name()) }
                        }
                    }
                }
                @if none_is_here || spoken.iter().any(|each| each.interpreter_needed) {
                    p { span.tag.tag--warn { (self.say("Vraag een tolk", "Ask for an interpreter")) } }
                }
            }
        }
    }

    fn steps_back(
        &self,
        file: &CaseFileView,
        going_back: &ReturnView,
        may: &[K],
        (own, is_asked): (OwnLanguage, bool),
    ) -> Markup {
        use HandoverState::{Accepted, Arrived, Departed};
        let person = file.person_id;
        let ask = |kind| Ask::of(kind).about(person);
        let steps = Steps::of(going_back);
        let country = steps.country;
        let missing = going_back.missing_conditions.as_deref().unwrap_or(ReturnCondition::ALL);
        let consents = || going_back.consents.iter().flatten();
        let handovers = || going_back.handovers.iter().flatten();
        html! {
            li class=(class(steps.wants)) {
                h2.utrecht-heading-2 { (self.say("Het gesprek", "The talk")) }
                (self.both(&eight::STEP_OPTIONS, own))
                (self.talks(going_back, own))
                @if is_asked { (self.act(&ask(K::PresentReturnOptions).titled("Gesprek vastleggen", "Record a talk"))) }
            }
            li class=(class(steps.is_arranged)) {
                h2.utrecht-heading-2 {
                    (self.say("De zes voorwaarden", "The six conditions"))
                    @if let Some(country) = country { ": " (self.country(country.as_str())) }
                }
                (self.both(&eight::STEP_CONDITIONS, own))
                ul.card-list {
                    @for condition in ReturnCondition::ALL {
                        (self.condition(person, going_back, *condition, missing, may, own))
                    }
                }
                @if country.is_some() && may.contains(&K::EvidenceReturnCondition) {
                    (self.act(&ask(K::EvidenceReturnCondition).titled("Voorwaarde voor een ander land", "Condition for another country")))
                }
            }
            li class=(class(steps.consented == Consented::Enough)) {
                h2.utrecht-heading-2 { (self.say("Toestemming", "Consent")) }
                (self.both(&eight::STEP_CONSENT, own))
                @for consent in consents() { (self.consent_given(person, consent, may, Some(own))) }
                @if steps.consented == Consented::TooLittle {
                    p { span.tag.tag--warn { (self.say("te weinig voor een overdracht", "too little for a handover")) } " "
                        (self.say("Een overdracht vraagt toestemming voor identiteit én terugkeer.",
                            "A handover takes consent for identity as well as return.")) }
                }
                p { a.utrecht-link href={ "/board/persons/" (person) "/consent?language=" (own.tag()) } {
                    (self.say("Toestemming op papier, om te printen", "Consent on paper, to print"))
                } }
                @if may.contains(&K::GiveConsent) {
                    (self.act(&ask(K::GiveConsent).given("/purpose", "repatriation").inline()))
                }
            }
            li class=(class(steps.has_reached(&[Accepted, Departed, Arrived]))) {
                h2.utrecht-heading-2 { (self.say("De overdracht", "The handover")) }
                (self.both(&eight::STEP_HANDOVER, own))
                @for handover in handovers() {
                    @if let Some(state) = handover.state { p { strong { (self.code_in_both(state, own)) } } }
                }
                ul.card-list { @for handover in handovers() { (self.handover(handover, may)) } }
                @if may.contains(&K::ProposeHandover) && !steps.is_under_way && steps.ready_for().is_none() {
                    p { (self.say("Een overdracht kan pas als de drie stappen hierboven klaar zijn.",
                        "A handover can only begin when the three steps above are done.")) }
                }
                (self.propose(file, going_back, may))
            }
            li class=(class(steps.has_reached(&[Arrived]))) {
                h2.utrecht-heading-2 { (self.say("De reis en daarna", "The journey and after")) }
                (self.both(&eight::STEP_JOURNEY, own))
            }
        }
    }

    /// Proposes a handover, where one is taken. The form is part of the page: an address would tell of the country.
    pub(super) fn propose(&self, file: &CaseFileView, going_back: &ReturnView, may: &[K]) -> Markup {
        let country = Steps::of(going_back).ready_for().filter(|_| may.contains(&K::ProposeHandover));
        let ask = Ask::of(K::ProposeHandover).about(file.person_id).inline();
        let ask = if file.minor == Some(true) { ask.needs("/guardian") } else { ask };
        html! { @if let Some(country) = country { (self.act(&ask.given("/country", country.as_str()))) } }
    }

    /// What was talked about, and what the person said.
    fn talks(&self, going_back: &ReturnView, own: OwnLanguage) -> Markup {
        html! { ul.card-list { @for talk in talks(going_back) { li.card { (self.talk(&talk, own)) } } } }
    }

    /// The last of the talks.
    pub(super) fn last_talk(&self, going_back: &ReturnView) -> Markup {
        let own = OwnLanguage::of(self.language.tag()).unwrap_or(OwnLanguage::DUTCH);
        html! { @if let Some(last) = talks(going_back).last() { div.card { (self.talk(last, own)) } } }
    }

    fn talk(&self, talk: &Talk<'_>, own: OwnLanguage) -> Markup {
        html! {
            p {
                @if let Some(wish) = talk.wish() { strong { (self.code_in_both(wish, own)) } " " }
                @if let Talk::Options(OptionsView { language: Some(language), .. }) = talk {
                    span.tag { (self.language_name(language.as_str())) }
                }
            }
            @match talk {
                Talk::Options(talk) => {
                    @if let Some(options) = &talk.options { p.told { (options.as_str()) } }
                    @if let Some(barriers) = talk.barriers.as_ref().filter(|barriers| !barriers.is_empty()) {
                        p { (self.say("Wat tegenhoudt: ", "What holds back: ")) (self.codes(barriers)) }
                    }
                },
                Talk::Refusal(refusal) => {
                    @if let Some(said) = &refusal.explanation { p.told { (said.as_str()) } }
                }
            }
            p { (self.noted(talk.noted())) }
        }
    }

    fn condition(
        &self,
        person: PersonId,
        going_back: &ReturnView,
        condition: ReturnCondition,
        missing: &[ReturnCondition],
        may: &[K],
        own: OwnLanguage,
    ) -> Markup {
        let country = going_back.prepared_for;
        let mut met = going_back.conditions.iter().flatten().rev();
        let met = met.find(|each| each.condition == condition && each.country == country && country.is_some());
        let is_missing = missing.contains(&condition);
        // The form is part of the page: an address would tell of the country.
        let ask = Ask::of(K::EvidenceReturnCondition).about(person).given("/condition", condition.code()).inline();
        let ask = match country {
            Some(country) => ask.given("/country", country.as_str()),
            None => ask,
        };
        let look = if is_missing { "tag tag--warn" } else { "tag tag--calm" };
        let state = match met.map(|met| met.status).filter(|_| !is_missing) {
            Some(ConditionStatus::NotApplicable) => &eight::NOT_NEEDED,
            None if is_missing => &eight::MISSING,
            Some(ConditionStatus::Evidenced) | None => &eight::DONE,
        };
        html! {
            li.card {
                p {
                    strong { (self.code_in_both(condition, own)) } " "
                    span class=(look) { (self.both_in_line(state, own)) }
                }
                @if let Some(met) = met {
                    p { (self.code(met.status)) " · " (self.noted(&met.noted)) }
                    @if let Some(evidence) = &met.evidence { p.told { (evidence.as_str()) } }
                }
                @if is_missing && may.contains(&K::EvidenceReturnCondition) {
                    (self.act(&ask.titled("Vastleggen dat het geregeld is", "Record that it is arranged")))
                }
            }
        }
    }

    /// A consent: what is given to whom, and taking it back, which asks once more, for it cannot be undone.
    pub(super) fn consent_given(
        &self,
        person: PersonId,
        consent: &ConsentView,
        may: &[K],
        own: Option<OwnLanguage>,
    ) -> Markup {
        let own = own.or_else(|| OwnLanguage::of(self.language.tag())).unwrap_or(OwnLanguage::DUTCH);
        html! {
            div.card id={ "consent-" (consent.consent_id) } {
                p { strong { (self.code_in_both(consent.purpose, own)) } }
                p {
                    (self.say("Aan: ", "To: "))
                    @if let Some(country) = &consent.recipient_country {
                        (self.country(country.as_str())) " (" (self.say("ambassade en zorg daar", "embassy and care there")) ")"
                    }
                    @if let Some(to) = &consent.recipient_organisation { (self.organisation(to)) }
                }
                @if let Some(classes) = &consent.data_classes {
                    ul { @for class in classes { li { (self.code_in_both(*class, own)) } } }
                }
                @if let Some(language) = &consent.language {
                    p {
                        (self.say("Gevraagd in: ", "Asked in: ")) (self.language_name(language.as_str()))
                        @if consent.interpreter == Some(true) { ", " (self.say("met tolk", "with an interpreter")) }
                    }
                }
                @match consent.withdrawn_at {
                    Some(at) => p { span.tag.tag--warn { (self.say("ingetrokken", "withdrawn")) } " " (self.time(at)) },
                    None => {
                        p { (self.noted(&consent.noted)) }
                        @if may.contains(&K::WithdrawConsent) {
                            (self.act(&Ask::of(K::WithdrawConsent).about(person).subject(consent.consent_id.0).inline().warned(
                                "Wat met deze toestemming loopt, stopt meteen. Dit kan niet ongedaan worden gemaakt.",
                                "What goes on with this consent stops at once. This cannot be undone.",
                            )))
                        }
                    }
                }
            }
        }
    }
}
