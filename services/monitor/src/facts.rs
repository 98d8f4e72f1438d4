//! The facts that indicators count: what occurred on a care path, by which day, in which municipality, and without the person.
//!
//! A [`Path`] is one human being: linked cases are one path. Nothing in it says who that is: no id, name, text or address. What
//! was retracted is not in it. Of a path that was erased the traits are unknown and the facts are there. Days are calendar days
//! in Amsterdam; a night is the day on which its evening falls.

use std::borrow::Cow;

use chrono::NaiveDate;

/// A code of one of Baken's lists, a municipality, or a country.
pub type Code = Cow<'static, str>;

/// All facts that a release is made from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    pub paths: Vec<Path>,
    /// Turn-aways of people whom nobody knows.
    pub turn_aways: Vec<TurnAway>,
    /// Places by night and facility.
    pub places: Vec<Places>,
}

/// What occurred on the care path of one human being. Facts are in no order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    pub traits: Traits,
    /// Each signal, contact, intake, turn-away, attendance, sighting and begin of care.
    pub seen: Vec<Seen>,
    /// The periods in which the case was open.
    pub open: Vec<Span>,
    /// From which day on which municipality followed the case, in the order of days. The first did before it too.
    pub followed_by: Vec<(NaiveDate, Code)>,
    /// ETHOS Light classes, by the day for which they were recorded.
    pub living: Vec<(NaiveDate, Code)>,
    pub signals: Vec<Signal>,
    /// The days on which care began.
    pub care: Vec<NaiveDate>,
    pub died: Option<NaiveDate>,
    pub referrals: Vec<Referral>,
    pub dropouts: Vec<Dropout>,
    pub turn_aways: Vec<TurnAway>,
    /// The periods in which the person was out of sight.
    pub out_of_sight: Vec<Span>,
    pub uninsured_reports: Vec<UninsuredReport>,
    pub nights: Vec<Night>,
    pub arrivals: Vec<Arrival>,
}

impl Path {
    /// The municipality that followed the case on a day.
    #[must_use]
    pub fn municipality_on(&self, day: NaiveDate) -> Option<&Code> {
        let since = self.followed_by.iter().rfind(|(from, _)| *from <= day);
        since.or(self.followed_by.first()).map(|(_, municipality)| municipality)
    }
}

/// Traits of a person as last known; `None` where nobody knows, or the person was erased.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// Countries of nationality or origin, ISO 3166-1 alpha-2. More than one may be stated.
    pub countries: Vec<Code>,
    pub sex: Option<Code>,
    /// Four digits. An estimated age counts from the day on which it was estimated.
    pub birth_year: Option<i32>,
}

/// A period; without an end where it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    /// The day on which it ended.
    pub until: Option<NaiveDate>,
}

/// The registers that Baken can tell apart, for estimates of size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    Shelter,
    Outreach,
    Medical,
    Ngo,
    Police,
}

/// Somebody was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub on: NaiveDate,
    /// Where: the municipality of the organisation that recorded it. `None` for one without (the police of the country).
    pub municipality: Option<Code>,
    /// `None` where the organisation keeps none of the registers.
    pub register: Option<Register>,
    /// The organisation that recorded it.
    pub by: Code,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub on: NaiveDate,
    pub municipality: Option<Code>,
    pub channel: Code,
    pub by: Code,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    pub made_on: NaiveDate,
    /// Of the organisation that made it.
    pub municipality: Option<Code>,
    pub offering: Code,
    /// Its state as last known.
    pub outcome: Code,
    /// Why it was declined; `None` where it was not.
    pub reason: Option<Code>,
    /// The organisation that made it, and the one that was asked.
    pub by: Code,
    pub to: Code,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropout {
    pub on: NaiveDate,
    pub municipality: Option<Code>,
    /// `None` where the referral that it ended is not known.
    pub offering: Option<Code>,
    pub reason: Code,
    pub by: Code,
}

/// Somebody was turned away at a door, or some people were whom nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnAway {
    pub night: NaiveDate,
    pub municipality: Option<Code>,
    /// The kind of facility, or of organisation where the door was not named.
    pub kind: Code,
    pub reason: Code,
    /// The outcome of the rights assessment that stood then; `None` without one.
    pub assessment: Option<Code>,
    /// How many people: 1 for somebody who is known.
    pub persons: u32,
    pub by: Code,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UninsuredReport {
    pub on: NaiveDate,
    pub municipality: Option<Code>,
    /// Days from the care that it reports; `None` where no care is known before it.
    pub days: Option<i64>,
    pub by: Code,
}

/// A night of a bed that somebody had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Night {
    pub night: NaiveDate,
    pub municipality: Option<Code>,
    pub kind: Code,
    /// Whether the person came.
    pub occupied: bool,
    pub by: Code,
}

/// The places of a facility in a night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    pub night: NaiveDate,
    pub municipality: Option<Code>,
    pub kind: Code,
    pub places: u32,
    pub by: Code,
}

/// A return that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub on: NaiveDate,
    pub country: Code,
    /// Whether all six conditions were evidenced when the person arrived.
    pub conditions_met: bool,
    /// The state as the follow-up recorded it; `None` where nobody did.
    pub after_30_days: Option<Code>,
    pub after_90_days: Option<Code>,
}
