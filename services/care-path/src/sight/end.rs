//! Ends that those abroad are told of. Their sight of the person closes with the handover, at once and whole; that it is over
//! they learn all the same, or they would go on arranging what nobody comes for.

use crate::actor::Principal;
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::path::{CarePath, Stamp};
use crate::policy::{Abroad, rules};
use crate::time::{DateTime, days_after};

/// Whether an event is the end of a handover that was addressed to a principal abroad, for as long as an organisation whose
/// part ended stays involved.
#[must_use]
pub fn tells_of_end(
    principal: &Principal,
    path: &CarePath,
    (stamp, event): (&Stamp, &Event),
    now: DateTime,
    deadlines: &Deadlines,
) -> bool {
    let lately = || now <= days_after(stamp.recorded_at, deadlines.involvement_days);
    let theirs = || Abroad::of(principal).is_some_and(|abroad| path.ends_handover_to(abroad, event));
    rules::is_told_of_an_end(principal.actor.role()) && theirs() && lately() && !path.is_erased()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{HandoverDeclineReason, HandoverWithdrawReason};
    use crate::event::read;
    use crate::ids::EventId;
    use crate::path::testing::*;
    use crate::time::Occurred;
    use serde_json::json;

    fn told(who: &Principal, kind: &str, data: serde_json::Value, day: i64) -> bool {
        let text = json!({ "$private": "return", "value": "a clinic" });
        let proposed = json!({
            "handover": id_of_command(9), "country": "PL", "consent": id_of_command(1), "receiving_organisation": text,
            "receiving": "care-provider-pl",
        });
        let (proposed, end) = (read("handover_proposed", 2, proposed).unwrap(), read(kind, 1, data).unwrap());
        let mut told = false;
        given([signalled(), proposed, end.clone()]).then(|path| {
            let stamp = Stamp {
                event_id: EventId(id_of_command(50)),
                person_id: this_person(),
                occurred: Occurred::instant(evening(0)),
                recorded_at: evening(0),
                by: supporter().author(),
                caused_by: None,
            };
            told = tells_of_end(who, path, (&stamp, &end), evening(day), &Deadlines::default());
        });
        told
    }

    #[test]
    fn those_abroad_are_told_for_a_month_that_their_handover_is_over_and_others_nothing() {
        let withdrawn = json!({ "handover": id_of_command(9), "reason": HandoverWithdrawReason::ConsentWithdrawn });
        let declined = json!({ "handover": id_of_command(9), "reason": HandoverDeclineReason::NoPlace });
        for (kind, data) in [("handover_withdrawn", withdrawn), ("handover_declined", declined)] {
            for who in [liaison("PL"), receiving("PL")] {
                assert!(told(&who, kind, data.clone(), 0) && told(&who, kind, data.clone(), 30));
                assert!(!told(&who, kind, data.clone(), 31));
            }
            for who in [liaison("RO"), receiving("RO"), police(), night_shelter()] {
                assert!(!told(&who, kind, data.clone(), 0));
            }
        }
    }

    #[test]
    fn of_a_handover_that_goes_on_nothing_is_told_so() {
        let acknowledged = json!({ "handover": id_of_command(9) });
        assert!(!told(&liaison("PL"), "handover_acknowledged", acknowledged, 0));
    }
}
