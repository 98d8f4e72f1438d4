//! Where on the board a page is: read from its address, and back.

use actix_web::web::Query;
use board::OwnLanguage;
use board::pages::{AccessFilters, Part};
use care_path::command::CommandKind;
use care_path::ids::FacilityId;
use care_path::{EventId, PersonId};
use monitor::period::Period;
use uuid::Uuid;

use crate::app::{Cursor, Page, PageRequest};

/// A page of the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The page that the reader's role came for.
    Landing,
    Desk(Further),
    /// Tonight at a place; at the first unless one is named.
    Door(Option<FacilityId>),
    Persons(Further),
    Lookouts(Further),
    Referrals(Further),
    Handovers(Further),
    /// Organisations; those that fit what is looked for.
    Directory(String),
    /// Where a bed is free tonight.
    Places,
    /// Who was turned away.
    TurnAways(Further),
    /// Who is told what.
    Webhooks,
    /// How long records are kept; and one of them, by the number that was typed.
    Privacy(String, Further),
    /// The monitor's figures: those of a period, else the newest; whether those of the own municipality.
    Figures(Option<Period>, bool),
    /// The access log, and what it is filtered by.
    Accesses(Box<AccessesPlace>),
    /// Opening a case in an emergency, by its number.
    BreakGlass,
    /// A new signal, about somebody who may be nobody that is known.
    New,
    Person(PersonId),
    /// Somebody's rights, and the checklist.
    Rights(PersonId),
    /// Who belongs together with somebody, or is the same.
    Others(PersonId),
    /// An entry that stands with the wrong person.
    Move(PersonId, EventId),
    /// A return, step by step.
    Return(PersonId, Option<OwnLanguage>),
    /// Who saw somebody.
    WhoSaw(PersonId, Option<OwnLanguage>),
    /// The consent to it on paper.
    Consent(PersonId, OwnLanguage),
    /// A form on a page of its own.
    Form(Box<FormPlace>),
}

/// Which list of a page is read further, and after which cursor: `list` and `after` of its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Further(Option<(String, Cursor)>);

impl Further {
    fn of(query: &Pairs) -> Self {
        let of = |name| query.of(name).map(str::to_owned);
        Self(of("list").zip(of("after").map(Cursor)))
    }

    /// The part of a list that the page shows, and as many items at most.
    #[must_use]
    pub fn request(&self, list: &str, first: usize) -> PageRequest {
        PageRequest::new(Some(first), self.after(list).cloned()).unwrap_or_default()
    }

    /// A part of a list with the addresses of the parts around it. Every other list begins anew there.
    #[must_use]
    pub fn part<T>(&self, path: &str, list: &str, page: Page<T>) -> Part<T> {
        let next = page.next().map(|Cursor(after)| format!("{path}?list={list}&after={after}"));
        Part { next, start: self.after(list).map(|_| path.to_owned()), items: page.into_nodes() }
    }

    fn after(&self, list: &str) -> Option<&Cursor> {
        self.0.as_ref().filter(|(each, _)| each == list).map(|(_, after)| after)
    }
}

/// Which part of the access log, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessesPlace {
    pub filters: AccessFilters,
    pub after: Option<String>,
}

impl AccessesPlace {
    fn of(query: &Pairs) -> Self {
        let typed = |name| query.of(name).unwrap_or_default().trim().to_owned();
        let filters = AccessFilters {
            user: typed("user"),
            organisation: typed("organisation"),
            person: typed("person"),
            from: typed("from"),
            until: typed("until"),
            wrong: false,
        };
        Self { filters, after: query.of("after").map(str::to_owned) }
    }
}

/// Which form, about whom, and what the page that it was asked for on knew already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPlace {
    pub command: CommandKind,
    pub person: Option<PersonId>,
    pub subject: Option<Uuid>,
    pub given: Vec<(String, String)>,
    pub back: String,
}

