//! The access log, read: all of it by a privacy officer, and of one person who saw them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use access_log::{Access, AccessError, Action, Asks, Numbered, Of, Outcome, Surface};
use care_path::PersonId;
use care_path::codes::Role;
use care_path::ids::{BreakGlassId, CorrelationId, OrgId, UserId};
use care_path::policy::rules::{AccessLogOf, access_log_of};
use care_path::policy::{Categories, Category, Relation};
use care_path::sight::Disclosed;
use care_path::time::DateTime;
use serde::Serialize;
use tamper_evidence::NotaryError;
use utoipa::ToSchema;

use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use super::{Baken, QueryError};

/// Records of a person that are read in one go.
pub(super) const STRETCH: usize = 1_000;

/// Whose records are asked for: all, unless one of these is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessFilter {
    pub person: Option<PersonId>,
    pub user: Option<UserId>,
    pub organisation: Option<OrgId>,
    pub period: Period,
}

/// From when and until when, the end not among it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    pub from: Option<DateTime>,
    pub until: Option<DateTime>,
}

/// Why the access log is not shown.
#[derive(Debug, thiserror::Error)]
pub enum AccessQueryError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error("the role may not read the access log")]
    Forbidden,
    #[error(transparent)]
    Log(#[from] AccessError),
    #[error(transparent)]
    Notary(#[from] NotaryError),
}

/// A record: who saw what of whom, when and how.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessView {
    pub at: DateTime,
    /// The `X-Request-Id` of the answer.
    pub request_id: CorrelationId,
    #[schema(value_type = String, example = "rest")]
    pub surface: Surface,
    #[schema(value_type = String, example = "read")]
    pub action: Action,
    /// What was asked for, without ids and names.
    pub operation: String,
    #[schema(value_type = String, example = "shown")]
    pub outcome: Outcome,
    pub user: UserId,
    pub role: Role,
    pub organisation: OrgId,
    #[schema(value_type = Option<String>, example = "192.0.2.1")]
    pub address: Option<IpAddr>,
    pub persons: Vec<AccessedView>,
}

/// A person of whom something was shown.
#[serde_with::skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccessedView {
    pub person_id: PersonId,
    /// The relation that the reader stood in to the person: why the policy gave it.
    #[schema(value_type = String, example = "involved")]
    pub relation: Relation,
    /// Where the case was open to the reader in an emergency: by which id.
    pub break_glass_id: Option<BreakGlassId>,
    /// What of: categories of the policy's table. Empty where no more was shown than that there is such a person.
    #[schema(value_type = Vec<String>)]
    pub categories: Vec<Category>,
}

/// An organisation whose people saw a person, in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenByView {
    pub organisation: OrgId,
    pub role: Role,
    pub first_at: DateTime,
    pub last_at: DateTime,
    /// How often something was shown.
    pub times: u64,
    /// What of, in all.
    #[schema(value_type = Vec<String>)]
    pub categories: Vec<Category>,
}

impl From<Disclosed> for AccessedView {
    fn from(disclosed: Disclosed) -> Self {
        let Disclosed { person_id, relation, break_glass_id, categories } = disclosed;
        Self { person_id, relation, break_glass_id, categories: categories.iter().collect() }
    }
}

impl From<Numbered> for Edge<AccessView> {
    fn from(Numbered { number, access }: Numbered) -> Self {
        let Access { at, asks, outcome, user, role, organisation, persons } = access;
        let Asks { request_id, surface, action, operation, address } = asks;
        let persons = persons.into_iter().map(AccessedView::from).collect();
        let node = AccessView {
            at,
            request_id,
            surface,
            action,
            operation,
            outcome,
            user,
            role,
            organisation,
            address,
            persons,
        };
        Self { mark: Mark::Number(number), node, about: Vec::new() }
    }
}

