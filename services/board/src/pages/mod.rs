//! The pages, one a file. Each role lands on the one that it came for.

mod accesses;
mod ambassador;
mod assessor;
mod break_glass;
mod case;
mod consent;
mod desk;
mod directory;
mod door;
mod ended;
mod figures;
mod form;
mod handovers;
mod lookouts;
mod moving;
mod offline;
mod others;
mod persons;
mod places;
mod privacy;
mod problem;
mod referrals;
mod return_steps;
mod returning;
#[cfg(test)]
mod returning_tests;
mod sign_in;
mod turn_aways;
mod webhooks;
mod who_saw;

pub use accesses::{AccessFilters, AccessLog, AccessRow, StandsOut, access_log, pattern};
pub use ambassador::{CountryCount, StateShare, ambassador};
pub use assessor::{rights, rights_waiting};
pub use break_glass::break_glass;
pub use case::{CaseDesk, case, stands_for};
pub use consent::consent;
pub use desk::{Desk, desk};
pub use directory::{LastSignIn, directory};
pub use door::{Door, NEW_GUEST, door};
pub use figures::{Figures, figures};
pub use form::{FormAbout, form};
pub use handovers::{Handovers, handovers};
pub use lookouts::{Lookouts, lookouts};
pub use moving::{Moving, moving, moving_at};
pub use offline::offline;
pub use others::{Others, joins_persons, others, others_at};
pub use persons::{Found, Unrecorded, one_of_these, persons};
pub use places::places;
pub use privacy::{Asked, Privacy, privacy};
pub use problem::{ended, failed, problem, signed_out};
pub use referrals::{Referrals, referrals};
pub use returning::{Returning, prepares_a_return, returning};
pub use sign_in::{DemoUser, sign_in};
pub use turn_aways::turn_aways;
pub use webhooks::{Sending, Webhook, webhooks};
pub use who_saw::{SeenBy, WhoSaw, who_saw};

use care_path::PersonId;
use care_path::codes::{Role, TaskKind};
use care_path::command::CommandKind;
use care_path::views::TaskView;
use maud::{Markup, html};

use crate::form::Ask;
use crate::page::{Page, Section};

const DESK: Section = Section { path: "/board/desk", dutch: "Vandaag", english: "Today" };
const PERSONS: Section = Section { path: "/board/persons", dutch: "Personen", english: "Persons" };
const DOOR: Section = Section { path: "/board/door", dutch: "Vanavond", english: "Tonight" };
const LOOKOUTS: Section = Section { path: "/board/lookouts", dutch: "Uitkijken", english: "Lookouts" };
const PLACES: Section = Section { path: "/board/places", dutch: "Vrije plekken", english: "Free places" };
const REFERRALS: Section = Section { path: "/board/referrals", dutch: "Verwijzingen", english: "Referrals" };
const HANDOVERS: Section = Section { path: "/board/handovers", dutch: "Overdrachten", english: "Handovers" };
const DIRECTORY: Section = Section { path: "/board/directory", dutch: "Organisaties", english: "Organisations" };
const TURN_AWAYS: Section = Section { path: "/board/turn-aways", dutch: "Afgewezen", english: "Turned away" };
const WEBHOOKS: Section = Section { path: "/board/webhooks", dutch: "Webhooks", english: "Webhooks" };
const PRIVACY: Section = Section { path: "/board/privacy", dutch: "Bewaren en wissen", english: "Keep and erase" };
const FIGURES: Section = Section { path: "/board/figures", dutch: "Cijfers", english: "Figures" };
const ACCESSES: Section = Section { path: "/board/access-log", dutch: "Wie zag wat", english: "Who saw what" };
const NEW: Section = Section { path: "/board/new", dutch: "Nieuw signaal", english: "New signal" };

/// What a role finds on the board. The first is where it lands.
#[must_use]
pub const fn sections(role: Role) -> &'static [Section] {
    match role {
        Role::ProcessCoordinator => &[DESK, PERSONS, LOOKOUTS, PLACES, TURN_AWAYS, REFERRALS, HANDOVERS, FIGURES, NEW],
        Role::ShelterWorker => &[DOOR, DESK, LOOKOUTS, PLACES, TURN_AWAYS, REFERRALS, PERSONS, NEW],
        Role::OutreachWorker => &[LOOKOUTS, DESK, PLACES, TURN_AWAYS, PERSONS, NEW],
        Role::CareProvider => &[REFERRALS, DESK, LOOKOUTS, PLACES, TURN_AWAYS, PERSONS, NEW],
        Role::ClientSupporter => &[DESK, PERSONS, HANDOVERS, REFERRALS, TURN_AWAYS, NEW],
        Role::MunicipalAssessor => &[DESK, PERSONS],
        Role::Police => &[LOOKOUTS, NEW],
        Role::EmbassyLiaison | Role::ReceivingProvider | Role::Ambassador => &[HANDOVERS],
        Role::Administrator => &[DIRECTORY, WEBHOOKS],
        Role::PrivacyOfficer => &[PRIVACY, ACCESSES],
        Role::MonitorAnalyst => &[FIGURES],
        Role::System => &[DESK],
    }
}

