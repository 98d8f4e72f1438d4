//! Releases that keep their promise, and what leaks without secondary suppression.

use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;

const A: Contributor = Contributor(1);
const B: Contributor = Contributor(2);

/// Cities of the G4, a city outside of it, and sexes.
fn cities() -> Dimension {
    let category = |code: &str, parent| Category { code: code.to_owned(), parent };
    let of_g4 = ["Amsterdam", "Rotterdam", "Utrecht", "Den Haag"].map(|city| category(city, Some(0)));
    let categories = [category("G4", None)].into_iter().chain(of_g4).chain([category("Eindhoven", None)]).collect();
    Dimension { name: "city".to_owned(), categories }
}

fn flat(name: &str, codes: &[&str]) -> Dimension {
    let categories = codes.iter().map(|code| Category { code: (*code).to_owned(), parent: None }).collect();
    Dimension { name: name.to_owned(), categories }
}

const CITY: usize = 0;
const SEX: usize = 1;

/// By city and sex, in the order above.
fn cube(persons: [[u64; 2]; 5]) -> Cube {
    let mut cube = Cube::new(vec![cities(), flat("sex", &["female", "male"])]).unwrap();
    for (city, of_city) in (1..).zip(persons) {
        for (sex, persons) in of_city.into_iter().enumerate() {
            // Two sources for everybody, so that none knows a cell by itself.
            cube.add(&[city, sex], persons / 2, A).unwrap();
            cube.add(&[city, sex], persons - persons / 2, B).unwrap();
        }
    }
    cube
}

const PLAIN: Rule = Rule { threshold: 9, base: 1 };

