//! A case on one page: who, where, what next, the care path as a line of time, and what can be done, where one looks.

use care_path::PersonId;
use care_path::codes::{ExceptionState, LookoutState, ReferralState};
use care_path::command::CommandKind as K;
use care_path::views::{
    CaseFileView, IdentityView, MatchElsewhereView, MatchView, PhaseView, RemarkView, ReturnView, RightsView, StayView,
    TaskView, TimelineEntryView,
};
use maud::{Markup, html};

use crate::form::Ask;
use crate::line::care_path_line;
use crate::page::Page;
use crate::show::fact;
use crate::words::happened;

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
            p {
                @if let Some(phase) = file.phase { (page.phase_tag(phase)) " " }
                @if file.vulnerable == Some(true) { span.tag.tag--alarm { (page.say("kwetsbaar", "vulnerable")) } " " }
                @if file.lacking == Some(true) {
                    span.tag.tag--warn { (page.say("een deel is niet leesbaar", "a part cannot be read")) } " "
                }
                @if let Some(known) = &file.identity { (page.roughly(known)) }
            }
            div.board-columns {
                section aria-labelledby="now" {
                    h2 #now.utrecht-heading-2 { (page.say("Nu", "Now")) }
                    (page.now_facts(file))
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

impl Page<'_> {
    fn now_facts(&self, file: &CaseFileView) -> Markup {
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
                    dd { (self.stay(stay)) }
                }
                (fact(self.say("Gemeente", "Municipality"), file.municipality.as_ref().map(crate::show::municipality)))
                (fact(self.say("Procesregisseur", "Coordinator"), file.coordinator.as_ref().map(ToString::to_string)))
                (fact(self.say("Afgesloten", "Closed"), file.closed.map(|why| self.code(why))))
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

    /// What can be done now, the usual first.
    fn what_can_be_done(&self, file: &CaseFileView, may: &[K]) -> Markup {
        const USUAL: [K; 8] = [
            K::RecordContact,
            K::RecordIntake,
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
        let fits = |kind: &K| match kind {
            K::ReopenCase => file.closed.is_some(),
            K::CloseCase => file.closed.is_none(),
            // Of a return that has begun they stand with it: an id is of one form on a page.
            K::PresentReturnOptions | K::RefuseReturn | K::GiveConsent => file.r#return.is_none(),
            _ => true,
        };
        let more: Vec<_> = MORE.into_iter().filter(fits).collect();
        let person = file.person_id;
        html! {
            section aria-labelledby="do" {
                h2 #do.utrecht-heading-2 { (self.say("Vastleggen", "Record")) }
                div.acts { (self.acts(may, person, &USUAL)) }
                @if more.iter().any(|kind| may.contains(kind)) {
                    details.more {
                        summary { (self.say("Meer", "More")) }
                        div.acts { (self.acts(may, person, &more)) }
                    }
                }
            }
        }
    }

    fn parts(&self, desk: &CaseDesk<'_>) -> Markup {
        let CaseDesk { file, matches, elsewhere, may, .. } = desk;
        let person = file.person_id;
        html! {
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
                        details.more {
                            summary { (self.say("Eerdere", "Earlier ones")) " (" (past.len()) ")" }
                            ul.card-list { @for referral in past { (self.referral(referral, false)) } }
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
            @if let Some(going_back) = &file.r#return { (self.going_back(person, going_back, may)) }
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
                                @if let Some(until) = request.until { p { (self.say("tot ", "until ")) (self.time(until)) } }
                                @if let Some(why) = &request.decision_reason { p.told { (why.as_str()) } }
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

    fn looked_for(&self, file: &CaseFileView, may: &[K]) -> Markup {
        let person = file.person_id;
        html! {
            @if let Some(lookouts) = &file.lookouts {
                section aria-labelledby="lookouts" {
                    h2 #lookouts.utrecht-heading-2 { (self.say("Uitkijken", "Lookouts")) }
                    ul.card-list {
                        @for lookout in lookouts.iter().rev() {
                            @let open = lookout.state == Some(LookoutState::Open);
                            li.card id={ "lookout-" (lookout.lookout_id) } {
                                p {
                                    @if let Some(state) = lookout.state { span.tag { (self.code(state)) } " " }
                                    (self.say("tot ", "until ")) (self.time(lookout.expires_at))
                                }
                                @if let Some(description) = &lookout.description { p.told { (description.as_str()) } }
                                @let names = |list: &Option<Vec<_>>| list.iter().flatten().map(|each| self.organisation(each)).collect::<Vec<_>>().join(", ");
                                dl.facts {
                                    @if open && lookout.silent.as_ref().is_some_and(|silent| !silent.is_empty()) {
                                        dt { (self.say("Nog niet gelezen door", "Not read yet by")) } dd { (names(&lookout.silent)) }
                                    }
                                    @if !open { (fact(self.say("Gevraagd", "Asked"), lookout.recipients.is_some().then(|| names(&lookout.recipients)))) }
                                    (fact(self.say("Uitkomst", "Outcome"), lookout.outcome.map(|outcome| self.code(outcome))
                                        .or_else(|| lookout.end_reason.map(|why| self.code(why)))))
                                }
                                @for sighting in lookout.sightings.iter().flatten() {
                                    p.told {
                                        (self.say("Gezien: ", "Seen: "))
                                        @if let Some(kind) = sighting.location_type { (self.code(kind)) " " }
                                        @if let Some(location) = &sighting.location { (location.as_str()) " " }
                                        @if let Some(how) = &sighting.circumstances { (how.as_str()) " " }
                                        (self.noted(&sighting.noted))
                                    }
                                }
                                @if open {
                                    @let ask = |kind| Ask::of(kind).about(person).subject(lookout.lookout_id.0);
                                    div.utrecht-button-group {
                                        @for kind in [K::ReportSighting, K::ResolveLookout, K::EndLookout] {
                                            @if may.contains(&kind) { (self.act(&ask(kind))) }
                                        }
                                        @if !lookout.acknowledged && may.contains(&K::AcknowledgeLookout) {
                                            (self.act(&ask(K::AcknowledgeLookout).at_once()))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if let Some(alerts) = &file.care_alerts {
                section aria-labelledby="alerts" {
                    h2 #alerts.utrecht-heading-2 { (self.say("Zorgmeldingen", "Care alerts")) }
                    ul.card-list {
                        @for alert in alerts.iter().rev() {
                            li.card id={ "alert-" (alert.care_alert_id) } {
                                p { (self.organisation(&alert.to)) " · " (self.noted(&alert.noted)) }
                                @if let Some(description) = &alert.description { p.told { (description.as_str()) } }
                                @for answer in alert.answers.iter().flatten() {
                                    p { (self.code(answer.outcome)) " · " (self.noted(&answer.noted)) }
                                }
                                @let ask = |kind| Ask::of(kind).about(person).subject(alert.care_alert_id.0);
                                @if alert.end_reason.is_none() && alert.expires_at > self.now {
                                    @for kind in [K::AnswerCareAlert, K::EndCareAlert] {
                                        @if may.contains(&kind) { (self.act(&ask(kind))) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Who else may be the same person, who is, and who belongs together with them.
    fn same(
        &self,
        person: PersonId,
        file: &CaseFileView,
        matches: &[MatchView],
        elsewhere: &[MatchElsewhereView],
        may: &[K],
    ) -> Markup {
        let is_empty =
            matches.is_empty() && elsewhere.is_empty() && file.linked_persons.is_none() && file.relations.is_none();
        html! {
            @if !is_empty {
                section aria-labelledby="same" {
                    h2 #same.utrecht-heading-2 { (self.say("Dezelfde persoon? Wie hoort erbij?", "The same person? Who belongs together?")) }
                    ul.card-list {
                        @for other in matches {
                            li.card id={ "match-" (other.person_id) } {
                                p { (self.say("Misschien dezelfde: ", "Perhaps the same: ")) (self.person_link(other.identity.as_ref(), other.person_id)) }
                                p { (self.say("Komt overeen: ", "Agrees in: ")) (self.codes(&other.reasons)) }
                                div.utrecht-button-group {
                                    @if may.contains(&K::LinkPersons) {
                                        (self.act(&Ask::of(K::LinkPersons).about(person).given("/with", other.person_id.to_string())))
                                    }
                                    @if may.contains(&K::DismissMatch) {
                                        (self.act(&Ask::of(K::DismissMatch).about(person).subject(other.person_id.0)))
                                    }
                                }
                            }
                        }
                        @for other in elsewhere {
                            li.card id={ "elsewhere-" (other.person_id) } {
                                p { (self.say("Misschien bekend in ", "Perhaps known in ")) (other.municipality.as_ref().map(crate::show::municipality).unwrap_or_default()) }
                                @if let Some(known) = &other.identity { p { (self.who(Some(known), other.person_id)) } }
                                @if !other.agreed && may.contains(&K::AgreeMatch) {
                                    (self.act(&Ask::of(K::AgreeMatch).about(person).subject(other.person_id.0)))
                                }
                            }
                        }
                        @for other in file.linked_persons.iter().flatten() {
                            li.card id={ "linked-" (other) } {
                                p { (self.say("Gekoppeld met ", "Linked with ")) (self.person_link(None, *other)) }
                                @if may.contains(&K::UnlinkPersons) {
                                    (self.act(&Ask::of(K::UnlinkPersons).about(person).subject(other.0).at_once()))
                                }
                            }
                        }
                        @for relation in file.relations.iter().flatten() {
                            li.card {
                                p {
                                    (self.code(relation.kind)) ": "
                                    @match relation.person_id {
                                        Some(other) => (self.person_link(None, other)),
                                        None => (self.say("iemand die u niet mag zien", "somebody whom you may not see")),
                                    }
                                }
                                @if let Some(why) = &relation.explanation { p.told { (why.as_str()) } }
                            }
                        }
                    }
                }
            }
        }
    }

    pub(super) fn identity(&self, known: &IdentityView) -> Markup {
        let line = |text: &Option<care_path::text::Line>| text.as_ref().map(|line| line.as_str().to_owned());
        let languages = known.languages.as_ref().map(|languages| {
            languages.iter().map(|each| self.language_name(each.language.as_str())).collect::<Vec<_>>().join(", ")
        });
        let documents = known.documents.as_ref().map(|documents| {
            let told = documents.iter().map(|each| {
                let number = each.number.as_ref().map(care_path::text::Line::as_str).unwrap_or_default();
                format!("{} {number}", self.code(each.kind))
            });
            told.collect::<Vec<_>>().join(", ")
        });
        let countries = known
            .countries
            .as_ref()
            .map(|countries| countries.iter().map(|each| self.country(each.as_str())).collect::<Vec<_>>().join(", "));
        html! {
            dl.facts {
                (fact(self.say("Naam", "Name"), line(&known.name)))
                (fact(self.say("Roepnaam", "Called"), line(&known.alias)))
                (fact(self.say("Geboren", "Born"), known.birth_date.map(|date| self.born(date))))
                (fact(self.say("Geboorteplaats", "Place of birth"), line(&known.birth_place)))
                (fact(self.say("Leeftijd", "Age"), known.approximate_age.map(|age| format!("± {}", age.years()))))
                (fact(self.say("Geslacht", "Sex"), known.sex.map(|sex| self.code(sex))))
                (fact(self.say("Nationaliteit", "Nationality"), countries))
                (fact(self.say("Herkomst", "Origin"), line(&known.origin)))
                (fact(self.say("Talen", "Languages"), languages))
                (fact(self.say("Documenten", "Documents"), documents))
                (fact(self.say("Hoe te bereiken", "How to reach them"), line(&known.contact)))
                (fact(self.say("Uiterlijk", "Appearance"), known.appearance.as_ref().map(|text| text.as_str().to_owned())))
                (fact(self.say("Hoe zeker", "How sure"), known.assurance.map(|sure| self.code(sure))))
            }
        }
    }

    fn circumstances(&self, file: &CaseFileView) -> Markup {
        let (social, medical, justice) = (file.social.as_ref(), file.medical.as_ref(), file.justice.as_ref());
        html! {
            @if let Some(medical) = medical {
                section aria-labelledby="health" {
                    h2 #health.utrecht-heading-2 { (self.say("Gezondheid", "Health")) }
                    dl.facts {
                        (fact(self.say("Hoe dringend", "Urgency"), medical.urgency.map(|urgency| self.code(urgency))))
                        (fact(self.say("Problemen", "Problems"), medical.problems.as_ref().map(|codes| self.codes(codes))))
                        @if medical.head_injury_suspected == Some(true) {
                            dt { (self.say("Let op", "Take care")) } dd { (self.say("mogelijk hoofdletsel", "head injury suspected")) }
                        }
                        @if let Some(since) = medical.unsuitable_since {
                            dt { (self.say("Past deze plek?", "Does this place suit?")) } dd { (self.say("te beoordelen sinds ", "to be reviewed since ")) (self.time(since)) }
                        }
                    }
                    (self.remarks(self.say("Wat de omgeving moet weten", "What those around must know"), medical.care_needs.as_ref()))
                    (self.remarks(self.say("Bevindingen", "Findings"), medical.findings.as_ref()))
                }
            }
            @if let Some(social) = social {
                section aria-labelledby="social" {
                    h2 #social.utrecht-heading-2 { (self.say("Leefsituatie", "Daily life")) }
                    dl.facts {
                        (fact(self.say("Problemen", "Problems"), social.problems.as_ref().map(|codes| self.codes(codes))))
                        (fact(self.say("Woonsituatie", "Living situation"), social.living_situation.map(|code| self.code(code))))
                        @if let Some(situation) = &social.situation {
                            (fact(self.say("Werkt", "Works"), situation.works.map(|code| self.code(code))))
                            (fact(self.say("Inkomen", "Income"), situation.has_income.map(|code| self.code(code))))
                        }
                    }
                    (self.remarks(self.say("Omstandigheden", "Circumstances"), social.circumstances.as_ref()))
                }
            }
            @if let Some(justice) = justice {
                section aria-labelledby="justice" {
                    h2 #justice.utrecht-heading-2 { (self.say("Gedrag en justitie", "Conduct and justice")) }
                    dl.facts { (fact(self.say("Problemen", "Problems"), justice.problems.as_ref().map(|codes| self.codes(codes)))) }
                    (self.remarks(self.say("Gedrag", "Conduct"), justice.conduct.as_ref()))
                }
            }
            @if let Some(incidents) = &file.incidents {
                section aria-labelledby="incidents" {
                    h2 #incidents.utrecht-heading-2 { (self.say("Incidenten", "Incidents")) }
                    ul.card-list {
                        @for incident in incidents.iter().rev() {
                            li.card {
                                p {
                                    @if let Some(kind) = incident.kind { strong { (self.code(kind)) } " " }
                                    @if let Some(severity) = incident.severity { span.tag { (self.code(severity)) } }
                                }
                                p { (self.noted(&incident.noted)) }
                                @if let Some(text) = &incident.description { p.told { (text.as_str()) } }
                            }
                        }
                    }
                }
            }
            @if let Some(notes) = &file.notes {
                section aria-labelledby="notes" {
                    h2 #notes.utrecht-heading-2 { (self.say("Notities", "Notes")) }
                    ul.card-list {
                        @for note in notes.iter().rev() {
                            li.card { @if let Some(text) = &note.text { p.told { (text.as_str()) } } p { (self.noted(&note.noted)) } }
                        }
                    }
                }
            }
        }
    }

    fn remarks(&self, title: &str, remarks: Option<&Vec<RemarkView>>) -> Markup {
        html! {
            @if let Some(remarks) = remarks {
                h3.utrecht-heading-3 { (title) }
                ul.card-list {
                    @for remark in remarks.iter().rev() {
                        li.card { p.told { (remark.text.as_str()) } p { (self.noted(&remark.noted)) } }
                    }
                }
            }
        }
    }

    fn rights(&self, rights: &RightsView) -> Markup {
        html! {
            section aria-labelledby="rights" {
                h2 #rights.utrecht-heading-2 { (self.say("Rechten", "Rights")) }
                dl.facts {
                    (fact(self.say("Verzekering", "Insurance"), rights.insurance.map(|status| self.code(status))))
                    (fact(self.say("Besluit IND", "Decision of the IND"), rights.ind_decision.as_ref().map(|decision| self.code(decision.outcome))))
                    (fact(self.say("Onverzekerde zorg gemeld", "Uninsured care reported"), rights.uninsured_report_filed_at.map(|at| self.time_text(at))))
                }
                @if let Some(assessment) = rights.assessments.iter().flatten().last() { (self.assessed(assessment)) }
            }
        }
    }

    /// A return, step by step; the no is as easy as the yes.
    fn going_back(&self, person: PersonId, going_back: &ReturnView, may: &[K]) -> Markup {
        html! {
            section aria-labelledby="return" {
                h2 #return.utrecht-heading-2 { (self.say("Terugkeer", "Return")) }
                @if let Some(options) = going_back.options.iter().flatten().last() {
                    p {
                        @if let Some(wish) = options.wish { strong { (self.code(wish)) } " · " }
                        @if let Some(language) = &options.language { (self.language_name(language.as_str())) " · " }
                        (self.noted(&options.noted))
                    }
                }
                @for refusal in going_back.refusals.iter().flatten() {
                    p { span.tag.tag--warn { (self.say("wil niet terug", "does not want to return")) } " " (self.noted(&refusal.noted)) }
                }
                @if going_back.conditions.is_some() || going_back.missing_conditions.is_some() {
                    ol.steps {
                        @for met in going_back.conditions.iter().flatten() {
                            li.done { (self.code(met.condition)) " · " (self.code(met.status)) }
                        }
                        @for missing in going_back.missing_conditions.iter().flatten() {
                            li.missing {
                                (self.code(*missing)) " · " (self.say("ontbreekt nog", "still missing"))
                                @if may.contains(&K::EvidenceReturnCondition) {
                                    (self.act(&Ask::of(K::EvidenceReturnCondition).about(person).given("/condition", care_path::codes::Code::code(*missing))))
                                }
                            }
                        }
                    }
                }
                @for consent in going_back.consents.iter().flatten() { (self.consent_given(person, consent, may, None)) }
                ul.card-list { @for handover in going_back.handovers.iter().flatten().rev() { (self.handover(handover, may, false)) } }
                div.acts {
                    (self.acts(may, person, &[K::RefuseReturn, K::PresentReturnOptions, K::GiveConsent, K::ProposeHandover]))
                }
            }
        }
    }

    /// All that was recorded, newest first; each entry can be taken back where one looks.
    fn history(&self, desk: &CaseDesk<'_>) -> Markup {
        let person = desk.file.person_id;
        html! {
            section aria-labelledby="history" {
                h2 #history.utrecht-heading-2 { (self.say("Alles wat is vastgelegd", "All that was recorded")) }
                ol.timeline reversed {
                    @for entry in desk.timeline.iter().rev() {
                        @let struck = entry.retracted_by.is_some();
                        li id={ "entry-" (entry.event_id) } {
                            @let what = happened(entry.r#type).r#in(self.language);
                            @if struck { s { (what) } " " span.tag { (self.say("teruggenomen", "taken back")) } } @else { strong { (what) } }
                            @if entry.overtaken == Some(true) { " " span.tag { (self.say("telt niet mee", "does not count")) } }
                            " " (self.noted(&entry.noted))
                            @if !struck && desk.may.contains(&K::RetractEntry) {
                                " · " a.utrecht-link href=(Ask::of(K::RetractEntry).about(person).subject(entry.event_id.0).path(self.at)) {
                                    (self.say("terugnemen", "take back")) span.visually-hidden { ": " (what) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
