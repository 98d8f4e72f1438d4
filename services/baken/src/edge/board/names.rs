//! What things are called on a page: the labels of codes, and the names of the directory.

use board::{Choice, Names};
use care_path::codes::Code;
use care_path::directory::{Directory, Organisation};
use care_path::ids::{FacilityId, OrgId};

use crate::app::{LabelLanguage, code_labels};

/// Labels from the code lists, names from a directory.
pub struct NamesOf<'a>(pub &'a Directory);

impl Names for NamesOf<'_> {
    fn label(&self, list: &str, code: &str, language: &str) -> Option<String> {
        let language = LabelLanguage::ALL.into_iter().find(|each| each.tag() == language)?;
        code_labels(list, language).find(|(each, _)| *each == code).map(|(_, label)| label.to_owned())
    }

    fn organisation(&self, id: &OrgId) -> Option<String> {
        self.0.find(id).map(|organisation| organisation.name.clone())
    }

    fn facility(&self, id: &FacilityId) -> Option<String> {
        let facilities = self.0.all().flat_map(|organisation| &organisation.facilities);
        facilities.into_iter().find(|facility| facility.id == *id).map(|facility| facility.name.clone())
    }

    fn organisations(&self) -> Vec<Choice> {
        self.0.all().map(choice).collect()
    }

    fn facilities(&self, of: &OrgId) -> Vec<Choice> {
        let facilities = self.0.find(of).into_iter().flat_map(|organisation| &organisation.facilities);
        facilities
            .map(|facility| Choice {
                id: facility.id.to_string(),
                name: facility.name.clone(),
                kind: facility.location_type.code().to_owned(),
                municipality: None,
            })
            .collect()
    }

    fn codes(&self, list: &str) -> Vec<String> {
        code_labels(list, LabelLanguage::Nl).map(|(code, _)| code.to_owned()).collect()
    }
}

fn choice(organisation: &Organisation) -> Choice {
    Choice {
        id: organisation.id.to_string(),
        name: organisation.name.clone(),
        kind: organisation.kind.code().to_owned(),
        municipality: organisation.municipality.as_ref().map(ToString::to_string),
    }
}
