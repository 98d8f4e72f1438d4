use std::sync::Arc;

use proptest::prelude::*;

use super::scene::{begin, happen, is_open};
use super::*;
use crate::codes::DischargeEndReason;
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::ids::EventId;
use crate::path::correction::RetractEntry;
use crate::path::discharge::DischargeEvent;
use crate::path::random::{everybody, histories};
use crate::path::record::{Revocation, Uncounted};
use crate::path::tasks::Task;
use crate::path::testing::*;
use crate::path::{CarePath, Stamp};
use crate::sight::Sight;
use crate::time::DateTime;
use crate::views;
use uuid::Uuid;

fn fate(ending: Ending, thing: Thing) -> Fate {
    let place = Thing::ALL.iter().position(|each| *each == thing).unwrap();
    fates(ending)[place]
}

fn pairs() -> impl Iterator<Item = (Ending, Thing)> {
    Ending::ALL.iter().flat_map(|ending| Thing::ALL.iter().map(|thing| (*ending, *thing)))
}

/// The paths on which the thing is open and the ending may come about: begun in the one order and in the other.
fn together(ending: Ending, thing: Thing) -> Vec<Given> {
    let fresh = || given([confused()]);
    let begins = |thing: Thing, given: Given| begin(thing, own(ending) == Some(thing), given.hours_later(1));
    let prepares = |given: Given| match own(ending) {
        Some(own) => begins(own, given),
        None => Some(given),
    };
    let orders = [begins(thing, fresh()).and_then(prepares), prepares(fresh()).and_then(|given| begins(thing, given))];
    let open = orders.into_iter().flatten().filter(|given| is_open(thing, given));
    open.map(|given| given.hours_later(1)).filter(|given| happen(ending, given.clone()).is_some()).collect()
}

/// Every pair that can be together, before the ending and after it, when Baken has done what was due.
fn endings() -> impl Iterator<Item = (Ending, Thing, Given, Given)> {
    let each = |(ending, thing)| together(ending, thing).into_iter().map(move |given| (ending, thing, given));
    pairs().flat_map(each).map(|(ending, thing, before)| {
        let after = happen(ending, before.clone()).unwrap().watched();
        (ending, thing, before, after)
    })
}

fn ended() -> impl Iterator<Item = (Ending, Thing, Given, Given)> {
    endings().filter(|(ending, thing, ..)| fate(*ending, *thing) == Fate::Ends)
}

fn tasks(given: &Given) -> Vec<TaskKind> {
    let tasks = given.path().open_tasks(given.now(), &Deadlines::default(), &directory());
    tasks.into_iter().map(|task| task.kind).collect()
}

#[test]
fn every_ending_ends_what_the_table_says_and_nothing_else() {
    for (ending, thing) in pairs() {
        let together = together(ending, thing);
        assert_eq!(together.is_empty(), fate(ending, thing) == Fate::Never, "{ending:?} of {thing:?}");
    }
    for (ending, thing, _, after) in endings() {
        let stays = fate(ending, thing) == Fate::Stays;
        assert_eq!(is_open(thing, &after), stays, "{ending:?} of {thing:?}: {:?}", tasks(&after));
    }
}

#[test]
fn of_what_ended_nothing_is_left_on_anybodys_list_nor_among_the_timers() {
    for (ending, thing, _, after) in ended() {
        let left = tasks(&after).into_iter().find(|task| waits_on(*task) == Some(thing));
        assert_eq!(left, None, "{ending:?} of {thing:?}");
        let timers = after.path().timers(&Deadlines::default(), &directory());
        let left = timers.into_iter().map(|timer| timer.what).find(|timer| watches(*timer) == Some(thing));
        // Who did not come may still count as out of sight later.
        let left = left.filter(|timer| *timer != TimerKind::OutOfSight);
        assert_eq!(left, None, "{ending:?} of {thing:?}");
    }
}

