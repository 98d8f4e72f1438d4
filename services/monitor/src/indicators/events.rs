//! What occurred: signals, referrals, dropouts, turn-aways, episodes, reports, nights, returns and deaths.

use chrono::{Days, NaiveDate};

use super::Slots;
use super::categories::{COUNTRIES, Numbered, UNKNOWN, country};
use super::places::PlaceSet;
use super::tally::{Breakdown, Organisations, Share, Tally, YEAR};
use crate::definitions::Cut;
use crate::facts::{Arrival, Code, Facts, Path, Places, TurnAway};

const NONE: Code = Code::Borrowed("none");
const NOT_KNOWN: Code = Code::Borrowed(UNKNOWN);
/// The outcome of a referral that has a reason.
const DECLINED: &str = "declined";
/// Days within which care to an uninsured person is to be reported.
const IN_TIME: i64 = 7;
const TIMELINESS: [&str; 3] = ["on_time", "late", UNKNOWN];
const CONDITIONS: [&str; 2] = ["all_met", "not_all_met"];
/// What is told of beds. `assigned` holds `occupied`; `not_come` is the rest of it and is not told.
pub const BEDS: [&str; 4] = ["occupied", "not_come", "assigned", "available"];

/// Counts events. Each is in one place and one quarter.
pub struct Events {
    days: Slots,
    on: NaiveDate,
    signals: Tally,
    referrals: Tally,
    dropouts: Tally,
    turn_aways: Tally,
    out_of_sight: Tally,
    reports: Tally,
    nights: Tally,
    returns: Tally,
    deaths: Tally,
}

impl Events {
    pub fn new(days: Slots, on: NaiveDate) -> Self {
        let open = |cuts: &[Cut]| cuts.iter().map(|cut| Breakdown::open(*cut)).collect();
        let states = [Cut::After30Days, Cut::After90Days].map(Breakdown::open);
        let returns =
            [Breakdown::fixed(Cut::Country, &COUNTRIES), Breakdown::fixed(Cut::Conditions, &CONDITIONS)].into_iter();
        let nights = vec![Breakdown::fixed(Cut::Beds, &BEDS), Breakdown::crossed(Cut::FacilityKind, Cut::Beds, &BEDS)];
        Self {
            days,
            on,
            signals: Tally::new("signals", open(&[Cut::Channel])),
            referrals: Tally::new("referrals", open(&[Cut::Offering, Cut::Outcome, Cut::Reason])),
            dropouts: Tally::new("dropouts", open(&[Cut::Offering, Cut::Reason])),
            turn_aways: Tally::new("turn_aways", open(&[Cut::FacilityKind, Cut::Reason, Cut::Outcome])),
            out_of_sight: Tally::new("out_of_sight", Vec::new()),
            reports: Tally::new("uninsured_reports_on_time", vec![Breakdown::fixed(Cut::Timeliness, &TIMELINESS)]),
            nights: Tally::new("bed_nights", nights),
            returns: Tally::new("returns", returns.chain(states).collect()),
            deaths: Tally::new("deaths", Vec::new()),
        }
    }

    pub fn add(&mut self, number: u32, path: &Path, names: &mut Numbered) {
        let share = Share::one(number);
        let days = self.days;
        for signal in &path.signals {
            let codes = [&signal.channel];
            let share = share.by(numbered(names, &[&signal.by]));
            count(&mut self.signals, days, signal.on, signal.municipality.as_ref(), &codes, share);
        }
        for referral in &path.referrals {
            let is_declined = referral.outcome == DECLINED;
            let reason = if is_declined { referral.reason.as_ref().unwrap_or(&NOT_KNOWN) } else { &NONE };
            let codes = [&referral.offering, &referral.outcome, reason];
            let share = share.by(numbered(names, &[&referral.by, &referral.to]));
            count(&mut self.referrals, days, referral.made_on, referral.municipality.as_ref(), &codes, share);
        }
        for dropout in &path.dropouts {
            let codes = [dropout.offering.as_ref().unwrap_or(&NOT_KNOWN), &dropout.reason];
            let share = share.by(numbered(names, &[&dropout.by]));
            count(&mut self.dropouts, days, dropout.on, dropout.municipality.as_ref(), &codes, share);
        }
        for turn_away in &path.turn_aways {
            self.turn_away(turn_away, share.by(numbered(names, &[&turn_away.by])));
        }
        for span in &path.out_of_sight {
            count(&mut self.out_of_sight, days, span.from, path.municipality_on(span.from), &[], share);
        }
        for report in &path.uninsured_reports {
            let kept = report.days.map_or(UNKNOWN, |days| if days <= IN_TIME { "on_time" } else { "late" });
            let municipality = report.municipality.as_ref();
            let share = share.by(numbered(names, &[&report.by]));
            count(&mut self.reports, days, report.on, municipality, &[&Code::from(kept)], share);
        }
        for night in &path.nights {
            let at = PlaceSet::of(night.municipality.as_deref());
            let state = if night.occupied { Bed::Occupied } else { Bed::NotCome };
            let Some(quarter) = self.days.quarter(night.night) else { continue };
            let kind = self.nights.breakdowns[1].number(&night.kind);
            let share = share.by(numbered(names, &[&night.by]));
            for slot in [YEAR, quarter + 1] {
                self.nights.add(slot, at, &[state as usize, kind + state as usize], share);
                self.add_beds(slot, at, kind, Bed::Assigned, share);
            }
        }
        for arrival in &path.arrivals {
            self.arrival(arrival, path.municipality_on(arrival.on), share);
        }
        if let Some(day) = path.died {
            count(&mut self.deaths, days, day, path.municipality_on(day), &[], share);
        }
    }

