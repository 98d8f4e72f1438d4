//! Commands as calls of the REST interface, for tests over HTTP and for the calls that `baken demo` prints.

use care_path::PersonId;
use care_path::command::CommandKind;
use care_path::ids::UserId;
use serde_json::Value;
use uuid::Uuid;

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Post,
    Delete,
}

impl Method {
    /// Its name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A call of the REST interface.
#[derive(Clone, PartialEq)]
pub struct RestCall {
    /// Whose token it takes.
    pub user: UserId,
    pub method: Method,
    /// The path, from `/v1` on.
    pub path: String,
    /// The value of `Idempotency-Key`.
    pub key: String,
    pub body: Value,
}

/// The method and path of a command; `None` for what no caller may send, and where an id is missing that the path has.
#[must_use]
pub fn rest_path(kind: CommandKind, person: Option<PersonId>, subject: Option<Uuid>) -> Option<(Method, String)> {
    match place(kind) {
        Place::Top(path) => Some((Method::Post, format!("/v1/{path}"))),
        Place::Person(part) => Some((Method::Post, format!("/v1/persons/{}/{part}", person?))),
        Place::Part(part, action) => {
            Some((Method::Post, format!("/v1/persons/{}/{part}/{}/{action}", person?, subject?)))
        }
        Place::Removed(part) => Some((Method::Delete, format!("/v1/persons/{}/{part}/{}", person?, subject?))),
        Place::Nowhere => None,
    }
}

enum Place {
    Top(&'static str),
    Person(&'static str),
    Part(&'static str, &'static str),
    Removed(&'static str),
    /// The watch alone does it.
    Nowhere,
}

fn place(kind: CommandKind) -> Place {
    use CommandKind as C;
    use Place::{Nowhere, Part, Person, Removed, Top};
    match kind {
        C::ReportSignal => Top("signals"),
        C::TurnAway => Top("turn-aways"),
        C::RecordContact => Person("contacts"),
        C::UpdateIdentity => Person("identity"),
        C::LinkPersons => Person("links"),
        C::UnlinkPersons => Removed("links"),
        C::DismissMatch => Part("matches", "dismiss"),
        C::RecordIntake => Person("intakes"),
        C::AssignBed => Person("beds"),
        C::ReleaseBed => Part("beds", "release"),
        C::RecordAttendance => Person("attendances"),
        C::RecordNoShow => Person("no-shows"),
        C::ObserveIncident => Person("incidents"),
        C::AssessRights => Person("rights-assessments"),
        C::RecordIndDecision => Person("ind-decisions"),
        C::RecordInsurance => Person("insurance"),
        C::FileUninsuredReport => Person("uninsured-reports"),
        C::Refer => Person("referrals"),
        C::AcceptReferral => Part("referrals", "accept"),
        C::DeclineReferral => Part("referrals", "decline"),
        C::WaitlistReferral => Part("referrals", "waitlist"),
        C::WithdrawReferral => Part("referrals", "withdraw"),
        C::StartCare => Part("referrals", "start"),
        C::EndCare => Part("referrals", "end"),
        C::RecordDropout => Part("referrals", "dropout"),
        C::MarkOutOfSight => Person("out-of-sight"),
        C::IssueLookout => Person("lookouts"),
        C::AcknowledgeLookout => Part("lookouts", "acknowledge"),
        C::ReportSighting => Part("lookouts", "sightings"),
        C::ResolveLookout => Part("lookouts", "resolve"),
        C::FileCareAlert => Person("care-alerts"),
        C::AnswerCareAlert => Part("care-alerts", "answer"),
        C::RequestException => Person("exceptions"),
        C::DecideException => Part("exceptions", "decision"),
        C::ReportDischarge => Person("discharges"),
        C::PresentReturnOptions => Person("return-options"),
        C::EvidenceReturnCondition => Person("return-conditions"),
        C::GiveConsent => Person("consents"),
        C::WithdrawConsent => Part("consents", "withdraw"),
        C::ProposeHandover => Person("handovers"),
        C::AcknowledgeHandover => Part("handovers", "acknowledge"),
        C::AcceptHandover => Part("handovers", "accept"),
        C::DeclineHandover => Part("handovers", "decline"),
        C::AttachHandoverDocument => Part("handovers", "document"),
        C::RecordDeparture => Part("handovers", "departure"),
        C::ConfirmArrival => Part("handovers", "arrival"),
        C::RecordFollowUp => Part("handovers", "follow-ups"),
        C::WithdrawHandover => Part("handovers", "withdraw"),
        C::AssignCoordinator => Person("coordinator"),
        C::AddNote => Person("notes"),
        C::CloseCase => Person("close"),
        C::ReopenCase => Person("reopen"),
        C::RecordDeath => Person("death"),
        C::PlaceHold => Person("holds"),
        C::LiftHold => Part("holds", "lift"),
        C::ExpireLookout | C::OvertakeException | C::PassDeadline => Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PERSON: PersonId = PersonId(Uuid::from_u128(1));
    const SUBJECT: Uuid = Uuid::from_u128(2);

    #[test]
    fn the_paths_are_those_of_the_contract() {
        let path = |kind, subject| rest_path(kind, Some(PERSON), subject).unwrap().1;
        assert_eq!(path(CommandKind::ReportSignal, None), "/v1/signals");
        assert_eq!(path(CommandKind::RecordNoShow, None), format!("/v1/persons/{PERSON}/no-shows"));
        let sighting = path(CommandKind::ReportSighting, Some(SUBJECT));
        assert_eq!(sighting, format!("/v1/persons/{PERSON}/lookouts/{SUBJECT}/sightings"));
        let unlinked = rest_path(CommandKind::UnlinkPersons, Some(PERSON), Some(SUBJECT));
        assert_eq!(unlinked, Some((Method::Delete, format!("/v1/persons/{PERSON}/links/{SUBJECT}"))));
    }

    #[test]
    fn every_command_has_a_path_of_its_own_but_those_of_the_watch() {
        let paths: BTreeSet<_> = CommandKind::ALL
            .iter()
            .filter_map(|kind| rest_path(*kind, Some(PERSON), Some(SUBJECT)))
            .map(|(method, path)| (method.name(), path))
            .collect();
        assert_eq!(paths.len(), CommandKind::ALL.len() - 3);
    }

    #[test]
    fn every_path_is_one_that_is_served() {
        let document = crate::edge::openapi::document();
        let served: Vec<_> = document.paths.paths.keys().map(|path| parts(path)).collect();
        for kind in CommandKind::ALL {
            let Some((_, path)) = rest_path(*kind, Some(PERSON), Some(SUBJECT)) else { continue };
            assert!(served.contains(&parts(&path)), "{path}");
        }
    }

    /// The parts of a path, with every id as a blank.
    fn parts(path: &str) -> Vec<String> {
        let blank = |part: &str| part.starts_with('{') || Uuid::parse_str(part).is_ok();
        path.split('/').map(|part| if blank(part) { String::new() } else { part.to_owned() }).collect()
    }

    #[test]
    fn a_path_that_lacks_an_id_is_none() {
        assert_eq!(rest_path(CommandKind::RecordContact, None, None), None);
        assert_eq!(rest_path(CommandKind::ResolveLookout, Some(PERSON), None), None);
    }
}
