//! Decisions about a return.

mod handover;
mod preparing;
mod questions;

pub use handover::{
    AcceptHandover, AcknowledgeHandover, AttachHandoverDocument, ConfirmArrival, DeclineHandover, ProposeHandover,
    RecordDeparture, RecordFollowUp, StopHandover, WithdrawHandover,
};
pub use preparing::{EvidenceReturnCondition, GiveConsent, PresentReturnOptions, RefuseReturn, WithdrawConsent};
pub use questions::{AnswerHandoverQuestion, AskHandoverQuestion};