impl Baken {
    /// A page of the access log, the latest first.
    ///
    /// # Errors
    /// Where the role may not read it, the cursor is not one, or the store does not answer.
    pub async fn accesses(
        &self,
        reader: &Reading,
        filter: &AccessFilter,
        page: &PageRequest,
    ) -> Result<Page<AccessView>, AccessQueryError> {
        if access_log_of(reader.actor.role()) != AccessLogOf::Everybody {
            return Err(AccessQueryError::Forbidden);
        }
        let AccessFilter { person, user, organisation, period } = filter.clone();
        let before = match (page.after_number()?, period.until) {
            (Some(after), _) => Some(after),
            (None, Some(until)) => Some(self.first_access_at(until).await?),
            (None, None) => None,
        };
        let of = match (person, user, organisation) {
            (Some(person), ..) => Of::Persons(self.ids_of(person)),
            (None, Some(user), _) => Of::User(user),
            (None, None, Some(organisation)) => Of::Organisation(organisation),
            (None, None, None) => Of::Everybody,
        };
        reader.reviews(person);
        let mut found = self.access.read(of, before, page.wanted()).await?;
        found.retain(|record| period.from.is_none_or(|from| record.access.at >= from));
        Ok(page.cut(found.into_iter().map(Edge::from)))
    }

    /// The number of the first record from a time on; the next number where there is none. Records are numbered in the order
    /// in which they were made, as far as the clocks of nodes that share the log agree.
    pub(super) async fn first_access_at(&self, at: DateTime) -> Result<u64, AccessError> {
        let newest = self.access.read(Of::Everybody, None, 1).await?.first().map_or(0, |newest| newest.number);
        // Below `low` all are earlier; from `high` on none is.
        let (mut low, mut high) = (1, newest + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            // What was removed was earlier still.
            let record = self.access.read(Of::Everybody, Some(middle + 1), 1).await?;
            if record.first().is_none_or(|record| record.access.at < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// Who saw a person: by organisation and role, who saw them last first.
    ///
    /// # Errors
    /// Where there is no such person, or none for this reader; the role may not read it; or the store does not answer.
    pub async fn who_saw(&self, reader: &Reading, person: PersonId) -> Result<Vec<SeenByView>, AccessQueryError> {
        let ids = self.whose_accesses(reader, person)?;
        let (mut seen, mut before) = (BTreeMap::<_, SeenBy>::new(), None);
        loop {
            let stretch = self.access.read(Of::Persons(ids.clone()), before, STRETCH).await?;
            for Numbered { access, .. } in &stretch {
                if access.outcome == Outcome::Hidden {
                    continue;
                }
                let by = seen.entry((access.organisation.clone(), access.role));
                by.or_insert_with(|| SeenBy::none(access.at)).count(access, &ids);
            }
            before = stretch.last().map(|last| last.number);
            if stretch.len() < STRETCH {
                break;
            }
        }
        let mut views: Vec<_> =
            seen.into_iter().map(|((organisation, role), by)| by.view(organisation, role)).collect();
        views.sort_by_key(|view| std::cmp::Reverse(view.last_at));
        Ok(views)
    }

    /// All ids of the person whose accesses this reader is about to see.
    pub(super) fn whose_accesses(&self, reader: &Reading, person: PersonId) -> Result<Vec<PersonId>, AccessQueryError> {
        match access_log_of(reader.actor.role()) {
            AccessLogOf::Everybody => {}
            AccessLogOf::Person => self.seen(reader, person, |_, _, _| ())?,
            AccessLogOf::Nobody => return Err(AccessQueryError::Forbidden),
        }
        reader.reviews(Some(person));
        Ok(self.ids_of(person))
    }

    /// All ids of the human being who has this one.
    fn ids_of(&self, person: PersonId) -> Vec<PersonId> {
        let world = self.world.read();
        world.case(person).map_or_else(|| vec![person], |case| case.members.clone())
    }
}

/// How often, when and what of an organisation saw of a person.
struct SeenBy {
    first_at: DateTime,
    last_at: DateTime,
    times: u64,
    categories: Categories,
}

impl SeenBy {
    fn none(at: DateTime) -> Self {
        Self { first_at: at, last_at: at, times: 0, categories: Categories::default() }
    }

    fn count(&mut self, access: &Access, ids: &[PersonId]) {
        self.first_at = self.first_at.min(access.at);
        self.last_at = self.last_at.max(access.at);
        self.times += 1;
        for disclosed in access.persons.iter().filter(|disclosed| ids.contains(&disclosed.person_id)) {
            self.categories = self.categories.and(disclosed.categories);
        }
    }

    fn view(self, organisation: OrgId, role: Role) -> SeenByView {
        let Self { first_at, last_at, times, categories } = self;
        SeenByView { organisation, role, first_at, last_at, times, categories: categories.iter().collect() }
    }
}
