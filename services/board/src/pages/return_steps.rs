//! How far a return is: what the person said last, and which steps are done.

use care_path::codes::{ConsentPurpose, HandoverState, ReturnWish};
use care_path::policy::rules::covers_a_handover;
use care_path::text::Country;
use care_path::time::{DateTime, Occurred};
use care_path::views::{ConsentView, HandoverView, NotedView, OptionsView, RefusalView, ReturnView};

/// One time that going back was talked about.
pub(super) enum Talk<'a> {
    Options(&'a OptionsView),
    Refusal(&'a RefusalView),
}

impl Talk<'_> {
    pub(super) fn wish(&self) -> Option<ReturnWish> {
        match self {
            Self::Options(talk) => talk.wish,
            Self::Refusal(_) => Some(ReturnWish::DoesNotWantToReturn),
        }
    }

    pub(super) fn noted(&self) -> &NotedView {
        match self {
            Self::Options(talk) => &talk.noted,
            Self::Refusal(refusal) => &refusal.noted,
        }
    }

    /// When it counts as said: a no as late as it may have been.
    fn said(&self) -> DateTime {
        let NotedView { occurred_at: at, occurred_precision: precision, .. } = *self.noted();
        let is_no = self.wish() == Some(ReturnWish::DoesNotWantToReturn);
        if is_no { Occurred { at, precision }.latest() } else { at }
    }
}

/// The talks in the order in which they count: the last one is the person's last word.
pub(super) fn talks(going_back: &ReturnView) -> Vec<Talk<'_>> {
    let options = going_back.options.iter().flatten().map(Talk::Options);
    let mut talks: Vec<_> = options.chain(going_back.refusals.iter().flatten().map(Talk::Refusal)).collect();
    talks.sort_by_key(|talk| (talk.said(), talk.noted().recorded_at));
    talks
}

/// What the person said last.
pub(super) fn last_word(going_back: &ReturnView) -> Option<ReturnWish> {
    talks(going_back).iter().filter_map(Talk::wish).next_back()
}

/// Whether there is a consent for the country of a return, and whether it covers what a handover tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Consented {
    Nothing,
    TooLittle,
    Enough,
}

/// How far a return is, by its steps.
pub(super) struct Steps<'a> {
    /// For which country.
    pub(super) country: Option<Country>,
    pub(super) wants: bool,
    /// When the person was last here again after they had left: what was said and arranged before that counts no more.
    here_again: Option<DateTime>,
    pub(super) is_arranged: bool,
    pub(super) consented: Consented,
    pub(super) is_under_way: bool,
    /// The last handover, unless the person is here again after it: earlier ones are behind them.
    pub(super) handover: Option<&'a HandoverView>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(going_back: &'a ReturnView) -> Self {
        let country = going_back.prepared_for;
        let handovers = || going_back.handovers.iter().flatten();
        let here_again = handovers().filter_map(|each| each.here_again_at).max();
        let behind = |each: &HandoverView| each.here_again_at.map(|here| each.arrived_at.unwrap_or(here));
        let since = handovers().filter_map(behind).max();
        let is_new = |at: DateTime| since.is_none_or(|since| at >= since);
        let talks = talks(going_back);
        let last_word = talks.iter().rfind(|talk| talk.wish().is_some()).filter(|talk| is_new(talk.said()));
        let is_for = |consent: &&ConsentView| {
            consent.withdrawn_at.is_none()
                && is_new(consent.noted.occurred_at)
                && consent.purpose == ConsentPurpose::Repatriation
                && country.is_some()
                && consent.recipient_country == country
        };
        let consents = going_back.consents.iter().flatten().filter(is_for);
        let classes: Vec<_> = consents.map(|consent| consent.data_classes.as_deref().unwrap_or_default()).collect();
        Self {
            country,
            wants: last_word.is_some_and(|talk| talk.wish() == Some(ReturnWish::WantsToReturn)),
            here_again,
            is_arranged: country.is_some() && going_back.missing_conditions.as_ref().is_some_and(Vec::is_empty),
            consented: match classes.as_slice() {
                [] => Consented::Nothing,
                classes if classes.iter().any(|classes| covers_a_handover(classes)) => Consented::Enough,
                _ => Consented::TooLittle,
            },
            is_under_way: handovers().any(|each| each.state.is_some_and(HandoverState::is_open)),
            handover: handovers().next_back().filter(|each| each.here_again_at.is_none()),
        }
    }

    pub(super) fn has_reached(&self, states: &[HandoverState]) -> bool {
        self.handover.and_then(|handover| handover.state).is_some_and(|state| states.contains(&state))
    }

    /// Since when the person is here again, where another return would begin anew.
    pub(super) fn starts_again(&self) -> Option<DateTime> {
        self.here_again.filter(|_| !self.is_under_way)
    }

    /// The country that a handover can be proposed to.
    pub(super) fn ready_for(&self) -> Option<Country> {
        self.country
            .filter(|_| self.wants && self.is_arranged && self.consented == Consented::Enough && !self.is_under_way)
    }
}
