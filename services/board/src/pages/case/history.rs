//! All that was recorded of somebody.

use care_path::codes::{AttendanceStatus, Code, ExceptionKind, IncidentKind, TaskKind};
use care_path::command::CommandKind as K;
use care_path::event::EventKind;
use care_path::path::correction::corrects;
use care_path::views::TimelineEntryView;
use maud::{Markup, html};

use super::CaseDesk;
use crate::form::Ask;
use crate::page::Page;
use crate::pages::moving_at;
use crate::words::happened;

impl Page<'_> {
    /// Which kind it was, of what says so by a code of a list: an incident, an exception, an attendance.
    fn kind_of(&self, entry: &TimelineEntryView) -> Option<String> {
        let (field, list) = match entry.r#type {
            EventKind::IncidentObserved => ("kind", IncidentKind::LIST),
            EventKind::ExceptionRequested => ("kind", ExceptionKind::LIST),
            EventKind::AttendanceRecorded => ("status", AttendanceStatus::LIST),
            EventKind::DeadlinePassed => ("task", TaskKind::LIST),
            _ => return None,
        };
        self.names.label(list, entry.details.code(field)?, self.language.tag())
    }

    /// All that was recorded, newest first; each entry can be taken back, or moved to the right person, where one looks.
    pub(super) fn history(&self, desk: &CaseDesk<'_>) -> Markup {
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
                            @if let Some(kind) = self.kind_of(entry) { " · " (kind) }
                            " " (self.noted(&entry.noted))
                            @for why in entry.details.why().filter(|_| !struck) { p.told { (why) } }
                            @let by = entry.noted.recorded_by.as_ref();
                            @let corrects = !struck && by.is_some_and(|by| corrects(&self.reader.principal, by));
                            @if corrects && entry.r#type.can_be_retracted() && desk.may.contains(&K::RetractEntry) {
                                " · " a.utrecht-link.no-print href=(Ask::of(K::RetractEntry).about(person).subject(entry.event_id.0).path(self.at)) {
                                    (self.say("terugnemen", "take back")) span.visually-hidden { ": " (what) }
                                }
                            }
                            @if corrects && entry.r#type.can_be_moved() && desk.may.contains(&K::MoveEntry) {
                                " · " a.utrecht-link.no-print href=(moving_at(person, entry.event_id)) {
                                    (self.say("andere persoon", "another person")) span.visually-hidden { ": " (what) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
