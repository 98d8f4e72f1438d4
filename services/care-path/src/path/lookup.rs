//! Finding one among many in a few steps, where each would otherwise be compared with each: a path may be long.

use std::sync::Arc;

use super::Stamp;
use super::tasks::recorded;
use crate::ids::EventId;
use crate::time::DateTime;

/// Things in one order, each with a rank in another. It finds the first from a place on whose rank is high enough.
pub(super) struct Lookup<K, R, T> {
    /// In their order.
    things: Vec<(K, T)>,
    /// The highest rank below each node of a binary tree, whose leaves are the things: the children of `n` are at `2n`
    /// and `2n + 1`.
    highest: Vec<Option<R>>,
}

impl<K: Ord, R: Ord + Clone, T: Copy> Lookup<K, R, T> {
    pub(super) fn new(things: impl IntoIterator<Item = (K, R, T)>) -> Self {
        let mut things: Vec<_> = things.into_iter().collect();
        things.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let leaves = things.len().next_power_of_two();
        let mut highest = vec![None; 2 * leaves];
        let rank_of_each = highest[leaves..].iter_mut().zip(&things);
        rank_of_each.for_each(|(leaf, (_, rank, _))| *leaf = Some(rank.clone()));
        for node in (1..leaves).rev() {
            highest[node] = highest[2 * node].clone().max(highest[2 * node + 1].clone());
        }
        Self { things: things.into_iter().map(|(key, _, thing)| (key, thing)).collect(), highest }
    }

    /// The first thing that does not come before the place and whose rank is enough. What is enough stays so for any
    /// higher rank.
    pub(super) fn first(&self, comes_before: impl Fn(&K) -> bool, is_enough: impl Fn(&R) -> bool) -> Option<T> {
        let from = self.things.partition_point(|(key, _)| comes_before(key));
        let leaf = self.descend(1, self.highest.len() / 2, 0, from, &is_enough)?;
        Some(self.things[leaf].1)
    }

    /// The first leaf below a node, which has `width` of them beginning at `left`.
    fn descend(
        &self,
        node: usize,
        width: usize,
        left: usize,
        from: usize,
        is_enough: &impl Fn(&R) -> bool,
    ) -> Option<usize> {
        if left + width <= from || !self.highest[node].as_ref().is_some_and(is_enough) {
            return None;
        }
        if width == 1 {
            return Some(left);
        }
        let half = width / 2;
        self.descend(2 * node, half, left, from, is_enough)
            .or_else(|| self.descend(2 * node + 1, half, left + half, from, is_enough))
    }
}

/// What may answer a cause: visits, notes, beds, returns into sight.
pub(super) struct Answers<'a>(Lookup<(DateTime, EventId), DateTime, &'a Arc<Stamp>>);

impl<'a> FromIterator<&'a Arc<Stamp>> for Answers<'a> {
    fn from_iter<I: IntoIterator<Item = &'a Arc<Stamp>>>(stamps: I) -> Self {
        let each = |stamp: &'a Arc<Stamp>| (recorded(stamp), stamp.occurred.latest(), stamp);
        Self(Lookup::new(stamps.into_iter().map(each)))
    }
}

impl Answers<'_> {
    /// Whether something answers a cause: it was recorded after it, by somebody who could know of it, and did not happen
    /// before it.
    pub(super) fn has_one_to(&self, cause: &Stamp) -> bool {
        self.0.first(|answer| *answer <= recorded(cause), |latest| *latest >= cause.occurred.at).is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_looking_at_each_would_find(
            things in prop::collection::vec((0_u8..20, 0_u8..20), 0..40), from in 0_u8..22, enough in 0_u8..22,
        ) {
            let lookup = Lookup::new(things.iter().map(|thing| (thing.0, thing.1, thing)));
            let mut in_order: Vec<_> = things.iter().collect();
            in_order.sort_by_key(|thing| thing.0);
            let expected = in_order.into_iter().find(|thing| thing.0 >= from && thing.1 >= enough);
            prop_assert_eq!(lookup.first(|key| *key < from, |rank| *rank >= enough), expected);
        }
    }
}
