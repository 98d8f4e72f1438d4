//! What persons are found by when somebody looks for them: the words of their names, and what else tells who somebody is.
//!
//! Everything is kept for each reach by itself. Looking for somebody goes through the reader's reach alone, so that neither the
//! answer nor the time that it takes depends on others.

use std::collections::BTreeSet;
use std::sync::Arc;

use care_path::PersonId;
use care_path::matching::{Findable, Key, Sought, Spoken, Vocabulary, Word, Words};

use super::cases::{Case, Cases};
use super::digest::{ModelDigest, hash, sum};
use super::index::Reach;
use super::map::Map;
use super::model::{AsOf, ReadModel};

/// Persons by what they are found by.
#[derive(Default)]
pub struct Finder {
    words: Words,
    within: Map<Reach, Register>,
    of_case: Map<PersonId, Filed>,
}

/// The persons of one reach.
#[derive(Default)]
struct Register {
    names: Vocabulary<PersonId>,
    by_key: BTreeSet<(Key, PersonId)>,
}

/// A person as they are filed.
struct Filed {
    reaches: Vec<Reach>,
    findable: Findable,
}

/// Who may be looked for, and what that took.
#[derive(Debug, Default)]
pub struct Candidates {
    pub cases: BTreeSet<PersonId>,
    /// How many words of names were compared.
    pub compared: usize,
}

impl Finder {
    /// Who within some reaches may be somebody. What is found is asked of the policy still.
    #[must_use]
    pub fn candidates(&self, reaches: &[Reach], sought: &Sought) -> Candidates {
        let mut found = Candidates::default();
        for register in reaches.iter().filter_map(|reach| self.within.get(reach)) {
            for name in sought.names() {
                found.compared += register.names.alike(name, &mut found.cases);
            }
            for key in sought.keys() {
                let (first, last) = (PersonId(uuid::Uuid::nil()), PersonId(uuid::Uuid::max()));
                let of_key = register.by_key.range((*key, first)..=(*key, last));
                found.cases.extend(of_key.map(|(_, case)| *case));
            }
        }
        found
    }

    /// What a case is found by.
    #[must_use]
    pub fn of(&self, case: PersonId) -> Option<&Findable> {
        self.of_case.get(&case).map(|filed| &filed.findable)
    }

    fn take_out(&mut self, case: PersonId) {
        let Some(Filed { reaches, findable }) = self.of_case.remove(&case) else { return };
        for reach in reaches {
            let Some(register) = self.within.get_mut(&reach) else { continue };
            findable.names().for_each(|name| register.names.remove(name, case));
            for key in findable.keys() {
                register.by_key.remove(&(*key, case));
            }
        }
        let words: Vec<Arc<Word>> = findable.names().flat_map(Spoken::words).cloned().collect();
        drop(findable);
        self.words.forget(words);
    }

    fn put_in(&mut self, case: PersonId, filed: Filed) {
        for reach in &filed.reaches {
            let register = self.within.entry(reach.clone()).or_default();
            filed.findable.names().for_each(|name| register.names.insert(name, case));
            register.by_key.extend(filed.findable.keys().iter().map(|key| (*key, case)));
        }
        self.of_case.insert(case, filed);
    }
}

impl ReadModel for Finder {
    fn put(&mut self, case: &Case, as_of: AsOf<'_>) {
        let reaches = Reach::to(&case.path, as_of.directory());
        let findable = Findable::of(&case.path, &mut self.words);
        let known = self.of_case.get(&case.id());
        if known.is_some_and(|known| (&known.reaches, &known.findable) == (&reaches, &findable)) {
            return;
        }
        self.take_out(case.id());
        self.put_in(case.id(), Filed { reaches, findable });
    }

    fn remove(&mut self, case: PersonId, _: AsOf<'_>) {
        self.take_out(case);
    }

    fn digests(&self, _: &Cases, _: AsOf<'_>) -> Vec<ModelDigest> {
        let words = self.within.iter().flat_map(|(reach, register)| {
            let words = register.names.all().map(move |(word, case)| hash((reach, word, case)));
            words.chain(register.by_key.iter().map(move |at| hash((reach, at))))
        });
        vec![sum("finder", words)]
    }
}