#[test]
fn a_small_cell_alone_in_its_row_and_column_is_computed_from_the_totals() {
    let cube = cube([[5, 120], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let tables = [vec![CITY, SEX]];
    let naked = Release::unprotected(&cube, &tables, PLAIN).unwrap();
    let leaks = audit(&naked.system).unwrap();
    assert_eq!(leaks.len(), 1);
    let leak = leaks[0];
    assert!((leak.lower - 5.0).abs() < 1e-6 && (leak.upper - 5.0).abs() < 1e-6, "{leak:?}");
    assert_eq!(leak.promised, (1.0, 9.0));

    let release = release(&cube, &tables, PLAIN).unwrap();
    assert!(release.system.suppressed() >= 4, "{} cells", release.system.suppressed());
}

#[test]
fn two_small_cells_that_add_up_to_little_need_a_third() {
    // Together 5 of a published total: neither can be 9.
    let cube = cube([[2, 3], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let tables = [vec![CITY, SEX]];
    let naked = Release::unprotected(&cube, &tables, PLAIN).unwrap();
    assert!(!audit(&naked.system).unwrap().is_empty());
    assert!(release(&cube, &tables, PLAIN).is_ok());
}

#[test]
fn a_city_cannot_be_computed_from_the_g4_and_the_other_cities() {
    let cube = cube([[4, 3], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let tables = [vec![CITY]];
    // 407 of the G4 less the three other cities: the total of Amsterdam.
    let naked = Release::unprotected(&cube, &tables, PLAIN).unwrap();
    assert_eq!(audit(&naked.system).unwrap().len(), 1);
    let release = release(&cube, &tables, PLAIN).unwrap();
    let suppressed = |city| release.shows(0, &[Some(city)]) == Some(Published::Suppressed);
    assert!(suppressed(1));
    assert!((2..=4).any(suppressed) || suppressed(0));
}

#[test]
fn the_same_cell_in_two_tables_shows_the_same() {
    let cube = cube([[5, 120], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let release = release(&cube, &[vec![CITY, SEX], vec![CITY], vec![SEX]], Rule::OUTSIDE).unwrap();
    for city in 0..6 {
        assert_eq!(release.shows(0, &[Some(city), None]), release.shows(1, &[Some(city)]), "{city}");
    }
    for sex in 0..2 {
        assert_eq!(release.shows(0, &[None, Some(sex)]), release.shows(2, &[Some(sex)]), "{sex}");
    }
}

#[test]
fn a_table_does_not_give_away_the_cell_that_another_one_hides() {
    // The table of sexes is harmless by itself; with that of cities and sexes it bounds the small cell of Eindhoven.
    let cube = cube([[60, 120], [60, 80], [70, 90], [40, 50], [3, 60]]);
    let tables = [vec![CITY], vec![SEX], vec![CITY, SEX]];
    let naked = Release::unprotected(&cube, &tables, PLAIN).unwrap();
    assert!(!audit(&naked.system).unwrap().is_empty());
    assert!(release(&cube, &tables, PLAIN).is_ok());
}

#[test]
fn rounding_alone_does_not_hide_what_subtraction_finds() {
    // Amsterdam is shown as 135 and its men as 125: the women are 6 to 14, and by the threshold 6 to 9.
    let cube = cube([[9, 127], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let rule = Rule { threshold: 9, base: 5 };
    let naked = Release::unprotected(&cube, &[vec![CITY, SEX]], rule).unwrap();
    let leaks = audit(&naked.system).unwrap();
    assert_eq!(leaks.len(), 1);
    assert!((leaks[0].lower - 6.0).abs() < 1e-6, "{:?}", leaks[0]);
    assert!(release(&cube, &[vec![CITY, SEX]], rule).is_ok());
}

#[test]
fn a_zero_is_published_and_bounds_what_it_stands_beside() {
    // Nobody female in Amsterdam: the city's total is its small cell, and hides with it.
    let cube = cube([[0, 5], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let release = release(&cube, &[vec![CITY, SEX]], PLAIN).unwrap();
    assert_eq!(release.shows(0, &[Some(1), Some(0)]), Some(Published::Count(0)));
    assert_eq!(release.shows(0, &[Some(1), Some(1)]), Some(Published::Suppressed));
    assert_eq!(release.shows(0, &[Some(1), None]), Some(Published::Suppressed));
}

#[test]
fn a_total_below_the_threshold_is_suppressed_with_all_below_it() {
    let cube = cube([[1, 2], [0, 0], [3, 0], [0, 0], [0, 0]]);
    let release = release(&cube, &[vec![CITY, SEX]], PLAIN).unwrap();
    assert_eq!(release.shows(0, &[None, None]), Some(Published::Suppressed));
    assert_eq!(release.shows(0, &[Some(2), None]), Some(Published::Count(0)));
}

#[test]
fn nobody_at_all_is_a_release_of_zeros() {
    let cube = cube([[0; 2]; 5]);
    let release = release(&cube, &[vec![CITY, SEX]], Rule::OUTSIDE).unwrap();
    assert_eq!(release.system.suppressed(), 0);
}

#[test]
fn an_organisation_cannot_subtract_the_cell_that_it_alone_filled() {
    // The women of Amsterdam are all of A, which knows that they are 6: with the total it would know the men, who are 4.
    let mut cube = cube([[0, 0], [60, 80], [70, 90], [40, 50], [30, 60]]);
    cube.add(&[1, 0], 6, A).unwrap();
    cube.add(&[1, 1], 4, B).unwrap();
    let tables = [vec![CITY, SEX]];
    let naked = Release::unprotected(&cube, &tables, PLAIN).unwrap();
    let of_a = audit(&naked.system).unwrap().into_iter().filter(|leak| leak.attacker == Attacker::Contributor(A));
    assert!(of_a.count() > 0);
    assert!(release(&cube, &tables, PLAIN).is_ok());
}

#[test]
fn coordinators_see_from_five_on_and_the_public_from_ten() {
    let cube = cube([[7, 120], [60, 80], [70, 90], [40, 50], [30, 60]]);
    let shows = |rule| release(&cube, &[vec![CITY, SEX]], rule).unwrap().shows(0, &[Some(1), Some(0)]);
    assert_eq!(shows(Rule::COORDINATORS), Some(Published::Count(5)));
    assert_eq!(shows(Rule::OUTSIDE), Some(Published::Suppressed));
}

#[test]
fn counts_are_rounded_to_the_nearest_five() {
    let cube = cube([[12, 13], [17, 18], [20, 22], [23, 10], [11, 14]]);
    let release = release(&cube, &[vec![CITY, SEX]], Rule::OUTSIDE).unwrap();
    let shows = |city, sex| release.shows(0, &[Some(city), Some(sex)]);
    let counts = [(1, 0, 10), (1, 1, 15), (2, 0, 15), (2, 1, 20), (3, 0, 20), (3, 1, 20), (4, 0, 25), (4, 1, 10)];
    for (city, sex, count) in counts {
        assert_eq!(shows(city, sex), Some(Published::Count(count)), "{city} {sex}");
    }
}

/// A release of some tables of a small cube whose counts are mostly small, some of them zero, by a few organisations.
fn random_release(random: &mut ChaCha8Rng) -> (Cube, Vec<Vec<usize>>, Rule) {
    let ages: Vec<&str> = ["-44", "45+"].into_iter().take(random.random_range(1..=2)).collect();
    let mut cube = Cube::new(vec![cities(), flat("sex", &["female", "male"]), flat("age", &ages)]).unwrap();
    let most = [3, 15, 60][random.random_range(0..3)];
    for city in 1..6 {
        for sex in 0..2 {
            for age in 0..ages.len() {
                let persons = if random.random_bool(0.25) { 0 } else { random.random_range(0..=most) };
                cube.add(&[city, sex, age], persons, Contributor(random.next_u32() % 4)).unwrap();
            }
        }
    }
    let all = [vec![0], vec![1], vec![0, 1], vec![0, 2], vec![1, 2], vec![0, 1, 2]];
    let tables = (0..random.random_range(1..=3)).map(|_| all[random.random_range(0..all.len())].clone()).collect();
    let rules = [Rule::OUTSIDE, Rule::COORDINATORS, PLAIN, Rule { threshold: 4, base: 1 }];
    (cube, tables, rules[random.random_range(0..rules.len())])
}

#[test]
fn a_thousand_random_releases_keep_their_promise() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let mut further = 0;
    for number in 0..1_000 {
        let (cube, tables, rule) = random_release(&mut random);
        let release = release(&cube, &tables, rule);
        let release = release.unwrap_or_else(|error| panic!("release {number} of {tables:?} by {rule:?}: {error:?}"));
        further += release.system.suppressed() - release.system.small(Attacker::Public).len();
    }
    assert!(further > 1_000, "{further} cells were suppressed for the sake of others");
}

#[test]
fn most_random_releases_leak_without_secondary_suppression() {
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let leaks = |_: &usize| {
        let (cube, tables, rule) = random_release(&mut random);
        let naked = Release::unprotected(&cube, &tables, rule).unwrap();
        !audit(&naked.system).unwrap().is_empty()
    };
    let leaking = (0..200).filter(leaks).count();
    assert!(leaking > 100, "{leaking} of 200");
}

/// What whole numbers can stand behind a release of two by two cells, by trying all of them up to a bound.
fn enumerated(release: &Release, most: u64) -> Vec<(u64, u64)> {
    let mut bounds = vec![(u64::MAX, 0); release.system.cells.len()];
    let numbers = || 0..=most;
    let all = numbers().flat_map(|a| numbers().flat_map(move |b| numbers().map(move |c| (a, b, c))));
    for (a, b, c) in all {
        for d in numbers() {
            let persons = [a, b, c, d];
            let sums = release.system.cells.iter().map(|cell| cell.sum.iter().map(|atom| persons[*atom]).sum::<u64>());
            let sums: Vec<u64> = sums.collect();
            let agrees = release.system.cells.iter().zip(&sums).all(|(cell, sum)| match cell.published {
                Published::Suppressed => *sum >= 1,
                Published::Count(count) => {
                    let (low, high) = release.system.rule.behind(count);
                    (low..=high).contains(sum)
                }
            });
            if agrees {
                for (bound, sum) in bounds.iter_mut().zip(sums) {
                    *bound = (bound.0.min(sum), bound.1.max(sum));
                }
            }
        }
    }
    bounds
}

#[test]
fn trying_all_whole_numbers_bounds_no_small_cell_more_closely_than_promised() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let mut looked_at = 0;
    for base in [1, 5] {
        for _ in 0..50 {
            let mut cube = Cube::new(vec![flat("sex", &["female", "male"]), flat("age", &["-44", "45+"])]).unwrap();
            for (sex, age) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let persons = random.random_range(0..=12);
                cube.add(&[sex, age], persons / 2, A).unwrap();
                cube.add(&[sex, age], persons - persons / 2, B).unwrap();
            }
            let rule = Rule { threshold: 4, base };
            let release = release(&cube, &[vec![0, 1]], rule).unwrap();
            let bounds = enumerated(&release, 18);
            for cell in release.system.small(Attacker::Public) {
                looked_at += 1;
                let promised = suppression::promised(
                    &release.system,
                    Attacker::Public,
                    program::Reading::Marks,
                    cell,
                    program::Goal::Least,
                );
                let (lowest, highest) = bounds[cell];
                assert!(crate::size::real(lowest) <= promised.unwrap() + 1e-6, "{release:?}: {lowest}");
                assert!(highest >= rule.threshold, "{release:?}: {highest}");
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}
