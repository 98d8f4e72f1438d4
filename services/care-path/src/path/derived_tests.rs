use chrono::{Datelike, Days, NaiveDate};

use super::*;
use crate::codes::Assurance;
use crate::path::identity::{IdentityInput, UpdateIdentity};
use crate::path::testing::*;
use crate::time::local_date;

/// The day on which the tests begin, so many years earlier and days later.
fn years_ago(years: i32, days_later: u64) -> NaiveDate {
    let today = local_date(evening(0));
    today.with_year(today.year() - years).unwrap() + Days::new(days_later)
}

fn born(date: &str) -> IdentityInput {
    IdentityInput { birth_date: Some(date.parse().unwrap()), ..IdentityInput::default() }
}

fn estimated(age: u8) -> IdentityInput {
    IdentityInput { approximate_age: Age::new(age), ..IdentityInput::default() }
}

fn said(claim: IdentityInput) -> UpdateIdentity {
    UpdateIdentity { claim, assurance: Assurance::SelfDeclared }
}

fn is_minor(given: Given, day: i64) -> bool {
    let mut minor = None;
    given.then(|path| minor = Some(path.is_minor(evening(day))));
    minor.unwrap()
}

#[test]
fn whoever_is_not_yet_eighteen_by_their_date_of_birth_is_a_minor() {
    let one = |date: NaiveDate| given([signalled()]).when(said(born(&date.to_string())));
    assert!(is_minor(one(years_ago(18, 1)), 0), "eighteen tomorrow");
    assert!(!is_minor(one(years_ago(18, 1)), 1), "eighteen today");
    assert!(!is_minor(one(years_ago(18, 0)), 0));
    assert!(!is_minor(given([signalled()]), 0), "nobody knows");
}

#[test]
fn of_a_date_of_birth_that_is_known_in_part_the_youngest_that_fits_counts() {
    // It is the tenth of January 2026.
    let one = |date: &str| given([signalled()]).when(said(born(date)));
    assert!(is_minor(one("2008"), 0), "perhaps born in December");
    assert!(is_minor(one("2008-01"), 0) && !is_minor(one("2007"), 0));
    assert!(!is_minor(one("2008-01"), 21) && is_minor(one("2008"), 21));
    let vulnerable = |date: &str| {
        let mut vulnerable = None;
        one(date).then(|path| vulnerable = Some(path.is_vulnerable(evening(0))));
        vulnerable.unwrap()
    };
    assert!(vulnerable("1956") && !vulnerable("1957"), "perhaps seventy since January");
}

#[test]
fn an_estimated_age_grows_with_the_years_since_it_was_made() {
    let one = || given([signalled()]).when(said(estimated(16)));
    assert!(is_minor(one(), 0) && is_minor(one(), 365));
    assert!(is_minor(one(), 729) && !is_minor(one(), 731));
    // Told again, it is the age of then.
    assert!(is_minor(one().days_later(700).and(said(estimated(16))), 731));
    let old = given([signalled()]).when(said(estimated(68)));
    old.then(|path| assert!(!path.is_vulnerable(evening(0)) && path.is_vulnerable(evening(731))));
}

#[test]
fn the_surer_of_date_and_estimate_counts_and_of_equals_the_date() {
    let both = |by_date, by_estimate| {
        let date = UpdateIdentity { claim: born("1990-02-03"), assurance: by_date };
        let estimate = UpdateIdentity { claim: estimated(15), assurance: by_estimate };
        is_minor(given([signalled()]).when(date).and(estimate), 0)
    };
    assert!(!both(Assurance::SelfDeclared, Assurance::SelfDeclared));
    assert!(!both(Assurance::DocumentSeen, Assurance::SelfDeclared));
    assert!(both(Assurance::Alias, Assurance::SelfDeclared));
}
