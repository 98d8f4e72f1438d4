//! Capture histories: on which lists a person is.

use std::collections::BTreeMap;

use super::Counts;

/// The most lists that are compared. Six would need a table of 63 cells, which registers of a city do not fill.
pub const MAX_LISTS: usize = 5;
/// The most persons of a table: more than live on Earth.
pub const MAX_PERSONS: u64 = 10_000_000_000;

/// On which lists a person is: bit `i` stands for list `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct History(u8);

impl History {
    pub fn of(is_on: impl IntoIterator<Item = bool>) -> Self {
        Self(is_on.into_iter().enumerate().fold(0, |bits, (list, is_on)| bits | (u8::from(is_on) << list)))
    }

    #[must_use]
    pub fn is_on(self, list: usize) -> bool {
        self.0 & (1 << list) != 0
    }

    /// The number of lists that the person is on.
    #[must_use]
    pub fn lists(self) -> usize {
        self.0.count_ones() as usize
    }

    /// As it is written in papers: a 0 or 1 for each list.
    #[must_use]
    pub fn label(self, lists: usize) -> String {
        (0..lists).map(|list| if self.is_on(list) { '1' } else { '0' }).collect()
    }
}

/// Why a table cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("there is no list")]
    NoList,
    #[error("there are {0} lists; at most {MAX_LISTS} are compared")]
    TooManyLists(usize),
    #[error("two lists have the name {0:?}")]
    SameName(String),
    #[error("a person on no list was not seen and cannot be counted; that number is what is estimated")]
    OnNoList,
    #[error("a person seen zero times was not seen and cannot be counted; that number is what is estimated")]
    SeenZeroTimes,
    #[error("a person cannot be seen {0} times: at most {max} are counted", max = Counts::MAX_TIMES)]
    TooOften(u64),
    #[error("there are more than {MAX_PERSONS} persons")]
    TooManyPersons,
    #[error("the history {0} has a count and is said to be impossible")]
    Contradiction(String),
}

/// How many persons have each history. A history that was not added has no persons: a zero by chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histories {
    names: Vec<String>,
    /// By the bits of the history. The first, of those on no list, is always 0.
    persons: Vec<u64>,
    total: u64,
    /// Histories that nobody can have: lists that exclude each other.
    structural_zeros: Vec<History>,
}

