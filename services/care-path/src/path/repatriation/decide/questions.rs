//! Decisions on questions within a handover: those abroad ask, those here answer.

use serde::Deserialize;

use crate::codes::HandoverState;
use crate::command::{Context, Decide, Refusal};
use crate::event::Event;
use crate::ids::{HandoverId, QuestionId};
use crate::path::CarePath;
use crate::path::repatriation::{HandoverQuestionAnswered, HandoverQuestionAsked, RepatriationEvent, ReturnRefusal};
use crate::text::Text;

/// Until the person has arrived there is something to ask.
const WHILE_OPEN: [HandoverState; 4] =
    [HandoverState::Proposed, HandoverState::Acknowledged, HandoverState::Accepted, HandoverState::Departed];

/// Asks this side something about the handover.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskHandoverQuestion {
    pub question: Text,
}

impl Decide for AskHandoverQuestion {
    type Subject = HandoverId;

    fn decide(self, handover: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        path.moving(handover, at, &WHILE_OPEN)?;
        let (question_id, question) = (QuestionId(at.id), self.question.into());
        Ok(RepatriationEvent::HandoverQuestionAsked(HandoverQuestionAsked { handover, question_id, question }).into())
    }
}

/// Answers a question about the handover.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AnswerHandoverQuestion {
    /// Which question. The path of a request names it already; a line of a batch names it here.
    pub question_id: Option<QuestionId>,
    pub answer: Text,
}

impl Decide for AnswerHandoverQuestion {
    type Subject = HandoverId;

    fn decide(self, id: HandoverId, path: &CarePath, at: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        let question_id = self.question_id.ok_or(Refusal::field("question_id", "is required"))?;
        let handover = path.moving(id, at, &WHILE_OPEN)?;
        let question = handover.question(question_id).ok_or(ReturnRefusal::UnknownQuestion)?;
        if question.answered.is_some() {
            return Err(ReturnRefusal::QuestionAlreadyAnswered.into());
        }
        let answered = HandoverQuestionAnswered { handover: id, question_id, answer: self.answer.into() };
        Ok(RepatriationEvent::HandoverQuestionAnswered(answered).into())
    }
}