/// As much of a list as a page shows, and where it goes on.
pub struct Part<T> {
    pub items: Vec<T>,
    /// The page that goes on after these.
    pub next: Option<String>,
    /// The page with the first of them, where this is not it.
    pub start: Option<String>,
}

impl<T> Part<T> {
    /// A whole list.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None, start: None }
    }
}

impl Page<'_> {
    /// Leads through a list that is longer than the page shows of it.
    fn further<T>(&self, part: &Part<T>, title: &str) -> Markup {
        let link = |to: &Option<String>, text: &str| {
            html! {
                @if let Some(to) = to {
                    a.utrecht-link href=(to) { (text) span.visually-hidden { ": " (title) } } " "
                }
            }
        };
        html! {
            @if part.next.is_some() || part.start.is_some() {
                p {
                    (link(&part.start, self.say("Terug naar het begin", "Back to the first")))
                    (link(&part.next, self.say("Er zijn er meer: verder", "There are more: go on")))
                }
            }
        }
    }

    /// A page with its title as the heading.
    fn titled(&self, title: &str, main: &Markup) -> Markup {
        let sections = sections(self.reader.principal.actor.role());
        self.whole(
            title,
            sections,
            &html! {
                h1.utrecht-heading-1 { (title) }
                (main)
            },
        )
    }

    /// Says that there is nothing.
    fn nothing(&self, dutch: &str, english: &str) -> Markup {
        html! { p.utrecht-paragraph.nothing { (self.say(dutch, english)) } }
    }

    /// What waits, with what it is about and until when.
    fn tasks(&self, tasks: &[TaskView]) -> Markup {
        html! {
            ul.card-list {
                @for task in tasks {
                    @let late = if task.overdue { "card task task--overdue" } else { "card task" };
                    li class=(late) id={ "task-" (care_path::codes::Code::code(task.kind)) "-" (task.person_id) } {
                        p { strong { (self.code(task.kind)) } }
                        p { (self.person_link(task.identity.as_ref(), task.person_id)) }
                        p {
                            (self.due(task.due_at))
                            @if let Some(next) = task.suggestion { " · " (self.code(next)) }
                        }
                        @if task.kind == TaskKind::ReviewStoppedReturn {
                            p { (self.say("Klaar als u een notitie vastlegt over wat er nu gebeurt.",
                                "Done when you record a note on what happens now.")) }
                        }
                        @if self.prepares_returns() && is_of_a_return(task.kind) {
                            p { a.utrecht-link href={ "/board/persons/" (task.person_id) "/return" } {
                                (self.say("Naar de terugkeer", "To the return"))
                                span.visually-hidden { ": " (self.who(task.identity.as_ref(), task.person_id)) }
                            } }
                        }
                    }
                }
            }
        }
    }

    /// Whether the reader is one of those who see a return through.
    fn prepares_returns(&self) -> bool {
        returning::prepares_returns(self.reader.principal.actor.role())
    }

    /// The commands of a list that the reader may send, each with its form.
    fn acts(&self, may: &[CommandKind], person: PersonId, wanted: &[CommandKind]) -> Markup {
        html! {
            @for command in wanted {
                @if may.contains(command) { (self.act(&Ask::of(*command).about(person))) }
            }
        }
    }

    /// Takes back what was recorded just now.
    pub(crate) fn undo(&self, person: uuid::Uuid, entry: uuid::Uuid) -> Markup {
        let ask =
            Ask::of(CommandKind::RetractEntry).about(PersonId(person)).subject(entry).given("/reason", "wrong_value");
        self.act(&ask.titled("Ongedaan maken", "Undo").at_once())
    }
}

/// Whether a task is a step of a return, or follows one.
fn is_of_a_return(kind: TaskKind) -> bool {
    const OF_A_RETURN: [TaskKind; 6] = [
        TaskKind::RecordDeparture,
        TaskKind::ConfirmArrival,
        TaskKind::FollowUp,
        TaskKind::ReviewStoppedReturn,
        TaskKind::AnswerHandoverQuestion,
        TaskKind::TraceArrival,
    ];
    OF_A_RETURN.contains(&kind)
}

/// Where a role lands.
#[must_use]
pub fn lands_on(role: Role) -> &'static str {
    sections(role).first().map_or(DESK.path, |section| section.path)
}

#[cfg(test)]
mod tests {
    use care_path::codes::Code;
    use care_path::policy::rules::{TurnAwaysOf, turn_aways_of};

    use super::*;

    #[test]
    fn whoever_may_read_turn_aways_finds_them() {
        for role in Role::ALL {
            let finds = sections(*role).contains(&TURN_AWAYS);
            assert_eq!(finds, turn_aways_of(*role) != TurnAwaysOf::Nobody, "{}", role.code());
        }
    }
}