impl Histories {
    /// An empty table of these lists.
    pub fn new(names: impl IntoIterator<Item = String>) -> Result<Self, TableError> {
        let names: Vec<String> = names.into_iter().collect();
        match names.len() {
            0 => return Err(TableError::NoList),
            1..=MAX_LISTS => {}
            more => return Err(TableError::TooManyLists(more)),
        }
        if let Some(twice) = names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name))
        {
            return Err(TableError::SameName(twice.clone()));
        }
        let persons = vec![0; 1 << names.len()];
        Ok(Self { names, persons, total: 0, structural_zeros: Vec::new() })
    }

    /// Adds persons of one history; those of the same history are added up.
    pub fn add(&mut self, history: History, persons: u64) -> Result<(), TableError> {
        if persons == 0 {
            return Ok(());
        }
        if history.lists() == 0 {
            return Err(TableError::OnNoList);
        }
        self.refuse_contradiction(history, self.structural_zeros.contains(&history))?;
        let total = self.total.checked_add(persons).filter(|total| *total <= MAX_PERSONS);
        self.total = total.ok_or(TableError::TooManyPersons)?;
        self.persons[usize::from(history.0)] += persons;
        Ok(())
    }

    /// Says that nobody can have a history. Of those on no list it says nothing: their number is what is estimated.
    pub fn add_structural_zero(&mut self, history: History) -> Result<(), TableError> {
        self.refuse_contradiction(history, self.persons(history) > 0)?;
        if history.lists() > 0 && !self.structural_zeros.contains(&history) {
            self.structural_zeros.push(history);
        }
        Ok(())
    }

    fn refuse_contradiction(&self, history: History, contradicts: bool) -> Result<(), TableError> {
        if contradicts { Err(TableError::Contradiction(self.label(history))) } else { Ok(()) }
    }

    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The number of lists.
    #[must_use]
    pub fn lists(&self) -> usize {
        self.names.len()
    }

    /// Persons on any list.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    #[must_use]
    pub fn persons(&self, history: History) -> u64 {
        self.persons[usize::from(history.0)]
    }

    #[must_use]
    pub fn structural_zeros(&self) -> &[History] {
        &self.structural_zeros
    }

    #[must_use]
    pub fn label(&self, history: History) -> String {
        history.label(self.lists())
    }

    /// Every history that a person who was seen may have.
    pub fn cells(&self) -> impl Iterator<Item = History> + use<> {
        let all = 1..(1_u8 << self.lists());
        all.map(History)
    }

    /// Persons on all of the lists given.
    #[must_use]
    pub fn on_all(&self, lists: &[usize]) -> u64 {
        self.cells().filter(|cell| lists.iter().all(|list| cell.is_on(*list))).map(|cell| self.persons(cell)).sum()
    }

    /// By the number of lists that persons are on.
    #[must_use]
    pub fn by_number_of_lists(&self) -> Counts {
        let mut persons = BTreeMap::new();
        for cell in self.cells() {
            *persons.entry(cell.lists() as u64).or_default() += self.persons(cell);
        }
        Counts::of_lists(persons, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Histories {
        Histories::new(["shelter", "outreach", "police"].map(str::to_owned)).unwrap()
    }

    fn history(label: &str) -> History {
        History::of(label.chars().map(|digit| digit == '1'))
    }

    #[test]
    fn persons_of_the_same_history_are_added_up() {
        let mut table = table();
        table.add(history("110"), 2).unwrap();
        table.add(history("110"), 3).unwrap();
        table.add(history("001"), 7).unwrap();
        assert_eq!((table.persons(history("110")), table.total()), (5, 12));
        assert_eq!((table.on_all(&[0]), table.on_all(&[0, 1]), table.on_all(&[1, 2])), (5, 5, 0));
        assert_eq!(table.label(history("110")), "110");
    }

    #[test]
    fn a_person_on_no_list_cannot_be_counted() {
        assert_eq!(table().add(history("000"), 1), Err(TableError::OnNoList));
        assert_eq!(table().add(history("000"), 0), Ok(()));
        assert_eq!(table().add_structural_zero(history("000")), Ok(()));
    }

    #[test]
    fn a_sum_that_would_overflow_is_refused() {
        let mut table = table();
        table.add(history("100"), MAX_PERSONS).unwrap();
        assert_eq!(table.add(history("100"), 1), Err(TableError::TooManyPersons));
        assert_eq!(table.add(history("010"), u64::MAX), Err(TableError::TooManyPersons));
    }

    #[test]
    fn nobody_has_a_history_that_is_said_to_be_impossible() {
        let mut table = table();
        table.add_structural_zero(history("110")).unwrap();
        assert_eq!(table.add(history("110"), 1), Err(TableError::Contradiction("110".to_owned())));
        table.add(history("011"), 1).unwrap();
        assert_eq!(table.add_structural_zero(history("011")), Err(TableError::Contradiction("011".to_owned())));
    }

    #[test]
    fn lists_have_names_of_their_own_and_are_one_to_five() {
        let names = |number: usize| (0..number).map(|list| list.to_string());
        assert_eq!(Histories::new(names(0)), Err(TableError::NoList));
        assert!(Histories::new(names(MAX_LISTS)).is_ok());
        assert_eq!(Histories::new(names(6)), Err(TableError::TooManyLists(6)));
        let same = ["police", "police"].map(str::to_owned);
        assert_eq!(Histories::new(same), Err(TableError::SameName("police".to_owned())));
    }
}
