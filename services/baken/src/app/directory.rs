//! The directory: how a command about it finds its stream and is decided, how what is configured is brought in, and what is
//! shown of it.

use std::sync::Arc;

use care_path::Principal;
use care_path::codes::{LocationType, Offering, OrgKind, TargetGroup};
use care_path::command::{Command, CommandKind, Refusal, WithoutPerson};
use care_path::directory::{Directory, DirectoryRefusal, RegisterOrganisation};
use care_path::event::Event;
use care_path::ids::{CorrelationId, Municipality, PersonId};
use care_path::text::Language;
use care_path::time::Night;
use care_path::views::{self, FacilityView, OrganisationView};
use uuid::Uuid;

use super::execute::{Aim, Target};
use super::page::{Edge, Mark, Page, PageRequest};
use super::{Baken, CodeListView, ExecuteError, LabelLanguage, QueryError, Request, code_list};
use crate::event_log::StreamName;
use crate::history::{Idempotency, Purpose, Stream};

/// Which organisations a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganisationsFilter {
    pub kind: Option<OrgKind>,
    pub municipality: Option<Municipality>,
    pub offering: Option<Offering>,
    /// By the language itself: who asks for `pl` is told of `pl-PL` too.
    pub language: Option<Language>,
    /// Those that are meant for a group, and those that are meant for everybody.
    pub target_group: Option<TargetGroup>,
}

/// Which facilities a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacilitiesFilter {
    pub municipality: Option<Municipality>,
    pub location_type: Option<LocationType>,
    /// Those with a free place tonight, as far as the principal is told, or without.
    pub free_tonight: Option<bool>,
}

impl OrganisationsFilter {
    fn fits(&self, view: &OrganisationView) -> bool {
        let speaks = |asked: &Language| view.languages.iter().any(|spoken| spoken.is_a(asked));
        self.kind.is_none_or(|kind| view.kind == kind)
            && self.municipality.as_ref().is_none_or(|named| view.municipality.as_ref() == Some(named))
            && self.offering.is_none_or(|offering| view.offerings.contains(&offering))
            && self.language.as_ref().is_none_or(speaks)
            && self
                .target_group
                .is_none_or(|group| view.target_groups.is_empty() || view.target_groups.contains(&group))
    }
}

impl FacilitiesFilter {
    fn fits(&self, view: &FacilityView) -> bool {
        self.municipality.as_ref().is_none_or(|named| view.municipality.as_ref() == Some(named))
            && self.location_type.is_none_or(|asked| view.location_type == asked)
            && self.free_tonight.is_none_or(|asked| view.free_tonight.is_some_and(|free| (free > 0) == asked))
    }
}

