//! What things are called on a page: the labels of codes, and the names of the directory.

use board::{Choice, Names};
use care_path::Principal;
use care_path::codes::Code;
use care_path::directory::{Directory, Facility, Organisation};
use care_path::ids::{FacilityId, OrgId};
use care_path::policy::directory::shows_organisations;

use crate::app::{LabelLanguage, code_labels};

/// Labels from the code lists, names from a directory. What can be chosen from it is what the reader is shown of it.
pub struct NamesOf<'a> {
    pub directory: &'a Directory,
    pub reader: &'a Principal,
}

impl Names for NamesOf<'_> {
    fn label(&self, list: &str, code: &str, language: &str) -> Option<String> {
        label(list, code, language)
    }

    fn organisation(&self, id: &OrgId) -> Option<String> {
        self.directory.find(id).map(|organisation| organisation.name.as_str().to_owned())
    }

    fn facility(&self, id: &FacilityId) -> Option<String> {
        self.directory.facility(id).map(|(facility, _)| facility.name.as_str().to_owned())
    }

    fn organisations(&self) -> Vec<Choice> {
        let is_shown = |each: &&Organisation| shows_organisations(self.reader.actor.role(), each.kind);
        self.directory.open().filter(is_shown).map(choice).collect()
    }

    fn facilities(&self, of: &OrgId) -> Vec<Choice> {
        let facilities = self.directory.find(of).into_iter().flat_map(Organisation::open_facilities);
        facilities.map(place_of).collect()
    }

    fn codes(&self, list: &str) -> Vec<String> {
        code_labels(list, LabelLanguage::Nl).map(|(code, _)| code.to_owned()).collect()
    }
}

impl NamesOf<'_> {
    /// The codes of a list with their labels in a language, by its tag.
    pub fn labels(list: &str, language: &str) -> Vec<(String, String)> {
        code_labels(list, LabelLanguage::of(language).unwrap_or_default())
            .map(|(code, label)| (code.to_owned(), label.to_owned()))
            .collect()
    }
}

/// A place, to choose.
pub fn place_of(facility: &Facility) -> Choice {
    Choice {
        id: facility.id.to_string(),
        name: facility.name.as_str().to_owned(),
        kind: facility.location_type.code().to_owned(),
        municipality: None,
        country: None,
        offerings: Vec::new(),
    }
}

/// Which facility or organisation the fields of a form name: its element on the page of the directory, and its name.
pub fn place_and_name<'f>(directory: &Directory, given: impl Fn(&str) -> Option<&'f str>) -> Option<(String, String)> {
    let facility = given("/facility_id").and_then(|id| Some((id, &directory.facility(&id.parse().ok()?)?.0.name)));
    let organisation = given("/organisation_id").and_then(|id| Some((id, &directory.find(&id.parse().ok()?)?.name)));
    let facility = facility.map(|(id, name)| (format!("facility-{id}"), name));
    let found = facility.or(organisation.map(|(id, name)| (format!("organisation-{id}"), name)))?;
    Some((found.0, found.1.as_str().to_owned()))
}

fn choice(organisation: &Organisation) -> Choice {
    Choice {
        id: organisation.id.to_string(),
        name: organisation.name.as_str().to_owned(),
        kind: organisation.kind.code().to_owned(),
        municipality: organisation.municipality.as_ref().map(ToString::to_string),
        country: organisation.country.map(|country| country.to_string()),
        offerings: organisation.offerings.iter().map(|each| each.code().to_owned()).collect(),
    }
}

/// The label of a code in a language, by its tag.
pub fn label(list: &str, code: &str, language: &str) -> Option<String> {
    code_labels(list, LabelLanguage::of(language)?).find(|(each, _)| *each == code).map(|(_, label)| label.to_owned())
}
