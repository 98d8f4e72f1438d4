//! Where things count: the four cities, everywhere else, and the four together.

/// The four cities of the source, as municipalities are written in facts.
pub const CITIES: [&str; 4] = ["amsterdam", "den-haag", "rotterdam", "utrecht"];
/// The category of all other municipalities, and of facts without one.
pub const ELSEWHERE: &str = "elsewhere";

/// The places that figures are told of: the four cities, elsewhere, and last the four together.
pub const PLACES: usize = 6;
/// The place of the four cities together. Elsewhere is no part of it.
pub const TOGETHER: usize = 5;

/// A set of municipalities: where a person is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceSet(u8);

const OF_CITIES: u8 = 0b0_1111;

impl PlaceSet {
    #[must_use]
    pub fn of(municipality: Option<&str>) -> Self {
        let place = municipality.and_then(|name| CITIES.iter().position(|city| *city == name));
        Self::at(place.unwrap_or(CITIES.len()))
    }

    /// One municipality, by its place below [`TOGETHER`].
    #[must_use]
    pub fn at(place: usize) -> Self {
        Self(1 << place.min(CITIES.len()))
    }

    /// Whether it is one municipality.
    #[must_use]
    pub fn is_single(self) -> bool {
        self.0.is_power_of_two()
    }

    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a person known here counts at a place.
    #[must_use]
    pub fn counts_at(self, place: usize) -> bool {
        if place == TOGETHER { self.0 & OF_CITIES != 0 } else { self.0 & (1 << place) != 0 }
    }

    /// How many of the four cities are in it.
    #[must_use]
    pub fn cities(self) -> u32 {
        (self.0 & OF_CITIES).count_ones()
    }

    /// The places at which it counts.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..PLACES).filter(move |place| self.counts_at(*place))
    }
}

/// As it is written in a release; `None` for the four together.
#[must_use]
pub fn place_code(place: usize) -> Option<&'static str> {
    match place {
        TOGETHER => None,
        place => Some(CITIES.get(place).copied().unwrap_or(ELSEWHERE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_known_in_two_cities_counts_in_each_and_in_the_four_together() {
        let mut known = PlaceSet::of(Some("utrecht"));
        known.add(PlaceSet::of(Some("rotterdam")));
        assert_eq!(known.places().filter_map(place_code).collect::<Vec<_>>(), ["rotterdam", "utrecht"]);
        assert!(known.counts_at(TOGETHER));
        assert_eq!(known.cities(), 2);
    }

    #[test]
    fn elsewhere_is_no_part_of_the_four() {
        for municipality in [Some("eindhoven"), None] {
            let known = PlaceSet::of(municipality);
            assert_eq!(known.places().map(place_code).collect::<Vec<_>>(), [Some(ELSEWHERE)]);
        }
    }
}