/// Whether somebody to whom no more than this is addressed sees it.
fn is_shown(thing: Thing, to: &Principal, given: &Given) -> bool {
    let terms = Deadlines::default();
    let Some(sight) = Sight::of(to, given.path(), given.now(), &terms, &directory()) else { return false };
    match thing {
        Thing::Lookout => !views::disclose_lookouts(&sight).is_empty(),
        Thing::CareAlert => !views::disclose_alerts(&sight).is_empty(),
        Thing::Handover | Thing::Question | Thing::Journey | Thing::FollowUp => {
            !views::disclose_handovers(&sight).is_empty()
        }
        Thing::Duty
        | Thing::Episode
        | Thing::MissedEvening
        | Thing::Stay
        | Thing::Hold
        | Thing::Request
        | Thing::Exception
        | Thing::Referral
        | Thing::Accepted
        | Thing::Care
        | Thing::Refusal
        | Thing::Warning
        | Thing::Consent
        | Thing::StoppedReturn
        | Thing::Link
        | Thing::Relation
        | Thing::Release
        | Thing::Announcement
        | Thing::Glass
        | Thing::GlassReview => sight.relation() != crate::policy::Relation::None,
    }
}

/// Whether it shows that the person is here.
fn is_here(ending: Ending) -> bool {
    matches!(ending, Ending::Found | Ending::TurnedAway | Ending::Discharged | Ending::MovedOn)
}

/// What a part of the case lets others see for a while after it ended: an organisation stays involved for thirty days.
fn keeps_sight(ending: Ending, thing: Thing) -> bool {
    match thing {
        Thing::Lookout | Thing::CareAlert | Thing::Handover | Thing::Glass => false,
        // Who took them over goes on with them.
        // Who was here on the way may still arrive: the handover goes on until somebody withdraws it.
        Thing::Question | Thing::Journey => ending == Ending::Arrived || is_here(ending),
        Thing::FollowUp => matches!(ending, Ending::Died | Ending::Erased),
        _ => true,
    }
}

#[test]
fn who_was_asked_sees_it_no_longer() {
    for (ending, thing, before, after) in ended() {
        for asked in asked(thing) {
            let otherwise = before.path().involves(&asked.organisation, after.now(), &Deadlines::default());
            if keeps_sight(ending, thing) || otherwise {
                continue;
            }
            assert!(is_shown(thing, &asked, &before), "{ending:?} of {thing:?}: {}", asked.organisation);
            assert!(!is_shown(thing, &asked, &after), "{ending:?} of {thing:?}: {}", asked.organisation);
        }
    }
}

#[test]
fn an_organisation_whose_part_ended_sees_the_case_no_longer_after_thirty_days() {
    for (ending, thing, _, after) in ended() {
        for asked in asked(thing) {
            let open = Thing::ALL.iter().any(|other| super::asked(*other).contains(&asked) && is_open(*other, &after));
            let later = after.clone().days_later(32);
            let sees = later.path().involves(&asked.organisation, later.now(), &Deadlines::default());
            // The night shelter referred the person: as long as that goes on, it is involved.
            let refers = later.path().referrals.iter().any(crate::path::referral::Referral::is_open);
            let sleeps = later.path().open_stay_at(&asked.organisation, later.now()).is_some();
            assert!(!sees || open || refers || sleeps, "{ending:?} of {thing:?}: {}", asked.organisation);
        }
    }
}

