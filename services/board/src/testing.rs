//! A page for tests: of a coordinator in Rotterdam, on a morning in November.

use care_path::codes::{Code, OrgKind};
use care_path::ids::{FacilityId, OrgId};
use care_path::{Actor, Principal};
use maud::Markup;
use uuid::Uuid;

use crate::page::{Choice, Known, Names, Page, Reader};
use crate::words::Language;

/// Labels that say which they are.
struct Labels;

impl Names for Labels {
    fn label(&self, _: &str, code: &str, language: &str) -> Option<String> {
        Some(format!("{code}@{language}"))
    }

    fn organisation(&self, id: &OrgId) -> Option<String> {
        Some(id.to_string())
    }

    fn facility(&self, id: &FacilityId) -> Option<String> {
        Some(id.to_string())
    }

    fn organisations(&self) -> Vec<Choice> {
        let care = ["PL", "RO"].map(|country| Choice {
            id: format!("care-provider-{}", country.to_lowercase()),
            name: format!("Care in {country}"),
            kind: OrgKind::ForeignCareProvider.code().to_owned(),
            municipality: None,
            country: Some(country.to_owned()),
            offerings: Vec::new(),
        });
        care.into()
    }

    fn facilities(&self, _: &OrgId) -> Vec<Choice> {
        Vec::new()
    }

    fn codes(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

pub(crate) fn coordinator() -> Principal {
    Principal {
        user: "coordinator-rotterdam".parse().unwrap(),
        organisation: "municipality-rotterdam".parse().unwrap(),
        actor: Actor::ProcessCoordinator { municipality: "rotterdam".parse().unwrap() },
    }
}

pub(crate) fn now() -> care_path::time::DateTime {
    "2026-11-29T12:00:00Z".parse().unwrap()
}

pub(crate) fn on_a_page(make: impl FnOnce(&Page<'_>) -> Markup) -> String {
    on_a_page_in(Language::Dutch, make)
}

pub(crate) fn on_a_page_in(language: Language, make: impl FnOnce(&Page<'_>) -> Markup) -> String {
    let reader = Reader { principal: coordinator(), name: "Coordinator".to_owned() };
    let page = Page {
        language,
        now: now(),
        reader: &reader,
        names: &Labels,
        known: &Known::new(),
        csrf: "csrf",
        at: "/board/persons/x/return",
        back: "/board/persons/x/return",
        draft: None,
        unsent: &[],
        flash: None,
        new_key: &Uuid::nil,
        demo: false,
        offline: false,
        live: true,
    };
    make(&page).into_string()
}
