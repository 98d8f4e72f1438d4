//! The fields of an event as a reader sees them: each event names its fields with category and depth, and only those
//! that the reader's sight shows are kept.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Category, Depth, Sight};
use crate::codes::DataClass;
use crate::path::identity::IdentityClaim;
use crate::path::{Problems, Stamp};
use crate::private::{Class, Identity, Private};

/// A field that events of a type have: where the policy's table finds it, and how it lies in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) category: Category,
    pub(crate) depth: Depth,
    /// The class that it is sealed in; `None` where it is stored in clear.
    pub(crate) sealed: Option<DataClass>,
}

enum Reader<'a> {
    Sight(&'a Sight<'a>, &'a Stamp),
    /// No reader: only which fields there are, for the policy's table.
    Catalogue(Vec<Field>),
}

/// Collects the fields of one event for one reader.
pub struct Details<'a> {
    reader: Reader<'a>,
    shown: Map<String, Value>,
}

impl<'a> Details<'a> {
    pub(crate) fn for_reader(sight: &'a Sight<'a>, stamp: &'a Stamp) -> Self {
        Self { reader: Reader::Sight(sight, stamp), shown: Map::new() }
    }

    pub(crate) fn for_catalogue() -> Self {
        Self { reader: Reader::Catalogue(Vec::new()), shown: Map::new() }
    }

    pub(crate) fn into_shown(self) -> Map<String, Value> {
        self.shown
    }

    pub(crate) fn into_catalogue(self) -> Vec<Field> {
        match self.reader {
            Reader::Sight(..) => Vec::new(),
            Reader::Catalogue(fields) => fields,
        }
    }

    fn field<T: Serialize + ?Sized>(&mut self, field: Field, value: Option<&T>) {
        match &mut self.reader {
            Reader::Catalogue(fields) => fields.push(field),
            Reader::Sight(sight, stamp) => {
                if let Some(value) = value
                    && sight.shows(field.category, field.depth, stamp)
                    && let Ok(value) = serde_json::to_value(value)
                {
                    self.shown.insert(field.name.to_owned(), value);
                }
            }
        }
    }

    /// A field that is stored in clear.
    pub(crate) fn clear<T: Serialize>(&mut self, name: &'static str, category: Category, depth: Depth, value: &T) {
        self.maybe(name, category, depth, Some(value));
    }

    /// A field that is stored in clear and may be missing.
    pub(crate) fn maybe<T: Serialize>(
        &mut self,
        name: &'static str,
        category: Category,
        depth: Depth,
        value: Option<&T>,
    ) {
        self.field(Field { name, category, depth, sealed: None }, value);
    }

    /// A describing field, that may be missing or erased.
    pub(crate) fn private<T: Serialize, C: Class>(
        &mut self,
        name: &'static str,
        category: Category,
        depth: Depth,
        value: Option<&Private<T, C>>,
    ) {
        self.part_of(name, category, depth, value, Some);
    }

    /// A part of what is sealed as one, or what follows from it.
    pub(crate) fn part_of<'v, W, T: Serialize + ?Sized + 'v, C: Class>(
        &mut self,
        name: &'static str,
        category: Category,
        depth: Depth,
        whole: Option<&'v Private<W, C>>,
        part: impl FnOnce(&'v W) -> Option<&'v T>,
    ) {
        let part = whole.and_then(Private::get).and_then(part);
        self.field(Field { name, category, depth, sealed: Some(C::CLASS) }, part);
    }

    /// A claim of who somebody is: name, birth date, language and contact lie at the minimal level.
    pub(crate) fn identity(&mut self, claim: Option<&Private<IdentityClaim, Identity>>) {
        use Category::Identity;
        use Depth::{Full, Minimal};
        self.part_of("name", Identity, Minimal, claim, |claim| claim.name.as_ref());
        self.part_of("alias", Identity, Minimal, claim, |claim| claim.alias.as_ref());
        self.part_of("birth_date", Identity, Minimal, claim, |claim| claim.birth_date.as_ref());
        self.part_of("contact", Identity, Minimal, claim, |claim| claim.contact.as_ref());
        self.part_of("languages", Identity, Minimal, claim, |claim| some(&claim.languages));
        self.part_of("countries", Identity, Full, claim, |claim| some(&claim.countries));
        self.part_of("approximate_age", Identity, Full, claim, |claim| claim.approximate_age.as_ref());
        self.part_of("sex", Identity, Full, claim, |claim| claim.sex.as_ref());
        self.part_of("origin", Identity, Full, claim, |claim| claim.origin.as_ref());
        self.part_of("appearance", Identity, Full, claim, |claim| claim.appearance.as_ref());
    }

    /// Problems, each class in its own category: what those around a person must know of.
    pub(crate) fn problems(&mut self, problems: &Problems) {
        use Depth::Minimal;
        self.private("problems", Category::Social, Minimal, problems.social.as_ref());
        self.private("health_problems", Category::Medical, Minimal, problems.medical.as_ref());
        self.private("conduct_problems", Category::Justice, Minimal, problems.justice.as_ref());
    }
}

/// A list that has something in it.
fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}
