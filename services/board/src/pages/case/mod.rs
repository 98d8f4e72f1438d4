//! A case on one page: who, where, what next, the care path as a line of time, and what can be done, where one looks.

mod circumstances;
mod emergency;
mod going_back;
mod history;
mod lost;
mod who;

use care_path::PersonId;
use care_path::codes::{ExceptionState, ReferralState, Role};
use care_path::command::{CommandKind as K, Requires};
use care_path::policy::rules::{AccessLogOf, access_log_of};
use care_path::views::{
    AnnouncedDischargeView, CaseFileView, MatchElsewhereView, MatchView, PhaseView, StayView, TaskView,
    TimelineEntryView,
};
use maud::{Markup, html};

use crate::form::Ask;
use crate::line::care_path_line;
use crate::page::Page;
use crate::show::fact;

/// What is known of a case.
pub struct CaseDesk<'a> {
    pub file: &'a CaseFileView,
    /// The phases that the path went through.
    pub phases: &'a [PhaseView],
    pub timeline: &'a [TimelineEntryView],
    /// What waits for the reader here.
    pub tasks: &'a [TaskView],
    pub matches: &'a [MatchView],
    pub elsewhere: &'a [MatchElsewhereView],
    /// The commands that the reader may send about this person.
    pub may: &'a [K],
}

/// The page.
#[must_use]
pub fn case(page: &Page<'_>, desk: &CaseDesk<'_>) -> Markup {
    let CaseDesk { file, phases, timeline, tasks, may, .. } = desk;
    let person = file.person_id;
    let who = page.who(file.identity.as_ref(), person);
    page.titled(
        &who,
        &html! {
            (page.emergency(file))
            @if file.erased == Some(true) {
                p.banner role="status" { (page.say(
                    "Deze persoon is gewist. Wie het was is niet meer te lezen, en er is niets meer vast te leggen.",
                    "This person was erased. Who it was can no longer be read, and nothing more can be recorded.",
                )) }
            }
            @if let Some(death) = &file.death {
                p.banner role="status" {
                    (page.say("Deze persoon is overleden", "This person died"))
                    @if let Some(on) = death.died_on { " " (page.say("op ", "on ")) (crate::show::day(on, page.now, page.language)) }
                    ". " (page.noted(&death.noted))
                }
            }
            p {
                @if let Some(phase) = file.phase { (page.phase_tag(phase)) " " }
                @if file.vulnerable == Some(true) { (page.vulnerable()) " " }
                @if file.lacking == Some(true) {
                    span.tag.tag--warn { (page.say("een deel is niet leesbaar", "a part cannot be read")) } " "
                }
                @if let Some(known) = &file.identity { (page.roughly(known)) }
            }
            div.board-columns {
                section aria-labelledby="now" {
                    h2 #now.utrecht-heading-2 { (page.say("Nu", "Now")) }
                    (page.now_facts(file, may))
                }
                section aria-labelledby="next" {
                    h2 #next.utrecht-heading-2 { (page.say("Wat wacht op u", "What waits for you")) }
                    @if tasks.is_empty() { (page.nothing("Er wacht niets op u.", "Nothing waits for you.")) }
                    (page.tasks(tasks))
                }
            }
            (care_path_line(page, file, phases, timeline))
            (page.what_can_be_done(file, may))
            div.board-columns {
                (page.parts(desk))
            }
            (page.history(desk))
        },
    )
}

/// Whether a case stands, as the reader is told, as a command requires.
#[must_use]
pub fn stands_for(file: &CaseFileView, kind: K) -> bool {
    let lives = file.death.is_none() && file.erased != Some(true);
    match kind.requires() {
        Requires::OpenCase => lives && file.closed.is_none(),
        Requires::Life => lives,
        Requires::Nothing => file.erased != Some(true),
    }
}

