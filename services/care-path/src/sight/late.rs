//! Answers that come too late. Who was asked to look out knows no more of the person once that is over. What they saw while they
//! looked out is taken still; anything else is refused with the reason, not as if nobody had ever asked them: they know it already,
//! and must be told that nobody reads it there any more. Nothing else is told.

use crate::actor::Principal;
use crate::command::{Command, Refusal, Subject};
use crate::path::CarePath;
use crate::path::lost::LostRefusal;
use crate::policy::{Relation, may};
use crate::time::DateTime;

/// Why an answer comes too late, where the principal's organisation was asked for it and it is over.
#[must_use]
pub fn too_late(principal: &Principal, command: &Command, path: &CarePath, now: DateTime) -> Option<Refusal> {
    if !may(principal.actor.role(), command.kind(), Relation::Addressed) {
        return None;
    }
    let organisation = &principal.organisation;
    match command.subject() {
        Subject::Lookout(id) => path.lookout_is_over(id, organisation, now).then(|| LostRefusal::LookoutClosed.into()),
        Subject::CareAlert(id) => {
            path.care_alert_is_over(id, organisation, now).then(|| LostRefusal::AlertEnded.into())
        }
        Subject::Path
        | Subject::Record
        | Subject::Return
        | Subject::Person(_)
        | Subject::Bed(_)
        | Subject::OwnBed
        | Subject::BreakGlass(_)
        | Subject::Consent(_)
        | Subject::Entry(_)
        | Subject::Discharge(_)
        | Subject::Exception(_)
        | Subject::Handover(_)
        | Subject::Hold(_)
        | Subject::Referral(_) => None,
    }
}

/// Whether a sighting is told late that was made while the principal's organisation was asked to look out: a telephone had no
/// network. It is taken for as long as those who were asked are told that the lookout is over. `at` is when it was made, and when
/// it is told.
#[must_use]
pub fn told_late(principal: &Principal, command: &Command, path: &CarePath, at: (DateTime, DateTime)) -> bool {
    let Command::ReportSighting(lookout, _) = command else { return false };
    !path.is_erased()
        && may(principal.actor.role(), command.kind(), Relation::Addressed)
        && path.lookout_ran_for(*lookout, principal, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{CareAlertOutcome, LookoutOutcome};
    use crate::ids::{CareAlertId, LookoutId};
    use crate::path::lost::{AcknowledgeLookout, AnswerCareAlert, FileCareAlert, ReportSighting, ResolveLookout};
    use crate::path::testing::*;

    const FIRST: LookoutId = LookoutId(id_of_command(0));

    fn sighting() -> Command {
        Command::ReportSighting(FIRST, ReportSighting::default())
    }

    #[test]
    fn who_was_asked_to_look_out_is_told_that_it_is_over() {
        let resolved = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
        given([signalled()]).when(a_lookout()).and_on(FIRST, resolved).then(|path| {
            let closed = Some(LostRefusal::LookoutClosed.into());
            assert_eq!(too_late(&shelter24(), &sighting(), path, evening(0)), closed);
            let acknowledge = Command::AcknowledgeLookout(FIRST, AcknowledgeLookout {});
            assert_eq!(too_late(&shelter24(), &acknowledge, path, evening(0)), closed);
        });
        given([signalled()]).when(a_lookout()).then(|path| {
            assert_eq!(too_late(&shelter24(), &sighting(), path, evening(13)), None);
            assert!(too_late(&shelter24(), &sighting(), path, evening(14)).is_some());
        });
    }

    #[test]
    fn who_was_not_asked_learns_nothing() {
        given([signalled()]).when(a_lookout()).then(|path| {
            for stranger in [street_doctor(), police(), supporter(), principal("regenboog", shelter24().actor)] {
                assert_eq!(too_late(&stranger, &sighting(), path, evening(20)), None);
            }
            let unknown = Command::ReportSighting(LookoutId(id_of_command(9)), ReportSighting::default());
            assert_eq!(too_late(&shelter24(), &unknown, path, evening(20)), None);
        });
    }

    #[test]
    fn the_police_are_told_that_an_alert_has_ended_and_others_nothing_of_it() {
        let alert = FileCareAlert {
            to: "police-rotterdam".parse().unwrap(),
            description: "a man of 50".parse().unwrap(),
            expires_at: None,
        };
        let answer = AnswerCareAlert { outcome: CareAlertOutcome::Seen, explanation: None };
        let answer = Command::AnswerCareAlert(CareAlertId(id_of_command(0)), answer);
        given([signalled()]).when(alert).then(|path| {
            assert_eq!(too_late(&police(), &answer, path, evening(20)), Some(LostRefusal::AlertEnded.into()));
            assert_eq!(too_late(&police(), &answer, path, evening(1)), None);
            assert_eq!(too_late(&principal("police-utrecht", police().actor), &answer, path, evening(20)), None);
        });
    }

    #[test]
    fn what_was_seen_while_people_looked_out_is_taken_for_as_long_as_they_are_told_that_it_is_over() {
        let resolved = ResolveLookout { outcome: LookoutOutcome::FoundSafe, explanation: None };
        let at = |day: i64, told: i64| (evening(day), evening(told));
        given([signalled()]).when(a_lookout()).days_later(2).and_on(FIRST, resolved).then(|path| {
            let takes = |who: &Principal, when| told_late(who, &sighting(), path, when);
            assert!(takes(&shelter24(), at(1, 3)) && takes(&shelter24(), at(1, 15)));
            assert!(!takes(&shelter24(), at(1, 17)), "a fortnight later");
            assert!(!takes(&shelter24(), at(2, 3)) && !takes(&shelter24(), at(-1, 3)), "nobody looked out then");
            for stranger in [street_doctor(), police(), supporter()] {
                assert!(!takes(&stranger, at(1, 3)));
            }
            let acknowledge = Command::AcknowledgeLookout(FIRST, AcknowledgeLookout {});
            assert!(!told_late(&shelter24(), &acknowledge, path, at(1, 3)));
        });
    }
}