impl Place {
    /// Reads the part of an address after its host. `None` where the board has no such page.
    #[must_use]
    pub fn parse(at: &str) -> Option<Self> {
        let (path, query) = at.split_once('?').unwrap_or((at, ""));
        let rest = path.strip_prefix("/board/")?;
        let query = Pairs::read(query.as_bytes());
        let typed = |name| query.of(name).unwrap_or_default().trim().to_owned();
        let mut parts = rest.split('/');
        // One that the board does not speak is nowhere.
        let own_language = || match query.of("language") {
            Some(tag) => OwnLanguage::of(tag).map(Some),
            None => Some(None),
        };
        let place = match (parts.next()?, parts.next(), parts.next()) {
            ("", None, None) => Self::Landing,
            ("desk", None, None) => Self::Desk(Further::of(&query)),
            ("door", None, None) => Self::Door(None),
            ("door", Some(facility), None) => Self::Door(Some(facility.parse().ok()?)),
            ("persons", None, None) => Self::Persons(Further::of(&query)),
            ("lookouts", None, None) => Self::Lookouts(Further::of(&query)),
            ("referrals", None, None) => Self::Referrals(Further::of(&query)),
            ("handovers", None, None) => Self::Handovers(Further::of(&query)),
            ("directory", None, None) => Self::Directory(typed("find")),
            ("places", None, None) => Self::Places,
            ("turn-aways", None, None) => Self::TurnAways(Further::of(&query)),
            ("webhooks", None, None) => Self::Webhooks,
            ("privacy", None, None) => Self::Privacy(typed("person"), Further::of(&query)),
            ("figures", period, None) => {
                let period = period.map(str::parse).transpose().ok()?;
                Self::Figures(period, query.of("audience") == Some("own"))
            }
            ("access-log", None, None) => Self::Accesses(Box::new(AccessesPlace::of(&query))),
            ("break-glass", None, None) => Self::BreakGlass,
            ("new", None, None) => Self::New,
            ("persons", Some(id), None) => Self::Person(PersonId(id.parse().ok()?)),
            ("persons", Some(id), Some("rights")) => Self::Rights(PersonId(id.parse().ok()?)),
            ("persons", Some(id), Some("others")) => Self::Others(PersonId(id.parse().ok()?)),
            ("persons", Some(id), Some("move")) => {
                Self::Move(PersonId(id.parse().ok()?), EventId(query.of("entry")?.parse().ok()?))
            }
            ("persons", Some(id), Some("return")) => Self::Return(PersonId(id.parse().ok()?), own_language()?),
            ("persons", Some(id), Some("who-saw")) => Self::WhoSaw(PersonId(id.parse().ok()?), own_language()?),
            ("persons", Some(id), Some("consent")) => {
                Self::Consent(PersonId(id.parse().ok()?), own_language()?.unwrap_or(OwnLanguage::ENGLISH))
            }
            ("form", Some(command), None) => {
                let command = CommandKind::ALL.iter().copied().find(|kind| kind.name() == command)?;
                let id = |name| query.of(name).map(|id| id.parse::<Uuid>().ok());
                let (person, subject) = (id("person"), id("subject"));
                if person == Some(None) || subject == Some(None) {
                    return None;
                }
                let back = query.back().unwrap_or_else(|| "/board/".to_owned());
                let given = query.0.iter().filter(|(name, _)| name.starts_with('/')).cloned().collect();
                Self::Form(Box::new(FormPlace {
                    command,
                    person: person.flatten().map(PersonId),
                    subject: subject.flatten(),
                    given,
                    back,
                }))
            }
            _ => return None,
        };
        Some(place)
    }
}

/// An address, if it is one of the board's own pages: nobody is sent anywhere else.
#[must_use]
pub fn within(address: &str) -> Option<String> {
    let is_ours = address == "/" || address.starts_with("/board/");
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && !address.contains("//");
    (is_ours && is_plain).then(|| address.to_owned())
}

/// The pairs of a form or a query (WHATWG URL, application/x-www-form-urlencoded).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Reads them; none where the text is not theirs.
    #[must_use]
    pub fn read(text: &[u8]) -> Self {
        let read = Query::<Vec<(String, String)>>::from_query(std::str::from_utf8(text).unwrap_or_default());
        Self(read.map(Query::into_inner).unwrap_or_default())
    }

    /// The first value of a name.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The page to go back to: one of the board's own.
    #[must_use]
    pub fn back(&self) -> Option<String> {
        self.of("back").and_then(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Edge, Mark};

    #[test]
    fn a_list_goes_on_after_its_cursor_and_the_others_begin_anew() {
        let Some(Place::Desk(further)) = Place::parse("/board/desk?list=lost&after=bm9ib2R5") else {
            panic!("no desk")
        };
        assert_eq!(further.request("lost", 20), PageRequest::new(Some(20), Some(Cursor("bm9ib2R5".into()))).unwrap());
        assert_eq!(further.request("waits", 20), PageRequest::new(Some(20), None).unwrap());
        let edge = Edge { mark: Mark::Number(7), node: "seven", about: Vec::new() };
        let page = || Page { edges: vec![edge.clone()], more: true };
        let lost = further.part("/board/desk", "lost", page());
        let waits = further.part("/board/desk", "waits", Page { more: false, ..page() });
        assert_eq!((lost.items, lost.start.as_deref()), (vec!["seven"], Some("/board/desk")));
        assert_eq!((waits.next, waits.start), (None, None));
        let Some(Place::Desk(next)) = Place::parse(&lost.next.unwrap()) else { panic!("it leads nowhere") };
        assert_eq!(next.after("lost"), Some(&edge.mark.cursor()));
    }

    #[test]
    fn an_address_leads_to_a_page_of_the_board_or_nowhere() {
        let id = "0190b0a0-0000-7000-8000-000000000000";
        assert_eq!(Place::parse("/board/"), Some(Place::Landing));
        assert!(matches!(Place::parse(&format!("/board/persons/{id}")), Some(Place::Person(_))));
        let consent = Place::Consent(PersonId(id.parse().unwrap()), OwnLanguage::of("pl").unwrap());
        assert_eq!(Place::parse(&format!("/board/persons/{id}/consent?language=pl")), Some(consent));
        assert_eq!(Place::parse(&format!("/board/persons/{id}/consent?language=xx")), None);
        for nowhere in ["/board/persons/marek", "/board/else", "/v1/persons", "/board/form/no_command", "/board/door/X"]
        {
            assert_eq!(Place::parse(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        for elsewhere in [
            "https://example.org/",
            "//example.org",
            "/board//example.org",
            "/\\example.org",
            "/boardx",
            "javascript:1",
            "/board/\r\nSet-Cookie: a=b",
            "",
        ] {
            assert_eq!(within(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(within("/board/persons?after=x").as_deref(), Some("/board/persons?after=x"));
    }
}
