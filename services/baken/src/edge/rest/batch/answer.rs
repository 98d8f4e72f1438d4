//! What a line of a batch is answered: the receipt or the problem that its route would answer with, in one line.

use actix_web::web::Bytes;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::{ExecuteError, Receipt};
use crate::edge::caller::RequestId;
use crate::edge::problem::{Problem, ProblemDetails};
use crate::edge::rest::receipt::ReceiptBody;

/// The answer to one line.
#[derive(Serialize, ToSchema)]
pub struct BatchAnswer {
    /// The number of the line in the body, from 1, blank lines counted.
    pub line: u64,
    /// The line's own id, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// 201 recorded, 200 recorded when it was first sent; else what the problem says.
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemDetails>,
}

impl BatchAnswer {
    /// The answer to a line.
    #[must_use]
    pub fn of(line: u64, id: Option<Uuid>, request: RequestId, answered: Result<Receipt, Problem>) -> Self {
        match answered {
            Ok(receipt) => {
                let status = if receipt.repeated { 200 } else { 201 };
                Self { line, id, status, receipt: Some(ReceiptBody::of(&receipt)), problem: None }
            }
            Err(problem) => {
                problem.log(request);
                let problem = in_line(&problem, request);
                Self { line, id, status: problem.status, receipt: None, problem: Some(problem) }
            }
        }
    }

    /// It as a line.
    #[must_use]
    pub fn text(&self) -> Bytes {
        let mut text = serde_json::to_vec(self).unwrap_or_default();
        text.push(b'\n');
        text.into()
    }
}

/// What a decision says of a field, it says of the command's body: in a line with a command, of a batch or of an evening,
/// that is `data`.
#[must_use]
pub fn in_line(problem: &Problem, request: RequestId) -> ProblemDetails {
    let mut details = problem.details_of(request);
    if matches!(problem, Problem::Execute(ExecuteError::Refused(_))) {
        let pointers = details.errors.iter_mut().flatten().filter_map(|error| error.pointer.as_mut());
        for pointer in pointers.filter(|pointer| *pointer != "/occurred_at") {
            pointer.insert_str(0, "/data");
        }
    }
    details
}
