//! What a write answers.

use care_path::ids::{
    BedId, BreakGlassId, CareAlertId, ConsentId, DischargeId, ExceptionId, HandoverId, HoldId, LookoutId, NoteId,
    QuestionId, ReferralId,
};
use care_path::{EventId, PersonId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{Created, MovedTo, Receipt};
use crate::edge::caller::RequestId;
use crate::edge::problem::{Problem, ProblemDetails};

macro_rules! receipt {
    ($( $field:ident : $id:ident ),+ $(,)?) => {
        /// What was recorded, and the id of what was created.
        #[derive(Debug, Clone, Default, Serialize, ToSchema)]
        #[schema(as = Receipt)]
        pub struct ReceiptBody {
            /// Whose path it was recorded on; absent where people whom nobody knows were counted.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub person_id: Option<PersonId>,
            pub event_ids: Vec<EventId>,
            /// The revision that the case now has, as the caller sees it: the `ETag`.
            pub revision: u64,
            /// The position of the log that was reached: send it as `Baken-Position` to read what you wrote.
            pub position: u64,
            $(
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$id>,
            )+
            /// Where an entry was moved to, and what was recorded there.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub moved_to: Option<MovedToBody>,
            /// What each of those in `together_with` was answered, in their order.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            #[schema(no_recursion)]
            pub together: Vec<CompanionAnswer>,
        }

        impl ReceiptBody {
            fn name(&mut self, created: Created) {
                match created.name {
                    $( stringify!($field) => self.$field = Some($id(created.id)), )+
                    _ => {}
                }
            }
        }
    };
}

/// What was recorded for somebody who comes together with the person, or why nothing was.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompanionAnswer {
    pub person_id: PersonId,
    /// 201 recorded, 200 recorded when it was first sent; else what the problem says.
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub receipt: Option<Box<ReceiptBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemDetails>,
}

impl CompanionAnswer {
    /// The answer for one of them.
    #[must_use]
    pub fn of(person_id: PersonId, request: RequestId, answered: Result<Receipt, Problem>) -> Self {
        match answered {
            Ok(receipt) => {
                let status = if receipt.repeated { 200 } else { 201 };
                Self { person_id, status, receipt: Some(Box::new(ReceiptBody::of(&receipt))), problem: None }
            }
            Err(problem) => {
                problem.log(request);
                let problem = problem.details_of(request);
                Self { person_id, status: problem.status, receipt: None, problem: Some(problem) }
            }
        }
    }
}

/// Where an entry was moved to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = MovedTo)]
pub struct MovedToBody {
    pub person_id: PersonId,
    /// What was recorded there.
    pub event_ids: Vec<EventId>,
    /// The revision that that case now has, as the caller sees it.
    pub revision: u64,
}

impl MovedToBody {
    fn of(moved: &MovedTo) -> Self {
        Self { person_id: moved.person_id, event_ids: moved.event_ids.clone(), revision: moved.revision }
    }
}

receipt! {
    bed_id: BedId,
    referral_id: ReferralId,
    lookout_id: LookoutId,
    care_alert_id: CareAlertId,
    discharge_id: DischargeId,
    exception_id: ExceptionId,
    consent_id: ConsentId,
    handover_id: HandoverId,
    question_id: QuestionId,
    note_id: NoteId,
    hold_id: HoldId,
    break_glass_id: BreakGlassId,
}

impl ReceiptBody {
    /// The body that tells of a receipt.
    #[must_use]
    pub fn of(receipt: &Receipt) -> Self {
        let mut body = Self {
            person_id: receipt.person_id,
            event_ids: receipt.event_ids.clone(),
            revision: receipt.revision,
            position: receipt.position.0,
            moved_to: receipt.moved_to.as_ref().map(MovedToBody::of),
            ..Self::default()
        };
        if let Some(created) = receipt.created {
            body.name(created);
        }
        body
    }
}

#[cfg(test)]
mod tests {
    use care_path::command::CommandKind;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_receipt_tells_the_id_of_everything_that_a_command_creates() {
        for name in CommandKind::ALL.iter().filter_map(|kind| kind.creates()) {
            let mut body = ReceiptBody::default();
            body.name(Created { name, id: Uuid::max() });
            let told = serde_json::to_value(&body).unwrap();
            assert_eq!(told[name], serde_json::json!(Uuid::max()), "{name}");
        }
    }
}