impl Page<'_> {
    fn now_facts(&self, file: &CaseFileView, may: &[K]) -> Markup {
        let presence = file.presence.as_ref();
        let stay =
            presence.and_then(|presence| presence.stays.iter().flatten().rfind(|stay| stay.released_at.is_none()));
        html! {
            dl.facts {
                @if let Some(since) = presence.and_then(|presence| presence.out_of_sight_since) {
                    dt { (self.say("Uit beeld sinds", "Out of sight since")) } dd { (self.time(since)) }
                }
                @if let Some(seen) = presence.and_then(|presence| presence.last_seen.as_ref()) {
                    dt { (self.say("Laatst gezien", "Last seen")) } dd { (self.seen(seen)) }
                }
                @if let Some(stay) = stay {
                    dt { (self.say("Bed", "Bed")) }
                    dd {
                        (self.stay(stay))
                        (self.of_the_bed(stay, file.person_id, may))
                    }
                }
                @for discharge in presence.iter().flat_map(|presence| presence.announced_discharges.iter().flatten()) {
                    dt { (self.say("Ontslag aangekondigd", "Discharge announced")) }
                    dd { (self.announced(discharge, file.person_id, may)) }
                }
                (fact(self.say("Gemeente", "Municipality"), file.municipality.as_ref().map(crate::show::municipality)))
                (fact(self.say("Procesregisseur", "Coordinator"), file.coordinator.as_ref().map(ToString::to_string)))
                (fact(self.say("Afgesloten", "Closed"), file.closed.map(|why| self.code(why))))
                (fact(self.say("Nummer", "Number"), Some(file.person_id.to_string())))
            }
        }
    }

    fn stay(&self, stay: &StayView) -> Markup {
        html! {
            (self.code(stay.kind)) " · " (self.organisation(&stay.organisation))
            @if let Some(facility) = &stay.facility { " · " (self.facility(facility)) }
            " · " (self.say("vanaf ", "from ")) (self.time(stay.from))
            @if let Some(until) = stay.until { " " (self.say("tot ", "until ")) (self.time(until)) }
            @if let Some(released) = stay.released_at {
                " · " (self.say("einde ", "ended ")) (self.time(released))
                @if let Some(why) = stay.release_reason { " (" (self.code(why)) ")" }
            }
            @if stay.held == Some(true) { " " span.tag.tag--warn { (self.say("bed vrijgehouden", "bed kept free")) } }
            @if stay.no_shows > 0 { " " span.tag.tag--warn { (stay.no_shows) "× " (self.say("niet gekomen", "did not come")) } }
        }
    }

    /// A discharge that was announced: when, where to, and what must be known there.
    fn announced(&self, discharge: &AnnouncedDischargeView, person: PersonId, may: &[K]) -> Markup {
        let is_ours = discharge.from.as_ref() == Some(&self.reader.principal.organisation);
        let waits = discharge.came_about != Some(true) && discharge.called_off.is_none();
        let call_off = Ask::of(K::CallOffDischarge).about(person).subject(discharge.discharge_id.0);
        html! {
            (self.time(discharge.expected_at)) " · " (self.code(discharge.destination))
            @if let Some(to) = &discharge.to { " · " (self.organisation(to)) }
            @if discharge.came_about == Some(true) { " " span.tag { (self.say("gebeurd", "came about")) } }
            @if let Some(why) = discharge.called_off { " " span.tag { (self.code(why)) } }
            @if let Some(needs) = &discharge.care_needs { p.told { (needs.as_str()) } }
            @if waits && is_ours && may.contains(&K::CallOffDischarge) { div.acts { (self.act(&call_off)) } }
        }
    }

    /// What can be done about a bed that somebody has, as at the door.
    fn of_the_bed(&self, stay: &StayView, person: PersonId, may: &[K]) -> Markup {
        let release = Ask::of(K::ReleaseBed).about(person).subject(stay.bed_id.0);
        let reader = &self.reader.principal;
        let is_ours = stay.organisation == reader.organisation;
        let may_release = is_ours || reader.actor.role() == Role::ProcessCoordinator;
        html! {
            div.acts {
                @if is_ours && may.contains(&K::RecordNoShow) { (self.did_not_come(person, stay.bed_id)) }
                @if may_release && may.contains(&K::ReleaseBed) { (self.act(&release)) }
            }
        }
    }

    /// What can be done now, the usual first.
    fn what_can_be_done(&self, file: &CaseFileView, may: &[K]) -> Markup {
        const USUAL: [K; 9] = [
            K::RecordContact,
            K::RecordIntake,
            K::RecordLivingSituation,
            K::AssignBed,
            K::Refer,
            K::IssueLookout,
            K::AddNote,
            K::ObserveIncident,
            K::UpdateIdentity,
        ];
        const MORE: [K; 18] = [
            K::RecordAttendance,
            K::RequestException,
            K::FileCareAlert,
            K::MarkOutOfSight,
            K::ReportDischarge,
            K::AnnounceDischarge,
            K::RecordIndDecision,
            K::RecordInsurance,
            K::FileUninsuredReport,
            K::AssignCoordinator,
            K::ReleaseMatch,
            K::CloseCase,
            K::ReopenCase,
            K::RecordDeath,
            K::PresentReturnOptions,
            K::RefuseReturn,
            K::EvidenceReturnCondition,
            K::GiveConsent,
        ];
        let is_over = file.closed.is_some() || file.death.is_some();
        let fits = |kind: &K| match kind {
            // Nobody is asked on a case that is over.
            K::PresentReturnOptions | K::RefuseReturn if is_over => false,
            K::ReopenCase => file.closed.is_some(),
            K::CloseCase => file.closed.is_none(),
            // Of a return that has begun they stand with it: an id is of one form on a page.
            K::PresentReturnOptions | K::RefuseReturn | K::GiveConsent => file.r#return.is_none(),
            _ => true,
        };
        let usual: Vec<_> = USUAL.into_iter().filter(fits).collect();
        let more: Vec<_> = MORE.into_iter().filter(fits).collect();
        let person = file.person_id;
        html! {
            @if usual.iter().chain(&more).any(|kind| may.contains(kind)) {
                section aria-labelledby="do" {
                    h2 #do.utrecht-heading-2 { (self.say("Vastleggen", "Record")) }
                    div.acts { (self.acts(may, person, &usual)) }
                    @if more.iter().any(|kind| may.contains(kind)) {
                        @let more = self.acts(may, person, &more);
                        details.more open[self.has_draft(&more)] {
                            summary { (self.say("Meer", "More")) }
                            div.acts { (more) }
                        }
                    }
                }
            }
        }
    }

    fn parts(&self, desk: &CaseDesk<'_>) -> Markup {
        let CaseDesk { file, matches, elsewhere, may, .. } = desk;
        let person = file.person_id;
        html! {
            (self.opened_in_emergency(file, may))
            (self.requests(file, may))
            (self.looked_for(file, may))
            @if let Some(referrals) = &file.referrals {
                section aria-labelledby="referrals" {
                    h2 #referrals.utrecht-heading-2 { (self.say("Verwijzingen", "Referrals")) }
                    ul.card-list {
                        @for referral in referrals.iter().rev().filter(|each| each.state.is_none_or(ReferralState::is_open)) {
                            (self.referral(referral, false))
                        }
                    }
                    @let past: Vec<_> = referrals.iter().filter(|each| each.state.is_some_and(|state| !state.is_open())).collect();
                    @if !past.is_empty() {
                        @let earlier = html! { ul.card-list { @for referral in &past { (self.referral(referral, false)) } } };
                        details.more open[self.has_draft(&earlier)] {
                            summary { (self.say("Eerdere", "Earlier ones")) " (" (past.len()) ")" }
                            (earlier)
                        }
                    }
                }
            }
            @if let Some(known) = &file.identity {
                section aria-labelledby="who" {
                    h2 #who.utrecht-heading-2 { (self.say("Wie", "Who")) }
                    (self.identity(known))
                }
            }
            (self.same(person, file, matches, elsewhere, may))
            (self.circumstances(file))
            @if let Some(rights) = &file.rights { (self.rights(rights)) }
            @if may.contains(&K::AssessRights) {
                p { a.utrecht-link href={ "/board/persons/" (person) "/rights" } { (self.say("Rechten toetsen, vraag voor vraag", "Assess rights, question by question")) } }
            }
            @if super::prepares_a_return(may) {
                p { a.utrecht-link href={ "/board/persons/" (person) "/return" } { (self.say("Terugkeer, stap voor stap", "The return, step by step")) } }
            }
            @if let Some(going_back) = &file.r#return { (self.going_back(file, going_back, may)) }
            @if access_log_of(self.reader.principal.actor.role()) == AccessLogOf::Person {
                p { a.utrecht-link href={ "/board/persons/" (person) "/who-saw" } {
                    (self.say("Wie heeft deze persoon gezien?", "Who saw this person?"))
                } }
            }
        }
    }

    fn requests(&self, file: &CaseFileView, may: &[K]) -> Markup {
        html! {
            @if let Some(requests) = &file.exceptions {
                section aria-labelledby="exceptions" {
                    h2 #exceptions.utrecht-heading-2 { (self.say("Uitzonderingen", "Exceptions")) }
                    ul.card-list {
                        @for request in requests.iter().rev() {
                            li.card id={ "exception-" (request.exception_id) } {
                                p {
                                    strong { (self.code(request.kind)) } " "
                                    @if let Some(state) = request.state { span.tag { (self.code(state)) } }
                                }
                                p { (self.noted(&request.noted)) }
                                @if let Some(reason) = &request.reason { p.told { (reason.as_str()) } }
                                @if let Some(until) = request.until {
                                    p { (self.say("gevraagd tot ", "asked until ")) (self.time(until)) }
                                }
                                @if let Some(why) = &request.decision_reason { p.told { (why.as_str()) } }
                                @if let Some(until) = request.expires_at {
                                    p { (self.say("toegekend tot ", "granted until ")) (self.time(until)) }
                                }
                                @if let Some(ended) = request.ended_at {
                                    p { (self.say("geldt niet meer sinds ", "holds no longer since ")) (self.time(ended)) }
                                }
                                @if request.state == Some(ExceptionState::Pending) && may.contains(&K::DecideException) {
                                    (self.decision(file.person_id, request))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
