use super::*;
use crate::actor::{Actor, Principal};
use crate::codes::{LookoutOutcome, TaskStake};
use crate::deadlines::Deadlines;
use crate::ids::{LookoutId, OrgId};
use crate::path::CarePath;
use crate::path::case::RecordDeath;
use crate::path::lost::{
    AcknowledgeLookout, FileCareAlert, IssueLookout, LookoutRecipient, MarkOutOfSight, ResolveLookout,
};
use crate::path::stay::RecordNoShow;
use crate::path::testing::*;
use crate::views::{Progress, disclose_case_file};

const LOOKOUT: LookoutId = LookoutId(id_of_command(2));

fn lost(reader: &Principal, path: &CarePath, day: i64) -> Option<LostView> {
    let deadlines = Deadlines::default();
    let sight = Sight::of(reader, path, evening(day), &deadlines, &directory())?;
    let tasks = path.open_tasks(evening(day), &deadlines, &directory());
    let shown = disclose_lost(&sight, this_person(), &tasks);
    assert_eq!(lost_due(&sight, &tasks).is_some(), shown.is_some());
    shown
}

fn episodes(path: &CarePath) -> Vec<EpisodeView> {
    let (reader, deadlines) = (coordinator(), Deadlines::default());
    let sight = Sight::of(&reader, path, evening(9), &deadlines, &directory()).unwrap();
    let file = disclose_case_file(&sight, this_person(), Progress::default(), &[]);
    file.presence.and_then(|presence| presence.episodes).unwrap_or_default()
}

fn lookout_to(recipients: &[&str]) -> IssueLookout {
    let to = |id: &&str| LookoutRecipient::Organisation { organisation: id.parse().unwrap() };
    IssueLookout { recipients: recipients.iter().map(to).collect::<Vec<_>>().try_into().unwrap(), ..a_lookout() }
}

/// In a bed, not come the next evening, and looked for.
fn looked_for() -> Given {
    given([confused()]).when(a_bed()).a_day_later().and(RecordNoShow::default()).and(lookout_to(&[
        "shelter24-rotterdam",
        "night-shelter-utrecht",
        "night-shelter-rotterdam",
    ]))
}

#[test]
fn the_coordinator_is_told_who_is_lost_since_when_and_who_has_not_answered() {
    looked_for().by(shelter24()).and_on(LOOKOUT, AcknowledgeLookout {}).then(|path| {
        let view = lost(&coordinator(), path, 1).unwrap();
        assert_eq!((view.episode.number, view.episode.began_at), (1, evening(1)));
        assert_eq!(view.episode.because, EventKind::NoShowRecorded);
        assert_eq!((view.vulnerable, view.escalated_at), (Some(true), None));
        assert_eq!(view.last_seen.unwrap().noted.occurred_at, evening(0));
        let lookouts = view.lookouts.unwrap();
        let names = |orgs: &[OrgId]| orgs.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(lookouts[0].acknowledgements.as_ref().unwrap()[0].organisation.as_str(), "shelter24-rotterdam");
        // Who issued it need not say that they look out.
        assert_eq!(names(lookouts[0].silent.as_ref().unwrap()), ["night-shelter-utrecht"]);
        let next = view.next.unwrap();
        assert_eq!(next.kind, TaskKind::FindPerson);
    });
}

#[test]
fn an_episode_has_a_start_and_an_end_with_a_cause_for_both() {
    let resolved = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
    let found = looked_for().a_day_later().and_on(LOOKOUT, resolved);
    found.a_day_later().and(MarkOutOfSight {}).a_day_later().and(a_contact()).a_day_later().and(a_lookout()).then(
        |path| {
            let told: Vec<_> = episodes(path)
                .into_iter()
                .map(|each| (each.number, each.began_at, each.because, each.ended_at, each.ended_by))
                .collect();
            assert_eq!(
                told,
                [
                    (1, evening(1), EventKind::NoShowRecorded, Some(evening(2)), Some(EventKind::LookoutResolved)),
                    (2, evening(3), EventKind::WentOutOfSight, Some(evening(4)), Some(EventKind::ContactMade)),
                    (3, evening(5), EventKind::LookoutIssued, None, None),
                ]
            );
            let view = lost(&coordinator(), path, 5).unwrap();
            assert_eq!((view.episode.number, view.earlier_episodes.unwrap().len()), (3, 2));
            assert_eq!(view.escalated_at, Some(evening(5)));
        },
    );
}

#[test]
fn whoever_died_is_not_lost_and_nobody_is_lost_on_a_closed_case() {
    looked_for().and(RecordDeath { died_on: None, explanation: None }).then(|path| {
        assert!(lost(&coordinator(), path, 1).is_none());
        assert_eq!(episodes(path)[0].ended_by, Some(EventKind::DeathRecorded));
    });
    given([signalled(), closed(crate::codes::CloseReason::LeftCountry)])
        .then(|path| assert!(lost(&coordinator(), path, 1).is_none()));
}

#[test]
fn those_who_are_only_asked_to_look_out_or_to_help_are_not_told_who_is_lost() {
    let alert = FileCareAlert {
        to: "police-rotterdam".parse().unwrap(),
        description: "a man of 50".parse().unwrap(),
        expires_at: None,
    };
    looked_for().and(alert).then(|path| {
        assert!(lost(&night_shelter(), path, 1).is_some(), "whose guest he is");
        let assessor = principal("municipality-rotterdam", Actor::MunicipalAssessor { municipality: rotterdam() });
        for reader in [shelter24(), police(), assessor, hospital(), liaison("PL")] {
            assert!(lost(&reader, path, 1).is_none(), "{:?}", reader.actor);
        }
    });
}

#[test]
fn an_outreach_worker_who_looks_out_is_told_where_to_look_and_nothing_of_health() {
    let utrecht = "utrecht".parse().unwrap();
    let worker = principal("night-shelter-utrecht", Actor::OutreachWorker { municipality: utrecht });
    looked_for().then(|path| {
        let view = lost(&worker, path, 1).unwrap();
        assert_eq!((view.vulnerable, view.episode.because), (None, EventKind::NoShowRecorded));
        let seen = view.last_seen.unwrap();
        assert!(seen.location.is_none() && seen.noted.recorded_by == Some(night_shelter().organisation));
        assert!(view.lookouts.is_some_and(|lookouts| lookouts[0].silent.is_some()));
        // What is at stake does not tell of the risk either.
        let next = view.next.unwrap();
        assert_eq!((next.kind, next.stake), (TaskKind::FindPerson, TaskStake::Urgent));
        assert_eq!(lost(&coordinator(), path, 1).unwrap().next.unwrap().stake, TaskStake::Danger);
    });
}
