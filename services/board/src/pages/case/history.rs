//! All that was recorded of somebody.

use care_path::codes::{AttendanceStatus, Code, ExceptionKind, IncidentKind, ReturnCondition, TaskKind};
use care_path::command::CommandKind as K;
use care_path::event::EventKind;
use care_path::path::correction::corrects;
use care_path::views::TimelineEntryView;
use maud::{Markup, html};

use super::CaseDesk;
use crate::form::Ask;
use crate::page::Page;
use crate::pages::{PERSONS, moving_at, sections};
use crate::words::happened;

impl Page<'_> {
    /// What was recorded, and which kind it was of those that have several.
    pub(in crate::pages) fn what(&self, entry: &TimelineEntryView) -> String {
        let what = happened(entry.r#type).r#in(self.language);
        self.kind_of(entry).map_or_else(|| what.to_owned(), |kind| format!("{what} · {kind}"))
    }

    /// Which kind it was, of what says so by a code of a list: an incident, an exception, an attendance.
    fn kind_of(&self, entry: &TimelineEntryView) -> Option<String> {
        let (field, list) = match entry.r#type {
            EventKind::IncidentObserved => ("kind", IncidentKind::LIST),
            EventKind::ExceptionRequested => ("kind", ExceptionKind::LIST),
            EventKind::AttendanceRecorded => ("status", AttendanceStatus::LIST),
            EventKind::DeadlinePassed => ("task", TaskKind::LIST),
            EventKind::ReturnConditionEvidenced => ("condition", ReturnCondition::LIST),
            _ => return None,
        };
        self.names.label(list, entry.details.code(field)?, self.language.tag())
    }

    /// All that was recorded, newest first; each entry can be taken back, or moved to the right person, where one looks.
    pub(super) fn history(&self, desk: &CaseDesk<'_>) -> Markup {
        let person = desk.file.person_id;
        // Whoever looks for nobody finds no other person to move an entry to.
        let finds_others = sections(self.reader.principal.actor.role()).contains(&PERSONS);
        html! {
            section aria-labelledby="history" {
                h2 #history.utrecht-heading-2 { (self.say("Alles wat is vastgelegd", "All that was recorded")) }
                ol.timeline reversed {
                    @for entry in desk.timeline.iter().rev() {
                        @let struck = entry.retracted_by.is_some();
                        li id={ "entry-" (entry.event_id) } {
                            @let what = self.what(entry);
                            @if struck { s { (&what) } " " span.tag { (self.say("teruggenomen", "taken back")) } } @else { strong { (&what) } }
                            @if entry.overtaken == Some(true) { " " span.tag { (self.say("telt niet mee", "does not count")) } }
                            " " (self.noted(&entry.noted))
                            @for why in entry.details.why().filter(|_| !struck) { p.told { (why) } }
                            @let by = entry.noted.recorded_by.as_ref();
                            @let corrects = !struck && by.is_some_and(|by| corrects(&self.reader.principal, by));
                            @if corrects && entry.r#type.can_be_retracted() && desk.may.contains(&K::RetractEntry) {
                                " · " a.utrecht-link.no-print href=(Ask::of(K::RetractEntry).about(person).subject(entry.event_id.0).path(self.at)) {
                                    (self.say("terugnemen", "take back")) span.visually-hidden { ": " (&what) }
                                }
                            }
                            @if corrects && finds_others && entry.r#type.can_be_moved() && desk.may.contains(&K::MoveEntry) {
                                " · " a.utrecht-link.no-print href=(moving_at(person, entry.event_id)) {
                                    (self.say("andere persoon", "another person")) span.visually-hidden { ": " (&what) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
