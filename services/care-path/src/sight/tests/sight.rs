//! What the table's cells cannot say: which lookout, which alert, which handover.

use super::super::random::principals;
use super::super::{Category, Depth, Relation, Sight};
use crate::actor::{Actor, Principal};
use crate::codes::{ConsentPurpose, DataClass, ReturnCondition, ReturnWish};
use crate::deadlines::Deadlines;
use crate::ids::ConsentId;
use crate::path::CarePath;
use crate::path::lost::{Addressee, FileCareAlert, IssueLookout};
use crate::path::repatriation::{
    EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, Recipient, WithdrawConsent,
};
use crate::path::testing::*;
use crate::time::DateTime;

fn sight_at<T>(who: &Principal, path: &CarePath, now: DateTime, look: impl FnOnce(&Sight<'_>) -> T) -> Option<T> {
    Sight::of(who, path, now, &Deadlines::default()).map(|sight| look(&sight))
}

fn sight<T>(who: &Principal, path: &CarePath, look: impl FnOnce(&Sight<'_>) -> T) -> Option<T> {
    sight_at(who, path, evening(0), look)
}

#[test]
fn nobody_has_sight_of_a_path_on_which_nothing_happened() {
    for who in principals() {
        assert!(sight(&who, &CarePath::default(), |_| ()).is_none());
    }
}

#[test]
fn a_person_of_whom_nothing_may_be_shown_does_not_exist() {
    given([signalled()]).then(|path| {
        assert!(sight(&shelter24(), path, |_| ()).is_none());
        assert!(sight(&police(), path, |_| ()).is_none());
        // The night shelter recorded the signal, and sees what it recorded.
        let seen = sight(&night_shelter(), path, |sight| (sight.relation(), sight.opens(Category::Notes)));
        assert_eq!(seen, Some((Relation::None, true)));
    });
}

#[test]
fn the_administrator_of_an_organisation_does_not_see_what_it_recorded() {
    for actor in [Actor::Administrator, Actor::PrivacyOfficer, Actor::System] {
        let who = principal("night-shelter-rotterdam", actor);
        given([signalled()]).then(|path| assert!(sight(&who, path, |_| ()).is_none()));
    }
}

fn lookout(to: &str) -> IssueLookout {
    IssueLookout { recipients: vec![Addressee::Organisation { organisation: to.parse().unwrap() }], ..a_lookout() }
}

fn alert(to: &str) -> FileCareAlert {
    FileCareAlert { to: to.parse().unwrap(), description: "a man of 50".parse().unwrap(), expires_at: None }
}

#[test]
fn whoever_is_addressed_by_one_lookout_does_not_see_another() {
    given([signalled()])
        .by(street_doctor())
        .when(lookout("shelter24-rotterdam"))
        .and(lookout("night-shelter-utrecht"))
        .then(|path| {
            let seen = |who: &Principal| {
                let all = |sight: &Sight<'_>| path.lost.lookouts.iter().map(|each| sight.sees_lookout(each)).collect();
                sight(who, path, all).unwrap_or_else(Vec::new)
            };
            assert_eq!(seen(&shelter24()), [true, false]);
            assert_eq!(seen(&principal("night-shelter-utrecht", Actor::ShelterWorker)), [false, true]);
            assert_eq!(seen(&coordinator()), [true, true]);
            // Who issued them sees them, involved or not.
            assert_eq!(seen(&street_doctor()), [true, true]);
        });
}

#[test]
fn a_lookout_that_has_expired_is_not_seen_because_a_later_one_runs() {
    given([signalled()])
        .by(street_doctor())
        .when(lookout("shelter24-rotterdam"))
        .days_later(10)
        .and(lookout("shelter24-rotterdam"))
        .then(|path| {
            let seen = sight_at(&shelter24(), path, evening(20), |sight| {
                path.lost.lookouts.iter().map(|each| sight.sees_lookout(each)).collect::<Vec<_>>()
            });
            assert_eq!(seen, Some(vec![false, true]));
        });
}

#[test]
fn police_see_the_alert_that_is_addressed_to_them_and_neither_another_nor_a_lookout() {
    given([signalled()])
        .when(lookout("shelter24-rotterdam"))
        .and(alert("police-rotterdam"))
        .days_later(10)
        .and(alert("police-rotterdam"))
        .then(|path| {
            let seen = |who: &Principal, day| {
                sight_at(who, path, evening(day), |sight| {
                    let alerts = path.lost.care_alerts.iter().map(|alert| sight.sees_alert(alert)).collect::<Vec<_>>();
                    (alerts, sight.sees_lookout(&path.lost.lookouts[0]))
                })
            };
            assert_eq!(seen(&police(), 12), Some((vec![true, true], false)));
            assert_eq!(seen(&police(), 20), Some((vec![false, true], false)));
            assert_eq!(seen(&police(), 40), None);
            assert_eq!(seen(&principal("police-utrecht", Actor::Police), 12), None);
        });
}

/// A handover to a country with its own consent, by the supporter; commands are counted from `first`.
fn handed_over_to(given: Given, country: &str) -> Given {
    let consent = GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country(country.parse().unwrap()),
        data_classes: vec![DataClass::Identity, DataClass::Return],
        language: "pl".parse().unwrap(),
        interpreter: false,
    };
    let (country, receiving_organisation) = (country.parse().unwrap(), "a clinic".parse().unwrap());
    given.and(consent).and(ProposeHandover { country, receiving_organisation, plan: None })
}

/// Handovers to Poland (consent: command 7) and to Romania (9).
fn two_handovers() -> Given {
    let (language, wish) = ("pl".parse().unwrap(), ReturnWish::WantsToReturn);
    let options = PresentReturnOptions { language, wish, options: None, barriers: vec![] };
    let mut given = given([signalled()]).by(supporter()).when(options);
    for condition in <ReturnCondition as crate::codes::Code>::ALL {
        let evidence = "a letter".parse().unwrap();
        given = given.and(EvidenceReturnCondition { condition: *condition, status: None, evidence });
    }
    handed_over_to(handed_over_to(given, "PL"), "RO")
}

fn sees_preparation(sight: &Sight<'_>) -> bool {
    sight.sees_return_preparation()
}

fn handovers_seen(who: &Principal, path: &CarePath) -> Option<Vec<bool>> {
    sight(who, path, |sight| path.repatriation.handovers.iter().map(|each| sight.sees_handover(each)).collect())
}

#[test]
fn a_liaison_sees_the_handover_to_her_own_country_alone_and_nothing_of_its_preparation() {
    two_handovers().then(|path| {
        assert_eq!(handovers_seen(&liaison("PL"), path), Some(vec![true, false]));
        assert_eq!(handovers_seen(&liaison("RO"), path), Some(vec![false, true]));
        assert_eq!(sight(&liaison("PL"), path, sees_preparation), Some(false));
        assert_eq!(handovers_seen(&coordinator(), path), Some(vec![true, true]));
        assert_eq!(sight(&coordinator(), path, sees_preparation), Some(true));
    });
}

#[test]
fn when_consent_is_withdrawn_the_person_is_gone_for_that_liaison_and_not_for_the_other() {
    two_handovers().and_on(ConsentId(id_of_command(7)), WithdrawConsent {}).then(|path| {
        assert_eq!(handovers_seen(&liaison("PL"), path), None);
        assert_eq!(handovers_seen(&liaison("RO"), path), Some(vec![false, true]));
    });
}

#[test]
fn what_the_whole_path_makes_is_not_shown_for_the_own_recordings_alone() {
    given([signalled()]).then(|path| {
        let shown = |who: &Principal| sight(who, path, |s| s.shows_derived(Category::Presence, Depth::Minimal));
        assert_eq!(shown(&night_shelter()), Some(false));
        assert_eq!(shown(&coordinator()), Some(true));
    });
}
