//! The figures once more, slowly: each cell by itself, by going through all facts as its definition reads.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};

use super::*;
use crate::facts::*;

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

/// All cells of a tally in one slot, in words.
fn listed(tally: &Tally, slot: usize) -> Vec<(String, Counted)> {
    let mut cells = Vec::new();
    for place in 0..PLACES {
        let at = place_code(place).unwrap_or("together");
        cells.push((format!("{} {at}", tally.indicator), tally.total(slot, place)));
        for breakdown in &tally.breakdowns {
            for category in 0..breakdown.len() {
                let name =
                    format!("{} {at} {:?} {}", tally.indicator, breakdown.cuts, breakdown.codes(category).join(" "));
                cells.push((name, breakdown.cell(slot, place, category)));
            }
        }
    }
    cells
}

/// The last that followed the case by then, or the first that did.
fn followed_by(path: &Path, day: NaiveDate) -> Option<Code> {
    let mut found = None;
    for (from, municipality) in &path.followed_by {
        if found.is_none() || *from <= day {
            found = Some(municipality.clone());
        }
    }
    found
}

fn is_at(municipality: Option<&str>, place: &str) -> bool {
    let known = municipality.filter(|name| ["amsterdam", "rotterdam", "den-haag", "utrecht"].contains(name));
    match place {
        "together" => known.is_some(),
        "elsewhere" => known.is_none(),
        city => known == Some(city),
    }
}

fn country_of(codes: &[Code]) -> &str {
    let distinct: BTreeSet<&str> = codes.iter().map(AsRef::as_ref).collect();
    match distinct.len() {
        0 => return "unknown",
        1 => {}
        _ => return "several",
    }
    let code = codes[0].as_ref();
    if "PL RO BG HU LT LV SK CZ".contains(code) {
        return code;
    }
    let is_eu = "AT BE CY DE DK EE ES FI FR GR HR IE IT LU MT NL PT SE SI".contains(code);
    if is_eu { "other_eu" } else { "outside_eu" }
}

fn sex_of(traits: &Traits) -> &str {
    traits.sex.as_deref().unwrap_or("unknown")
}

fn band_of(traits: &Traits, year: i32) -> &'static str {
    match traits.birth_year.map(|birth| year - birth) {
        Some(0..=17) => "0_17",
        Some(18..=26) => "18_26",
        Some(27..=44) => "27_44",
        Some(45..=64) => "45_64",
        Some(65..=120) => "65_plus",
        _ => "unknown",
    }
}

/// The cells of the slow computation, by the names of [`listed`]: units, and who is behind them.
#[derive(Default)]
struct Cells(BTreeMap<String, (u64, BTreeSet<usize>, u64)>);

impl Cells {
    fn add(&mut self, name: String, path: Option<usize>, units: u64) {
        let (all, paths, unknown) = self.0.entry(name).or_default();
        *all += units;
        match path {
            Some(path) => _ = paths.insert(path),
            None => *unknown += units,
        }
    }

    fn all(&mut self, id: &str, place: &str, cuts: &[(&str, &str)], path: Option<usize>, units: u64) {
        self.add(format!("{id} {place}"), path, units);
        for (cut, code) in cuts {
            self.add(format!("{id} {place} [{cut}] {code}"), path, units);
        }
    }
}