#[test]
fn who_was_asked_is_told_that_it_is_over() {
    let terms = Deadlines::default();
    for (ending, thing, before, after) in ended() {
        // When a care alert, an exception and an opening in an emergency end was told with them; of an erased person nothing is told any more; who takes
        // care of somebody abroad is told nothing of where they are.
        let is_not_told = matches!(ending, Ending::CareAlertExpired | Ending::ExceptionExpired | Ending::Erased)
            || (ending, thing) == (Ending::Died, Thing::FollowUp)
            || (is_here(ending) && matches!(thing, Thing::Journey | Thing::FollowUp))
            || thing == Thing::Glass;
        if is_not_told {
            continue;
        }
        for asked in asked(thing) {
            let (path, now) = (after.path(), after.now());
            let sights =
                [Sight::of(&asked, path, now, &terms, &directory()), Sight::of_ends(&asked, path, now, &terms)];
            let since = &after.events()[before.events().len()..];
            let told = |sight: &Sight<'_>| since.iter().any(|(stamp, event)| sight.knows_of(stamp, event));
            assert!(sights.iter().flatten().any(told), "{ending:?} of {thing:?}: {}", asked.organisation);
            // What they do not see any more stands on the list of what is over. An arrival is what was asked for.
            let [_, of_ends] = &sights;
            let listed: usize = of_ends.iter().map(|sight| views::disclose_ended(sight).len()).sum();
            let vanished = is_shown(thing, &asked, &before) && !is_shown(thing, &asked, &after);
            assert!(
                listed == 1 || !vanished || ending == Ending::Arrived,
                "{ending:?} of {thing:?}: {listed} to {}",
                asked.organisation
            );
        }
    }
}

#[test]
fn every_refusal_dropout_and_expiry_is_somebodys_task() {
    for ending in Ending::ALL {
        let Some(task) = asks_for(*ending) else { continue };
        let begun = together(*ending, own(*ending).unwrap_or(Thing::Duty));
        assert!(!begun.is_empty(), "{ending:?}");
        for given in begun {
            let after = happen(*ending, given).unwrap().watched();
            assert!(tasks(&after).contains(&task), "{ending:?}: {:?}", tasks(&after));
        }
    }
    for ending in [Ending::ConsentWithdrawn, Ending::SaidNo] {
        for given in together(ending, Thing::Handover) {
            let after = happen(ending, given).unwrap().watched();
            assert!(tasks(&after).contains(&TaskKind::ReviewStoppedReturn), "{ending:?}");
        }
    }
}

/// What the last command recorded of which an organisation may say that it was a mistake.
fn mistakes(given: &Given, before: &Given) -> Option<EventId> {
    let since = &given.events()[before.events().len()..];
    let mistake = |kind: EventKind| Revocation::of(kind) == Revocation::ByRetraction;
    since.iter().find(|(_, event)| mistake(event.kind())).map(|(stamp, _)| stamp.event_id)
}

#[test]
fn what_a_mistaken_ending_ended_is_open_again_but_for_a_return_that_stopped() {
    for (ending, thing, before, after) in ended() {
        let Some(entry) = mistakes(&happen(ending, before.clone()).unwrap(), &before) else { continue };
        let retract = RetractEntry { reason: crate::codes::RetractReason::WrongPerson, explanation: None };
        let undone = after.by(coordinator()).tries(entry, retract).unwrap().watched();
        assert!(matches!(undone.path().uncounted(entry), Some(Uncounted::Retracted(_))));
        let stopped = matches!(thing, Thing::Handover | Thing::Question | Thing::Journey);
        let stays_ended = stopped && !matches!(ending, Ending::HandoverDeclined | Ending::Arrived) && !is_here(ending);
        // A release is one word: it is said anew.
        let open = is_open(thing, &undone);
        assert_eq!(open, !stays_ended, "{ending:?} of {thing:?}: {:?}", tasks(&undone));
    }
}

