//! Finding somebody again: by name, in whatever spelling, and by what else is known of them. Only what the reader is shown of a
//! person makes them fit. What a search tells by the time that it takes is said in docs/decisions/0026.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use access_log::Action;
use care_path::matching::{Fit, Sought};
use care_path::views::{self, PersonSummaryView};
use care_path::{PersonId, Principal};

use super::guard::of_many;
use super::page::{Edge, Mark, Page, PageRequest};
use super::reading::Reading;
use super::{Baken, PersonsFilter, QueryError};
use crate::projections::{Reach, World};

/// No search is answered sooner. What the reader may find but not see takes time too, far less than this.
pub(super) const SOONEST: Duration = Duration::from_millis(10);

/// Where a person stands in the answer: the best fit first, then by id.
type Place = (Reverse<i32>, PersonId);

/// What a search took, beside its answer.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effort {
    /// Words that were compared.
    pub compared: usize,
    /// Persons whom something of that may make fit.
    pub candidates: usize,
    /// Persons who were looked at.
    pub looked_at: usize,
}

impl Baken {
    /// A page of the persons who fit what is known of somebody, the best fit first. A person who is known by several ids is
    /// there once.
    ///
    /// # Errors
    /// Where the cursor is not one.
    pub async fn search(
        &self,
        reader: &Reading,
        sought: &Sought,
        filter: &PersonsFilter,
        page: &PageRequest,
    ) -> Result<Page<PersonSummaryView>, QueryError> {
        let answered = tokio::time::Instant::now() + SOONEST;
        let found = self.search_at_once(reader, sought, filter, page).map(|(page, _)| page);
        tokio::time::sleep_until(answered).await;
        found
    }

    /// Those of whom somebody was told the number: see [`PersonId::number`]. Whoever has several ids is there once.
    pub async fn numbered(&self, reader: &Reading, number: &str) -> Vec<PersonSummaryView> {
        let answered = tokio::time::Instant::now() + SOONEST;
        let found = {
            let world = self.world.read();
            let cases = world.cases().filter(|case| case.members.iter().any(|id| id.number() == number));
            let shown: Vec<_> = cases.filter_map(|case| self.summary(reader, &world, case)).collect();
            shown.into_iter().map(|(view, disclosed)| {
                reader.shown(disclosed);
                view
            })
        };
        let found = found.collect();
        reader.acts(Action::Search);
        tokio::time::sleep_until(answered).await;
        found
    }

    pub(super) fn search_at_once(
        &self,
        reader: &Reading,
        sought: &Sought,
        filter: &PersonsFilter,
        page: &PageRequest,
    ) -> Result<(Page<PersonSummaryView>, Effort), QueryError> {
        let after = page.after_ranked()?.map(|(score, id)| (Reverse(score), PersonId(id)));
        let world = self.world.read();
        let finder = world.finder();
        let candidates = finder.candidates(&Reach::of(reader), sought);
        // How well each may fit at the best: by names that this reader may not be shown, too.
        let best = |id: &PersonId| Some((Reverse(sought.at_best(finder.of(*id)?)?), *id));
        let mut by_best: Vec<Place> = candidates.cases.iter().filter_map(best).collect();
        by_best.sort_unstable();
        let mut effort =
            Effort { compared: candidates.compared, candidates: candidates.cases.len(), ..Effort::default() };
        let mut found = Found { wanted: page.wanted(), fits: BTreeMap::new() };
        for place in by_best {
            if found.is_beyond(place) {
                break;
            }
            effort.looked_at += 1;
            let fit = self.fit(reader, &world, place.1, sought, filter);
            let fit = fit.map(|fit| ((Reverse(fit.score), place.1), fit));
            let is_after = |(Reverse(score), id): &Place| after < Some((Reverse(i64::from(*score)), *id));
            found.fits.extend(fit.filter(|(place, _)| is_after(place)));
        }
        let shown = found.fits.into_iter().filter_map(|((Reverse(score), id), fit)| {
            let (view, disclosed) = self.summary(reader, &world, world.case(id)?)?;
            Some(Edge { mark: Mark::Ranked(score.into(), id.0), node: view.with_matched(fit), about: vec![disclosed] })
        });
        reader.acts(Action::Search);
        Ok((reader.shown_on(page.cut(shown)), effort))
    }

    /// How well a person fits, by what the reader is shown of them.
    fn fit(
        &self,
        principal: &Principal,
        world: &World,
        id: PersonId,
        sought: &Sought,
        filter: &PersonsFilter,
    ) -> Option<Fit> {
        let (case, known) = (world.case(id)?, world.finder().of(id)?);
        let fit = of_many(case, || views::disclose_fit(&self.sight(principal, world, case)?, sought, known))?;
        let everybody = *filter == PersonsFilter::default();
        (everybody || filter.fits(&self.summary(principal, world, case)?.0)).then_some(fit)
    }
}

/// The first of those who fit, after a place.
struct Found {
    wanted: usize,
    fits: BTreeMap<Place, Fit>,
}

impl Found {
    /// Whether there are as many as are wanted who all come before whoever fits no better than at this place.
    fn is_beyond(&self, place: Place) -> bool {
        self.fits.keys().nth(self.wanted - 1).is_some_and(|last| *last <= place)
    }
}
