//! What the table's cells cannot say: which lookout, which alert, which handover.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::Sight;
use crate::actor::{Actor, Principal};
use crate::codes::{
    ConsentPurpose, DataClass, HandoverWithdrawReason, LookoutEndReason, LookoutOutcome, ReturnCondition, ReturnWish,
};
use crate::deadlines::Deadlines;
use crate::event::{Event, EventKind, read};
use crate::fact::{Label, Origin, Reader};
use crate::ids::{CareAlertId, ConsentId, HandoverId, LookoutId};
use crate::list::Few;
use crate::path::CarePath;
use crate::path::lost::{
    EndCareAlert, FileCareAlert, IssueLookout, Lookout, LookoutRecipient, MarkOutOfSight, ResolveLookout,
};
use crate::path::random::principals;
use crate::path::repatriation::{
    AcknowledgeHandover, EvidenceReturnCondition, GiveConsent, PresentReturnOptions, ProposeHandover, Recipient,
    WithdrawConsent, WithdrawHandover,
};
use crate::path::testing::*;
use crate::policy::rules::tells_of_presence;
use crate::policy::{Category, Depth, Relation};
use crate::time::DateTime;
use crate::views::{ListedView, Progress, disclose_alerts, disclose_case_file, disclose_handovers, disclose_lookouts};

fn sight_at<T>(who: &Principal, path: &CarePath, now: DateTime, look: impl FnOnce(&Sight<'_>) -> T) -> Option<T> {
    Sight::of(who, path, now, &Deadlines::default(), &directory()).map(|sight| look(&sight))
}

fn sight<T>(who: &Principal, path: &CarePath, look: impl FnOnce(&Sight<'_>) -> T) -> Option<T> {
    sight_at(who, path, evening(0), look)
}

fn relation_of(sight: &Sight<'_>) -> Relation {
    sight.relation()
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
        assert_eq!(sight(&night_shelter(), path, relation_of), Some(Relation::None));
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
    IssueLookout {
        recipients: [LookoutRecipient::Organisation { organisation: to.parse().unwrap() }].into(),
        ..a_lookout()
    }
}

fn alert(to: &str) -> FileCareAlert {
    FileCareAlert { to: to.parse().unwrap(), description: "a man of 50".parse().unwrap(), expires_at: None }
}

fn lookout_id(lookout: &Lookout) -> LookoutId {
    struct Everything;
    impl Reader for Everything {
        fn shows(&self, _: &Label, _: &Origin<'_>) -> bool {
            true
        }
    }
    *lookout.step(&lookout.issued).lookout().shown_to(&Everything).unwrap()
}

/// Which of the lookouts of a path a reader sees, by their place.
fn lookouts_seen(who: &Principal, path: &CarePath, day: i64) -> Vec<usize> {
    let seen = sight_at(who, path, evening(day), disclose_lookouts).unwrap_or_default();
    let place = |id| path.lost.lookouts.iter().position(|each| lookout_id(each) == id).unwrap();
    seen.into_iter().map(|view| place(view.lookout_id)).collect()
}

#[test]
fn an_organisation_that_is_addressed_by_one_lookout_does_not_see_another() {
    given([signalled()])
        .by(street_doctor())
        .when(lookout("shelter24-rotterdam"))
        .and(lookout("night-shelter-utrecht"))
        .then(|path| {
            assert_eq!(lookouts_seen(&shelter24(), path, 0), [0]);
            assert_eq!(lookouts_seen(&principal("night-shelter-utrecht", Actor::ShelterWorker), path, 0), [1]);
            assert_eq!(lookouts_seen(&coordinator(), path, 0), [0, 1]);
            // Who issued them sees them, involved or not.
            assert_eq!(lookouts_seen(&street_doctor(), path, 0), [0, 1]);
        });
}

#[test]
fn a_lookout_that_has_expired_is_not_seen_because_a_later_one_runs() {
    given([signalled()])
        .by(street_doctor())
        .when(lookout("shelter24-rotterdam"))
        .days_later(10)
        .and(lookout("shelter24-rotterdam"))
        .then(|path| assert_eq!(lookouts_seen(&shelter24(), path, 20), [1]));
}

#[test]
fn a_lookout_that_was_resolved_is_not_seen_because_another_runs() {
    let resolved = ResolveLookout { outcome: LookoutOutcome::FoundInCustody, explanation: None };
    given([signalled()])
        .by(street_doctor())
        .when(lookout("shelter24-rotterdam"))
        .by(coordinator())
        .and_on(LookoutId(id_of_command(0)), resolved)
        .a_day_later()
        .by(street_doctor())
        .and(lookout("shelter24-rotterdam"))
        .then(|path| assert_eq!(lookouts_seen(&shelter24(), path, 1), [1]));
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
                let counts = |sight: &Sight<'_>| (disclose_alerts(sight).len(), disclose_lookouts(sight).len());
                sight_at(who, path, evening(day), counts)
            };
            assert_eq!(seen(&police(), 12), Some((2, 0)));
            assert_eq!(seen(&police(), 20), Some((1, 0)));
            assert_eq!(seen(&police(), 40), None);
            assert_eq!(seen(&principal("police-utrecht", Actor::Police), 12), None);
        });
}