#[test]
fn what_was_asked_for_by_mistake_is_open_for_nobody_and_who_was_asked_is_told() {
    let terms = Deadlines::default();
    for thing in [Thing::Lookout, Thing::CareAlert, Thing::Referral, Thing::Warning] {
        // Nobody else is called in.
        let begun = begin(thing, false, given([signalled()]).hours_later(1)).unwrap().hours_later(1);
        let entry = begun.events().last().unwrap().0.event_id;
        let retract = RetractEntry { reason: crate::codes::RetractReason::WrongPerson, explanation: None };
        let retracted = begun.clone().by(coordinator()).tries(entry, retract).unwrap().watched();
        assert!(!is_open(thing, &retracted), "{thing:?}: {:?}", tasks(&retracted));
        for asked in asked(thing) {
            let (path, now) = (retracted.path(), retracted.now());
            assert!(Sight::of(&asked, begun.path(), begun.now(), &terms, &directory()).is_some(), "{thing:?}");
            assert!(Sight::of(&asked, path, now, &terms, &directory()).is_none(), "{thing:?}: {}", asked.organisation);
            let since = &retracted.events()[begun.events().len()..];
            let told = |sight: Sight<'_>| since.iter().filter(|(stamp, event)| sight.knows_of(stamp, event)).count();
            let told_later = Sight::of_ends(&asked, path, now + chrono::TimeDelta::days(20), &terms).is_some();
            assert_eq!(Sight::of_ends(&asked, path, now, &terms).map(told), Some(1), "{thing:?}");
            let over = Sight::of_ends(&asked, path, now, &terms).map(|sight| views::disclose_ended(&sight));
            assert_eq!(over.map(|over| over.len()), Some(1), "{thing:?}");
            assert!(path.concerned_organisations().any(|each| *each == asked.organisation), "{thing:?}: it finds it");
            assert!(!told_later, "{thing:?}");
        }
    }
}

/// When the thing began that a path ends with.
fn began(given: &Given) -> DateTime {
    given.events().last().unwrap().0.occurred.at
}

#[test]
fn a_closing_or_a_death_that_is_told_late_leaves_nothing_open_that_was_asked_for_since() {
    for (ending, thing) in pairs().filter(|(ending, _)| matches!(ending, Ending::Closed | Ending::Died)) {
        for before in together(ending, thing) {
            let happened = began(&before) - chrono::TimeDelta::minutes(30);
            let late = happen(ending, before.clone().happened(Some(happened))).unwrap().happened(None).watched();
            if !late.path().is_closed() && late.path().case.died.is_none() {
                assert!(tasks(&late).contains(&TaskKind::ReviewReopened), "{thing:?} opens the case again");
            } else if tasks(&late).contains(&TaskKind::ReviewSignOfLife) {
                assert!(ending == Ending::Died);
            } else {
                let stays = fate(ending, thing) == Fate::Stays;
                assert_eq!(is_open(thing, &late), stays, "{ending:?} of {thing:?}: {:?}", tasks(&late));
            }
        }
    }
}

#[test]
fn each_ending_comes_about_by_an_event_that_is_said_to_bring_it_about_or_by_time() {
    for ending in Ending::ALL {
        let given = together(*ending, own(*ending).unwrap_or(Thing::Duty)).remove(0);
        let after = happen(*ending, given.clone()).unwrap().watched();
        let since = &after.events()[given.events().len()..];
        let by_time = matches!(
            ending,
            Ending::CareAlertExpired | Ending::ExceptionExpired | Ending::StayRanOut | Ending::GlassRanOut
        );
        let brought = since.iter().any(|(_, event)| ended_by(event.kind()).contains(ending));
        assert_ne!(brought, by_time, "{ending:?}: {since:?}");
    }
    let kinds = EventKind::ALL.iter().flat_map(|kind| ended_by(*kind));
    assert!(kinds.clone().all(|ending| Ending::ALL.contains(ending)));
}

/// The same table, of what holds on any path: what ends with the case is not open on one that ended.
fn is_over(path: &CarePath, now: DateTime) -> bool {
    let lookouts = path.lost.lookouts.iter().all(|lookout| !lookout.runs(now));
    let alerts = path.lost.care_alerts.iter().all(|alert| !alert.runs(now));
    let requests = path.exceptions.iter().all(|request| request.end.is_some());
    let referrals = path.referrals.iter().all(|referral| !referral.is_open());
    let handovers = path.repatriation.handovers.iter().all(|each| !each.is_open() || each.departed.is_some());
    lookouts && alerts && requests && referrals && handovers && !path.is_released()
}

