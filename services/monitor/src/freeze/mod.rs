//! Freezing: from facts to the release of a period.

use chrono::NaiveDate;

use crate::facts::Facts;
use crate::frozen::{Audience, Frozen, NotFrozen};
use crate::indicators::CITIES;
use crate::period::Period;

/// Makes the release of a period from the facts as they are known on a day.
///
/// `earlier` are all releases that were frozen before, of all periods and audiences. A release is never made twice.
pub fn freeze(
    facts: &Facts,
    period: Period,
    on: NaiveDate,
    audience: &Audience,
    earlier: &[Frozen],
) -> Result<Frozen, NotFrozen> {
    check(period, on, audience, earlier)?;
    // The indicators come next.
    let _ = facts;
    Err(NotFrozen::NotComputed)
}

fn check(period: Period, on: NaiveDate, audience: &Audience, earlier: &[Frozen]) -> Result<(), NotFrozen> {
    let is_released = |to: &Audience| earlier.iter().any(|other| other.period == period && other.audience == *to);
    if on < period.day_after() {
        return Err(NotFrozen::NotOver(period.day_after()));
    }
    if is_released(audience) {
        return Err(NotFrozen::Released);
    }
    match audience {
        Audience::Coordinators(city) if !CITIES.contains(&city.as_str()) => {
            Err(NotFrozen::UnknownMunicipality(city.clone()))
        }
        Audience::Coordinators(_) if !is_released(&Audience::Everybody) => Err(NotFrozen::EverybodyFirst),
        Audience::Everybody | Audience::Coordinators(_) => Ok(()),
    }
}