#[test]
fn whoever_sees_an_alert_sees_that_it_is_over() {
    let told_open = |path: &CarePath, who: &Principal| {
        let open = |sight: &Sight<'_>| disclose_alerts(sight).iter().map(|alert| alert.is_open(evening(0))).collect();
        sight(who, path, open).unwrap_or_else(Vec::new)
    };
    let whom = [coordinator(), night_shelter(), street_doctor()];
    given([signalled()])
        .when(a_bed())
        .and(a_referral())
        .by(coordinator())
        .and(alert("police-rotterdam"))
        .then(|path| whom.iter().for_each(|who| assert_eq!(told_open(path, who), [true], "{who:?}")))
        .and_on(CareAlertId(id_of_command(2)), EndCareAlert { reason: LookoutEndReason::Found })
        .then(|path| whom.iter().for_each(|who| assert_eq!(told_open(path, who), [false], "{who:?}")));
}

fn consent(country: &str) -> GiveConsent {
    GiveConsent {
        purpose: ConsentPurpose::Repatriation,
        recipient: Recipient::Country(country.parse().unwrap()),
        data_classes: [DataClass::Identity, DataClass::Return].into(),
        language: "pl".parse().unwrap(),
        interpreter: false,
    }
}

fn proposal(country: &str) -> ProposeHandover {
    let country = country.parse().unwrap();
    ProposeHandover {
        country,
        receiving_organisation: Some("a clinic".parse().unwrap()),
        receiving: None,
        guardian: None,
        plan: None,
    }
}

/// A handover to Poland (consent: command 7), and as an older log may hold it, one to Romania beside it (consent: 9).
fn two_handovers() -> Given {
    let (language, wish) = ("pl".parse().unwrap(), ReturnWish::WantsToReturn);
    let options = PresentReturnOptions { language, wish, options: None, barriers: Few::default() };
    let mut given = given([signalled()]).by(supporter()).when(options);
    for condition in <ReturnCondition as crate::codes::Code>::ALL {
        let evidence = "a letter".parse().unwrap();
        let country = Some("PL".parse().unwrap());
        given = given.and(EvidenceReturnCondition { condition: *condition, country, status: None, evidence });
    }
    let another = serde_json::json!({
        "handover": id_of_command(90), "country": "RO", "consent": id_of_command(9),
        "receiving_organisation": { "$private": "return", "value": "a clinic" },
    });
    let another = read("handover_proposed", 1, another).unwrap();
    given.and(consent("PL")).and(proposal("PL")).and(consent("RO")).and_happened(&another)
}

/// What a reader sees of a return: whether of its preparation, and the countries of the handovers.
fn return_seen(who: &Principal, path: &CarePath) -> Option<(bool, Vec<String>)> {
    sight(who, path, |sight| {
        let file = disclose_case_file(sight, this_person(), Progress::default(), &[]);
        let view = file.r#return;
        let prepared = view.is_some_and(|view| {
            view.options.is_some()
                || view.conditions.is_some()
                || view.missing_conditions.is_some()
                || view.consents.is_some()
        });
        (prepared, disclose_handovers(sight).into_iter().map(|view| view.country.to_string()).collect())
    })
}

