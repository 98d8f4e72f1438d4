//! On which registers persons are, for estimates of how many there are.

use super::places::{PLACES, PlaceSet, TOGETHER};
use crate::facts::{Path, Register};
use crate::period::Period;
use crate::size::{Histories, History, TableError};

/// The registers, in the order of the bits of a history.
pub const REGISTERS: [(Register, &str); 5] = [
    (Register::Shelter, "shelter"),
    (Register::Outreach, "outreach"),
    (Register::Medical, "medical"),
    (Register::Ngo, "ngo"),
    (Register::Police, "police"),
];

const HISTORIES: usize = 1 << REGISTERS.len();

/// Persons by place and by the bits of their history. Those on no register are not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures(pub [[u64; HISTORIES]; PLACES]);

impl Captures {
    pub fn add(&mut self, path: &Path, period: Period) {
        let mut seen_by = [0_usize; PLACES];
        for seen in path.seen.iter().filter(|seen| period.contains(seen.on)) {
            let Some(register) = seen.register else { continue };
            let bit = REGISTERS.iter().position(|(other, _)| *other == register).map_or(0, |bit| 1 << bit);
            for place in PlaceSet::of(seen.municipality.as_deref()).places() {
                seen_by[place] |= bit;
            }
        }
        for (place, history) in seen_by.into_iter().enumerate().filter(|(_, history)| *history != 0) {
            self.0[place][history] += 1;
        }
    }

    /// Persons on any register of a place.
    #[must_use]
    pub fn total(&self, place: usize) -> u64 {
        self.0[place].iter().sum()
    }
}

/// The table of a place, with the registers on which anybody is.
pub fn histories(captures: &Captures, place: usize) -> Result<Histories, TableError> {
    let persons = &captures.0[place.min(TOGETHER)];
    let is_used =
        |bit: usize| persons.iter().enumerate().any(|(history, count)| history & (1 << bit) != 0 && *count > 0);
    let used: Vec<usize> = (0..REGISTERS.len()).filter(|bit| is_used(*bit)).collect();
    let mut table = Histories::new(used.iter().map(|bit| REGISTERS[*bit].1.to_owned()))?;
    for (history, count) in persons.iter().enumerate() {
        table.add(History::of(used.iter().map(|bit| history & (1 << bit) != 0)), *count)?;
    }
    Ok(table)
}