fn person_cuts(path: &Path, year: i32) -> [(&'static str, &str); 3] {
    let traits = &path.traits;
    [("Country", country_of(&traits.countries)), ("Sex", sex_of(traits)), ("AgeBand", band_of(traits, year))]
}

/// Everything about one place in one period.
fn slowly(facts: &Facts, period: Period, on: NaiveDate, place: &str, cells: &mut Cells) {
    let year = period.calendar_year();
    let at = |municipality: &Option<Code>| is_at(municipality.as_deref(), place);
    for (number, path) in facts.paths.iter().enumerate() {
        let one = Some(number);
        let cuts = person_cuts(path, year);
        let seen_in = |of: Period| path.seen.iter().any(|seen| of.contains(seen.on) && at(&seen.municipality));
        let is_first = path.seen.iter().all(|seen| seen.on >= period.first_day());
        if seen_in(period) {
            cells.all("unique_persons", place, &cuts, one, 1);
            if is_first {
                cells.all("new_persons", place, &cuts, one, 1);
            }
        } else if seen_in(period.before().unwrap()) {
            cells.all("gone_persons", place, &cuts, one, 1);
        }
        let day = period.last_day();
        let is_open = |span: &Span| span.from <= day && span.until.is_none_or(|until| until > day);
        if path.open.iter().any(is_open) && at(&followed_by(path, day)) {
            let mut living = path.living.clone();
            living.retain(|(of, _)| *of <= day);
            living.sort_by_key(|(of, _)| *of);
            let class = living.last().map_or("unknown", |(_, class)| class.as_ref());
            let class = if class == "a_class_of_tomorrow" { "unknown" } else { class };
            let [country, sex, age] = cuts;
            cells.all("ethos_light", place, &[("EthosLight", class), country, sex, age], one, 1);
        }
        events(path, one, period, on, place, cells);
        turn_aways(&path.turn_aways, one, period, place, cells);
    }
    turn_aways(&facts.turn_aways, None, period, place, cells);
    for places in facts.places.iter().filter(|places| period.contains(places.night) && at(&places.municipality)) {
        for name in ["[Beds] available".to_owned(), format!("[FacilityKind, Beds] {} available", places.kind)] {
            cells.0.entry(format!("bed_nights {place} {name}")).or_default().0 += u64::from(places.places);
        }
    }
}

fn events(path: &Path, one: Option<usize>, period: Period, on: NaiveDate, place: &str, cells: &mut Cells) {
    let counts = |day: NaiveDate, at: &Option<Code>| period.contains(day) && is_at(at.as_deref(), place);
    for fact in path.signals.iter().filter(|fact| counts(fact.on, &fact.municipality)) {
        cells.all("signals", place, &[("Channel", &fact.channel)], one, 1);
    }
    for fact in path.referrals.iter().filter(|fact| counts(fact.made_on, &fact.municipality)) {
        let reason = match (&*fact.outcome, &fact.reason) {
            ("declined", Some(reason)) => reason,
            ("declined", None) => "unknown",
            _ => "none",
        };
        let cuts = [("Offering", &*fact.offering), ("Outcome", &fact.outcome), ("Reason", reason)];
        cells.all("referrals", place, &cuts, one, 1);
    }
    for fact in path.dropouts.iter().filter(|fact| counts(fact.on, &fact.municipality)) {
        let cuts = [("Offering", fact.offering.as_deref().unwrap_or("unknown")), ("Reason", &fact.reason)];
        cells.all("dropouts", place, &cuts, one, 1);
    }
    for _ in path.out_of_sight.iter().filter(|span| counts(span.from, &followed_by(path, span.from))) {
        cells.all("out_of_sight", place, &[], one, 1);
    }
    for fact in path.uninsured_reports.iter().filter(|fact| counts(fact.on, &fact.municipality)) {
        let kept = match fact.days {
            None => "unknown",
            Some(..=7) => "on_time",
            Some(_) => "late",
        };
        cells.all("uninsured_reports_on_time", place, &[("Timeliness", kept)], one, 1);
    }
    for fact in path.nights.iter().filter(|fact| counts(fact.night, &fact.municipality)) {
        cells.all("bed_nights", place, &[], one, 1);
        for state in ["assigned", if fact.occupied { "occupied" } else { "not_come" }] {
            cells.add(format!("bed_nights {place} [Beds] {state}"), one, 1);
            cells.add(format!("bed_nights {place} [FacilityKind, Beds] {} {state}", fact.kind), one, 1);
        }
    }
    for fact in path.arrivals.iter().filter(|fact| counts(fact.on, &followed_by(path, fact.on))) {
        let after = |days: i64, state: &Option<Code>| match state {
            _ if (on - fact.on).num_days() < days => "not_yet".to_owned(),
            Some(state) => state.to_string(),
            None => "unknown".to_owned(),
        };
        let met = if fact.conditions_met { "all_met" } else { "not_all_met" };
        let (soon, later) = (after(30, &fact.after_30_days), after(90, &fact.after_90_days));
        let country = country_of(std::slice::from_ref(&fact.country));
        let cuts = [("Country", country), ("Conditions", met), ("After30Days", &soon), ("After90Days", &later)];
        cells.all("returns", place, &cuts, one, 1);
    }
    if path.died.is_some_and(|day| counts(day, &followed_by(path, day))) {
        cells.all("deaths", place, &[], one, 1);
    }
}

fn turn_aways(facts: &[TurnAway], path: Option<usize>, period: Period, place: &str, cells: &mut Cells) {
    let counts = |fact: &&TurnAway| period.contains(fact.night) && is_at(fact.municipality.as_deref(), place);
    for fact in facts.iter().filter(counts) {
        let assessment = fact.assessment.as_deref().unwrap_or("none");
        let cuts = [("FacilityKind", &*fact.kind), ("Reason", &fact.reason), ("Outcome", assessment)];
        let units = if path.is_some() { 1 } else { u64::from(fact.persons) };
        cells.all("turn_aways", place, &cuts, path, units);
    }
}

#[test]
fn a_slow_second_computation_finds_the_same_to_the_unit() {
    let on = NaiveDate::from_ymd_opt(2027, 2, 3).unwrap();
    let mut compared = 0;
    for seed in 0..12 {
        let facts = random_facts::facts(seed, 20 + 60 * usize::try_from(seed).unwrap());
        let census = count(&facts, period("2026"), on);
        for of in ["2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"] {
            let mut cells = Cells::default();
            for place in ["amsterdam", "rotterdam", "den-haag", "utrecht", "elsewhere", "together"] {
                slowly(&facts, period(of), on, place, &mut cells);
            }
            for (name, counted) in census.tallies.iter().flat_map(|tally| listed(tally, slot(period(of)))) {
                let (units, paths, unknown) = cells.0.remove(&name).unwrap_or_default();
                assert_eq!(counted.units, units, "{of} {name} of {seed}");
                assert_eq!(counted.persons, paths.len() as u64 + unknown, "persons of {of} {name} of {seed}");
                compared += 1;
            }
            assert!(cells.0.is_empty(), "{:?} of {seed}", cells.0.keys());
        }
    }
    assert!(compared > 20_000, "{compared}");
}

#[test]
fn durations_and_registers_are_found_slowly_too() {
    let on = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    let facts = random_facts::facts(3, 500);
    let of = period("2026-Q2");
    let census = count(&facts, of, on);
    for (place, name) in
        ["amsterdam", "den-haag", "rotterdam", "utrecht", "elsewhere", "together"].into_iter().enumerate()
    {
        let mut waits = Survival::default();
        let mut of_women = Survival::default();
        let mut lost = Survival::default();
        let mut captured: BTreeMap<Vec<bool>, u64> = BTreeMap::new();
        for path in &facts.paths {
            let on_register = |register| {
                let is_seen =
                    |seen: &Seen| seen.register == Some(register) && is_at(seen.municipality.as_deref(), name);
                path.seen.iter().any(|seen| of.contains(seen.on) && is_seen(seen))
            };
            let history: Vec<bool> = REGISTERS.iter().map(|(register, _)| on_register(*register)).collect();
            if history.contains(&true) {
                *captured.entry(history).or_default() += 1;
            }
            for span in path.out_of_sight.iter().filter(|span| of.contains(span.from)) {
                if !is_at(followed_by(path, span.from).as_deref(), name) {
                    continue;
                }
                let died = path.died.unwrap_or(on + chrono::Days::new(1));
                let found = span.until.filter(|until| *until <= on && *until < died);
                let days = u32::try_from((found.unwrap_or(on.min(died)) - span.from).num_days().max(0)).unwrap();
                lost.add(days, found.is_some());
            }
            let mut signals: Vec<_> = path.signals.iter().enumerate().collect();
            signals.sort_by_key(|(number, signal)| (signal.on, *number));
            let Some((_, first)) = signals.first() else { continue };
            if !of.contains(first.on) || !is_at(first.municipality.as_deref(), name) {
                continue;
            }
            let care = path.care.iter().filter(|care| **care <= on).min();
            let still_open = path.open.iter().any(|span| span.from <= on && span.until.is_none_or(|until| until > on));
            let closed = if still_open { None } else { path.open.iter().filter_map(|span| span.until).max() };
            let end = care.copied().unwrap_or_else(|| on.min(path.died.unwrap_or(on)).min(closed.unwrap_or(on)));
            let days = u32::try_from((end - first.on).num_days().max(0)).unwrap();
            waits.add(days, care.is_some());
            if path.traits.sex.as_deref() == Some("female") {
                of_women.add(days, care.is_some());
            }
        }
        assert_eq!(census.days_to_first_care[0].places[place], waits, "{name}");
        assert_eq!(census.out_of_sight.places[place], lost, "{name}");
        let women = census
            .days_to_first_care
            .iter()
            .find(|times| times.category == Some((crate::definitions::Cut::Sex, "female")));
        assert_eq!(women.unwrap().places[place], of_women, "{name}");
        assert_eq!(census.captures.total(place), captured.values().sum::<u64>(), "{name}");
        for (history, persons) in captured {
            let bits = history.iter().enumerate().fold(0, |bits, (bit, is_on)| bits | (usize::from(*is_on) << bit));
            assert_eq!(census.captures.0[place][bits], persons, "{name} {history:?}");
        }
    }
    assert_eq!(on.year(), of.calendar_year());
}
