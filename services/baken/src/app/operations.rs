//! What operators ask of a running service. None of it tells anything of a person.

use care_path::PersonId;

use super::Baken;
use crate::projections::Digests;

impl Baken {
    /// The digests of all read models, to hold against those of a rebuild.
    #[must_use]
    pub fn digests(&self) -> Digests {
        self.world.read().digests()
    }

    /// How many cases the read models hold.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.world.read().len()
    }

    /// Whether a person's case is told from more streams than the person's own. An edge may let it decide what it
    /// can vouch for, never tell it.
    #[must_use]
    pub fn is_linked(&self, person: PersonId) -> bool {
        self.world.read().case(person).is_some_and(crate::projections::Case::is_linked)
    }
}
