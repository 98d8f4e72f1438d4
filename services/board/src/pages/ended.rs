//! What the reader was asked for and is over: nobody goes on looking or preparing because they were not told.

use care_path::views::EndedView;
use maud::{Markup, html};

use super::Part;
use crate::page::Page;
use crate::words::happened;

impl Page<'_> {
    /// A section with what is over, where anything is. Of the person it tells the number alone.
    pub(super) fn ended(&self, ended: &Part<EndedView>) -> Markup {
        let title = self.say("Hier hoeft u niets meer voor te doen", "Nothing more to do for these");
        let is_shown = !ended.items.is_empty() || ended.start.is_some();
        html! {
            @if is_shown {
                section aria-labelledby="ended" {
                    h2 #ended.utrecht-heading-2 { (title) }
                    p { (self.say(
                        "U was hiervoor gevraagd. Het is voorbij; waarom, staat hier niet.",
                        "You were asked for these. They are over; why is not told here.",
                    )) }
                    ul.card-list {
                        @for over in &ended.items {
                            li.card id={ "ended-" (over.subject_id) } {
                                p { strong { (happened(over.asked).r#in(self.language)) } " · " (over.person_id.number()) }
                                p { (self.say("Voorbij sinds ", "Over since ")) (self.time(over.ended_at)) }
                            }
                        }
                    }
                    (self.further(ended, title))
                }
            }
        }
    }
}