impl Baken {
    /// A page of the organisations that take part, as far as the principal is shown them, by id.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn organisations(
        &self,
        principal: &Principal,
        filter: &OrganisationsFilter,
        page: &PageRequest,
    ) -> Result<Page<OrganisationView>, QueryError> {
        let after = page.after_name()?;
        let (world, tonight) = (self.world.read(), Night::ahead(self.clock.now()));
        let rest = world.directory().all().filter(|each| after.as_deref().is_none_or(|after| each.id.as_str() > after));
        let shown = rest.filter_map(|each| {
            let revision = world.revision_of(&each.id).unwrap_or_default();
            let mut view = views::disclose_organisation(principal, each, revision, world.directory(), tonight)?;
            let own = view.facilities.take();
            let told = |own: FacilityView| self.with_free_places(principal, &world, own, tonight);
            view.facilities = own.map(|own| own.into_iter().map(told).collect());
            filter.fits(&view).then(|| Edge { mark: Mark::Name(each.id.to_string()), node: view, about: Vec::new() })
        });
        Ok(page.cut(shown))
    }

    /// A page of the facilities where people are taken in, as far as the principal is shown them, by id.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub fn facilities(
        &self,
        principal: &Principal,
        filter: &FacilitiesFilter,
        page: &PageRequest,
    ) -> Result<Page<FacilityView>, QueryError> {
        let after = page.after_name()?;
        let (world, tonight) = (self.world.read(), Night::ahead(self.clock.now()));
        let all = world.directory().facilities();
        let rest = all.filter(|(each, _)| after.as_deref().is_none_or(|after| each.id.as_str() > after));
        let shown = rest.filter_map(|(each, owner)| {
            let view = self.facility_view(principal, &world, (each, owner), tonight)?;
            filter.fits(&view).then(|| Edge { mark: Mark::Name(each.id.to_string()), node: view, about: Vec::new() })
        });
        Ok(page.cut(shown))
    }

    /// The directory as it is now, to keep while something is made of it.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.world.read().directory().clone()
    }

    /// A code list, with the organisations that take part among them, as far as the principal is shown them.
    #[must_use]
    pub fn code_list(&self, principal: &Principal, list: &str, language: LabelLanguage) -> Option<CodeListView> {
        code_list(principal, list, language, self.world.read().directory())
    }

    /// Registers the organisations that are configured and that the log does not have. What it has is left as it is. Says how
    /// many were registered.
    ///
    /// # Errors
    /// Where one is refused, or the log does not answer.
    pub async fn bring_in(&self, configured: &[RegisterOrganisation]) -> Result<usize, ExecuteError> {
        let mut registered = 0;
        for organisation in configured {
            let id = &organisation.organisation_id;
            if self.world.read().directory().find(id).is_some() {
                continue;
            }
            let principal = Principal::baken();
            // Of two nodes that start at once, one registers it: to the other that is a repeat.
            let key = format!("directory/{id}");
            let idempotency = Idempotency::of(&principal, &key, "POST", "/v1/organisations", id.as_str().as_bytes());
            let request = Request {
                principal,
                person_id: None,
                command: Command::RegisterOrganisation((), organisation.clone()),
                occurred: None,
                if_match: None,
                idempotency: Some(idempotency),
                correlation_id: CorrelationId(Uuid::nil()),
                causation_id: None,
                purpose: Purpose::default(),
            };
            self.execute(request).await?;
            registered += 1;
        }
        Ok(registered)
    }

    /// The stream of the directory that a command goes to.
    pub(super) fn entry(&self, request: &Request, named: Option<PersonId>, id: Uuid) -> Result<Aim, ExecuteError> {
        if named.is_some() {
            return Err(Refusal::Field { field: "person_id", message: "is nothing that this command takes" }.into());
        }
        let organisation = request.command.organisation(self.world.read().directory());
        // Ids of facilities are of all organisations: one change at a time.
        let turn = StreamName::new("directory");
        let stream = organisation.as_ref().map_or_else(|| turn.clone(), Stream::of_organisation);
        Ok(Aim { kind: Target::Directory(organisation), person: None, stream, turn, id })
    }
}

/// What happens to an entry of the directory, and the revision of its stream that the decision rests on.
pub(super) fn entry_decided(
    request: &Request,
    allowed: bool,
    is_there: bool,
    revision: Option<u64>,
    decide: impl FnOnce() -> Result<Vec<Event>, Refusal>,
) -> Result<(Vec<Event>, Option<u64>), ExecuteError> {
    debug_assert_eq!(request.command.kind().without_person(), Some(WithoutPerson::Directory));
    if !allowed {
        return Err(ExecuteError::Forbidden);
    }
    if !is_there {
        return Err(ExecuteError::NotFound);
    }
    if let (Some(expected), Some(actual)) = (request.if_match, revision)
        && expected != actual
        && request.command.kind() != CommandKind::RegisterOrganisation
    {
        return Err(ExecuteError::Stale { actual });
    }
    match decide() {
        Ok(events) => Ok((events, revision)),
        Err(Refusal::Directory(DirectoryRefusal::Unknown)) => Err(ExecuteError::NotFound),
        Err(refusal) => Err(refusal.into()),
    }
}