#[test]
fn a_liaison_sees_the_handover_to_her_own_country_alone_and_nothing_of_its_preparation() {
    let countries = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    two_handovers().then(|path| {
        assert_eq!(return_seen(&liaison("PL"), path), Some((false, countries(&["PL"]))));
        assert_eq!(return_seen(&liaison("RO"), path), Some((false, countries(&["RO"]))));
        assert_eq!(return_seen(&coordinator(), path), Some((true, countries(&["PL", "RO"]))));
    });
}

#[test]
fn when_consent_is_withdrawn_the_person_is_gone_for_that_liaison_and_not_for_the_other() {
    two_handovers().and_on(ConsentId(id_of_command(7)), WithdrawConsent {}).then(|path| {
        assert_eq!(return_seen(&liaison("PL"), path), None);
        assert_eq!(return_seen(&liaison("RO"), path), Some((false, vec!["RO".to_owned()])));
    });
}

#[test]
fn a_liaison_whose_handover_was_withdrawn_keeps_what_she_recorded_and_nothing_else() {
    let (reason, explanation) = (HandoverWithdrawReason::PersonChangedMind, None);
    let withdrawn = two_handovers()
        .by(liaison("PL"))
        .and_on(HandoverId(id_of_command(8)), AcknowledgeHandover {})
        .by(supporter())
        .and_on(HandoverId(id_of_command(8)), WithdrawHandover { reason, explanation });
    withdrawn.then(|path| {
        let file = sight(&liaison("PL"), path, |sight| {
            serde_json::to_value(disclose_case_file(sight, this_person(), Progress::default(), &[])).unwrap()
        });
        assert_eq!(file, Some(serde_json::json!({ "person_id": this_person(), "revision": 0 })));
    });
}

#[test]
fn those_abroad_are_told_for_a_fortnight_that_their_handover_is_over_and_nothing_else() {
    let (reason, explanation) = (HandoverWithdrawReason::ConditionNoLongerMet, None);
    let taken_back = |given: Given| {
        given.by(supporter()).and_on(HandoverId(id_of_command(8)), WithdrawHandover { reason, explanation })
    };
    let consent_too = |given: Given| given.and_on(ConsentId(id_of_command(7)), WithdrawConsent {});
    for ended in [taken_back(two_handovers()), consent_too(two_handovers().by(supporter()))] {
        ended.then(|path| {
            let told = |who: &Principal, day| {
                Sight::of_ends(who, path, evening(day), &Deadlines::default()).map(|sight| {
                    let shown = disclose_handovers(&sight);
                    shown.len() + disclose_lookouts(&sight).len()
                })
            };
            assert_eq!(told(&liaison("PL"), 13), Some(0));
            assert_eq!(told(&liaison("PL"), 14), None);
            for other in [liaison("RO"), receiving("PL"), police(), shelter24()] {
                assert_eq!(told(&other, 0), None);
            }
        });
    }
}

#[test]
fn what_the_whole_path_makes_is_not_shown_for_the_own_recordings_alone() {
    given([signalled()]).then(|path| {
        let shown = |who: &Principal| sight(who, path, |s| s.knows(Category::Presence, Depth::Minimal));
        assert_eq!(shown(&night_shelter()), Some(false));
        assert_eq!(shown(&coordinator()), Some(true));
    });
}

#[test]
fn whatever_ends_a_disappearance_tells_of_presence_by_its_category_or_by_a_rule() {
    let mut by_rule = BTreeSet::new();
    for event in crate::event::samples().unwrap() {
        let mut lost = given([signalled()]).when(MarkOutOfSight {}).days_later(1);
        if let Event::Referral(step) = &event {
            let made = json!({"referral": step.referral(), "from": "night-shelter-rotterdam", "urgency": "routine",
                "to": "street-doctor-rotterdam", "offering": "medical_drop_in"});
            lost = lost.and_happened(&read("referral_made", 1, made).unwrap());
        }
        lost.and_happened(&event).then(|path| {
            let (kind, tells_of) = (event.kind(), event.tells_of().0);
            if !path.is_out_of_sight() && tells_of != Category::Presence {
                by_rule.insert(kind);
                assert_eq!(tells_of_presence(kind), Some("in_sight"), "{kind}");
            }
        });
    }
    assert_eq!(by_rule, [EventKind::CareStarted, EventKind::LookoutResolved, EventKind::ArrivalConfirmed].into());
}
