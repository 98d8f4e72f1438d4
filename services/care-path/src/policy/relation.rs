//! What an actor has to do with a person.

use serde::{Deserialize, Serialize};

/// The relation between an actor and a person: the closest one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Nothing addressed, not involved.
    None,
    /// A lookout, care alert or handover is addressed to the actor's organisation or country.
    Addressed,
    /// Baken calls the actor's organisation in by a task: a street doctor for somebody who is hurt or confused, child
    /// protection for a minor alone. Until the task is done they see whom it is about.
    Called,
    /// The actor opened the case in an emergency, for a limited time, and has no closer relation: "break the glass".
    BreakGlass,
    /// The actor's organisation has an intake, stay, referral or care for the person, or had one not long ago.
    Involved,
    /// Coordinator or assessor of the person's municipality.
    Region,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Region, Self::Involved, Self::BreakGlass, Self::Called, Self::Addressed, Self::None];

    /// The name in the policy's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Addressed => "addressed",
            Self::Called => "called",
            Self::BreakGlass => "break_glass",
            Self::Involved => "involved",
            Self::Region => "region",
        }
    }
}