    /// Counts what has no path.
    pub fn add_unknown(&mut self, facts: &Facts, names: &mut Numbered) {
        for turn_away in &facts.turn_aways {
            let persons = u64::from(turn_away.persons);
            let by = numbered(names, &[&turn_away.by]);
            self.turn_away(turn_away, Share { path: None, units: persons, persons, by });
        }
        for Places { night, municipality, kind, places, by: _ } in &facts.places {
            let Some(quarter) = self.days.quarter(*night) else { continue };
            let at = PlaceSet::of(municipality.as_deref());
            let kind = self.nights.breakdowns[1].number(kind);
            let share = Share { path: None, units: u64::from(*places), persons: 0, by: Organisations::default() };
            for slot in [YEAR, quarter + 1] {
                self.add_beds(slot, at, kind, Bed::Available, share);
            }
        }
    }

    fn turn_away(&mut self, fact: &TurnAway, share: Share) {
        let codes = [&fact.kind, &fact.reason, fact.assessment.as_ref().unwrap_or(&NONE)];
        count(&mut self.turn_aways, self.days, fact.night, fact.municipality.as_ref(), &codes, share);
    }

    fn arrival(&mut self, fact: &Arrival, municipality: Option<&Code>, share: Share) {
        let met = CONDITIONS[usize::from(!fact.conditions_met)];
        let after = |days, state: &Option<Code>| {
            let is_over = fact.on.checked_add_days(Days::new(days)).is_some_and(|day| day <= self.on);
            if is_over { state.clone().unwrap_or(NOT_KNOWN) } else { Code::from("not_yet") }
        };
        let codes = [
            &Code::from(COUNTRIES[country(&fact.country)]),
            &Code::from(met),
            &after(30, &fact.after_30_days),
            &after(90, &fact.after_90_days),
        ];
        count(&mut self.returns, self.days, fact.on, municipality, &codes, share);
    }

    fn add_beds(&mut self, slot: usize, at: PlaceSet, kind: usize, beds: Bed, share: Share) {
        for place in at.places() {
            self.nights.breakdowns[0].add_at(slot, place, beds as usize, share);
            self.nights.breakdowns[1].add_at(slot, place, kind + beds as usize, share);
        }
    }

    pub fn finish(self) -> Vec<Tally> {
        vec![
            self.signals,
            self.referrals,
            self.dropouts,
            self.turn_aways,
            self.out_of_sight,
            self.reports,
            self.nights,
            self.returns,
            self.deaths,
        ]
    }
}

/// The places in [`BEDS`].
#[derive(Debug, Clone, Copy)]
enum Bed {
    Occupied,
    NotCome,
    Assigned,
    Available,
}

/// Organisations by their numbers. Beyond 65,535 of them none is told apart.
pub fn numbered(names: &mut Numbered, codes: &[&Code]) -> Organisations {
    let mut all = Organisations::default();
    for code in codes {
        all.add(u16::try_from(names.number(code)).unwrap_or(u16::MAX));
    }
    all
}

fn count(tally: &mut Tally, days: Slots, day: NaiveDate, at: Option<&Code>, codes: &[&Code], share: Share) {
    let Some(quarter) = days.quarter(day) else { return };
    let mut categories = [0; 4];
    for ((category, code), breakdown) in categories.iter_mut().zip(codes).zip(&mut tally.breakdowns) {
        *category = breakdown.number(code);
    }
    let at = PlaceSet::of(at.map(AsRef::as_ref));
    for slot in [YEAR, quarter + 1] {
        tally.add(slot, at, &categories[..codes.len()], share);
    }
}