/// What a refusal, a dropout or an expiry must have put on somebody's list, and about what.
fn must_be_asked(stamp: &Stamp, kind: EventKind, path: &CarePath) -> Option<(TaskKind, Option<Uuid>)> {
    let task = ended_by(kind).iter().find_map(|ending| asks_for(*ending))?;
    let about = path.record.find(stamp.event_id).and_then(|recorded| recorded.thing);
    match (task, path.is_out_of_sight()) {
        (TaskKind::FindPerson, true) => Some((task, None)),
        // It is known where they are: then what was overtaken is asked about.
        (TaskKind::FindPerson, false) if kind == EventKind::ExceptionOvertaken => {
            Some((TaskKind::NextStepAfterException, about))
        }
        // What is asked for after an arrival is due later.
        (TaskKind::FindPerson, false) | (TaskKind::FollowUp, _) => None,
        (task, _) => Some((task, about)),
    }
}

/// An announced discharge that is called off for another one, or by what had ended it before, leaves nothing to follow up.
fn is_announced_anew(event: &Event) -> bool {
    use DischargeEndReason::{NotFollowedUp, Stays};
    matches!(event, Event::Discharge(DischargeEvent::DischargeCalledOff(event)) if !matches!(event.reason, Stays | NotFollowedUp))
}

fn fold(events: &[(Arc<Stamp>, Event)]) -> CarePath {
    CarePath::fold(events.iter().map(|(stamp, event)| (stamp, event)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_in_whatever_order_nothing_is_open_on_a_case_that_ended(history in histories()) {
        for number in 1..=history.events.len() {
            let path = fold(&history.events[..number]);
            if path.is_closed() || path.case.died.is_some() || path.is_erased() {
                prop_assert!(is_over(&path, history.events[number - 1].0.recorded_at));
            }
        }
    }

    #[test]
    fn whatever_happened_every_refusal_dropout_and_expiry_is_somebodys_task(history in histories()) {
        for number in 1..=history.events.len() {
            let (stamp, event) = &history.events[number - 1];
            let path = fold(&history.events[..number]);
            let goes_on = !path.is_closed() && path.case.died.is_none() && path.uncounted(stamp.event_id).is_none();
            let asks = goes_on && !is_announced_anew(event);
            let Some((kind, about)) = must_be_asked(stamp, event.kind(), &path).filter(|_| asks) else { continue };
            let tasks = path.open_tasks(stamp.recorded_at, &Deadlines::default(), &everybody());
            let is_it = |task: &Task| {
                task.kind == kind && about.is_none_or(|about| task.subject.is_some_and(|subject| subject.0 == about))
            };
            prop_assert!(tasks.iter().any(is_it), "{} asks nobody for {kind}", event.kind());
        }
    }
}

/// The table as coordinators read it.
fn table() -> String {
    let mut lines = vec!["| when … | ends | stays | not together |".to_owned(), "|---|---|---|---|".to_owned()];
    for ending in Ending::ALL {
        let of = |fate: Fate| {
            let things = Thing::ALL.iter().zip(fates(*ending)).filter(|(_, found)| *found == fate);
            things.map(|(thing, _)| thing.words()).collect::<Vec<_>>().join(" · ")
        };
        let stays = if fates(*ending).iter().filter(|fate| **fate == Fate::Ends).count() < 6 {
            "everything else".to_owned()
        } else {
            of(Fate::Stays)
        };
        let line = [ending.words().to_owned(), of(Fate::Ends), stays, of(Fate::Never)];
        lines.push(format!("| {} |", line.join(" | ")));
    }
    lines.join("\n")
}

#[test]
fn the_page_for_coordinators_has_this_table() {
    let page = include_str!("../../../../../docs/endings.md");
    assert!(page.contains(&table()), "docs/endings.md must have this table:\n{}", table());
}
