//! How somebody lives, for a day: the class, and with it what a count asks.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{IntakeCompleted, IntakeEvent, LivingSituationRecorded};
use crate::codes::{EthosLight, Household};
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::fact::{Fact, Facts};
use crate::path::CarePath;
use crate::path::identity::ThePath;
use crate::private::private;
use crate::time::{PastDate, local_date};

/// Records how somebody lives on the day of `occurred_at`, which may be a count date.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordLivingSituation {
    pub living_situation: EthosLight,
    pub household: Option<Household>,
    /// Since when the person has no home.
    pub homeless_since: Option<PastDate>,
    /// Since when the person is in the Netherlands.
    pub in_the_netherlands_since: Option<PastDate>,
}

impl Decide for RecordLivingSituation {
    type Subject = ();

    fn decide(self, (): (), _: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        at.past("homeless_since", self.homeless_since.map(|since| since.get().first()))?;
        at.past("in_the_netherlands_since", self.in_the_netherlands_since.map(|since| since.get().first()))?;
        let living = LivingSituationRecorded {
            living_situation: self.living_situation.into(),
            household: private(self.household),
            homeless_since: private(self.homeless_since.map(PastDate::get)),
            in_the_netherlands_since: private(self.in_the_netherlands_since.map(PastDate::get)),
        };
        Ok(vec![IntakeEvent::LivingSituationRecorded(living).into()])
    }
}

impl CarePath {
    /// The living situations that were taken down, at intakes and apart from them, with the day's last one last.
    pub(crate) fn living_situations(&self) -> Vec<Fact<'_, &EthosLight>> {
        let at_intakes = self
            .intakes
            .iter()
            .map(|intake| (&intake.stamp, Facts::<IntakeCompleted>::living_situation(intake.facts())));
        let apart = self.living.iter().map(|living| (&living.stamp, living.facts().living_situation()));
        let mut all: Vec<_> = at_intakes.chain(apart).collect();
        all.sort_by_key(|(stamp, _)| stamp.occurred.at);
        all.into_iter().map(|(_, fact)| fact).collect()
    }

    /// The same that nobody has erased, by the day that each was taken down for, the earliest first.
    pub(in crate::path) fn living_situations_known(&self) -> Vec<(NaiveDate, EthosLight)> {
        let known = |fact: Fact<'_, &EthosLight>| {
            let stamp = fact.origin().stamp?;
            Some((local_date(stamp.occurred.at), *fact.shown_to(&ThePath)?))
        };
        self.living_situations().into_iter().filter_map(known).collect()
    }
}
