//! What readers are shown of random histories, and what the reviewed table gives them: the two sides that the properties
//! compare.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::Serialize;
use serde_json::{Map, Value};

use super::super::{Sight, Standing};
use super::Reviewed;
use crate::actor::{Actor, Principal};
use crate::codes::DataClass;
use crate::deadlines::Deadlines;
use crate::directory::Directory;
use crate::event::{Event, Labels, erase, read};
use crate::fact::{Fact, Label, Origin, Reader, Visitor};
pub(super) use crate::path::random::{History, everybody, histories, principals};
use crate::path::testing::this_person;
use crate::path::{CarePath, Stamp};
use crate::policy::{Address, Category, Depth, Stands};
use crate::views::{
    disclose_case_file, disclose_entry, disclose_lost, disclose_phases, disclose_summary, disclose_tasks, last_known,
    progress,
};

/// The labels of what can be told of an event.
pub(super) fn labels_of(event: &Event) -> Vec<Label> {
    let mut labels = Labels::default();
    event.describe(Origin::derived(), &mut labels);
    labels.0
}

/// A reader of everything.
struct Everything;

impl Reader for Everything {
    fn shows(&self, _: &Label, _: &Origin<'_>) -> bool {
        true
    }
}

/// Collects the values of facts for a reader.
struct Values<'r, R>(&'r R, Map<String, Value>);

impl<'a, R: Reader> Visitor<'a> for Values<'_, R> {
    fn fact<T: Serialize>(&mut self, fact: Fact<'a, T>) {
        let name = fact.label().name;
        if let Some(value) = fact.shown_to(self.0) {
            self.1.insert(name.to_owned(), serde_json::to_value(value).unwrap());
        }
    }
}

/// All that an event says.
pub(super) fn all_of(event: &Event) -> Map<String, Value> {
    let mut values = Values(&Everything, Map::new());
    event.describe(Origin::derived(), &mut values);
    values.1
}

static DIRECTORY: LazyLock<Directory> = LazyLock::new(everybody);

/// How a reader stands to the person of a history, now.
pub(super) fn standing(who: &Principal, history: &History) -> Standing {
    Standing::of(who, &history.path, history.now, &Deadlines::default(), &DIRECTORY)
}

pub(super) fn sight<'a>(who: &'a Principal, history: &'a History) -> Option<Sight<'a>> {
    static DEADLINES: LazyLock<Deadlines> = LazyLock::new(Deadlines::default);
    Sight::of(who, &history.path, history.now, &DEADLINES, &DIRECTORY)
}

/// What the reviewed table's rows of reach call something that is addressed, as this reader meets it.
fn subject_of(address: &Address<'_>, who: &Principal, history: &History) -> Option<(&'static str, &'static str)> {
    let runs = |until: Option<_>| until.is_some_and(|until| until > history.now);
    match address {
        // That something was taken back is told as far as the entry was.
        Address::Case | Address::TakenBack { .. } => None,
        Address::Lookout { recipients, until, .. } => {
            Some(match (recipients.contains(&who.organisation), runs(*until)) {
                (true, true) => ("lookout_to_own", ""),
                (true, false) => ("lookout_to_own_that_is_over", ""),
                (false, _) => ("lookout_to_others", ""),
            })
        }
        Address::CareAlert { to, until, .. } => Some(match (**to == who.organisation, runs(*until)) {
            (true, true) => ("care_alert_to_own", ""),
            (true, false) => ("care_alert_to_own_that_is_over", ""),
            (false, _) => ("care_alert_to_others", ""),
        }),
        Address::Discharge { to, .. } => {
            let own = *to == Some(&who.organisation);
            Some((if own { "announced_discharge_to_own" } else { "announced_discharge_to_others" }, ""))
        }
        Address::Handover { country, receiving, stands, consented } => {
            // What somebody here is shown of a handover, the table gives for any.
            let to_country = match &who.actor {
                Actor::EmbassyLiaison { country: of } | Actor::Ambassador { country: of } => of == country,
                Actor::ReceivingProvider => false,
                _ => true,
            };
            let to_organisation = who.actor == Actor::ReceivingProvider && *receiving == Some(&who.organisation);
            Some(match (to_country, to_organisation, consented.is_some(), stands) {
                (true, _, true, Stands::Open) => ("open_handover_to_own_country", "given"),
                (true, _, true, Stands::Arrived(_)) => ("arrived_handover_to_own_country", "given"),
                (true, _, true, Stands::Over(_)) => ("ended_handover_to_own_country", "given"),
                (true, _, false, _) => ("handover_to_own_country", "withheld"),
                (false, true, true, Stands::Open) => ("open_handover_to_own_organisation", "given"),
                (false, true, true, Stands::Arrived(_)) => ("arrived_handover_to_own_organisation", "given"),
                (false, true, true, Stands::Over(_)) => ("ended_handover_to_own_organisation", "given"),
                (false, true, false, _) => ("handover_to_own_organisation", "withheld"),
                (false, false, _, _) => ("handover_elsewhere", "given"),
            })
        }
        Address::ReturnPreparation => Some(("preparation_of_a_return", "")),
    }
}

/// Whether the reviewed table gives a reader a fact.
pub(super) fn given(who: &Principal, history: &History, label: &Label, (stamp, event): (&Stamp, &Event)) -> bool {
    let reviewed = Reviewed::read();
    let stands = standing(who, history);
    let role = who.actor.role();
    let key = (role, stands.relation, stands.has_consent());
    let address = history.path.origin(stamp, event).address;
    let own = who.recorded(&stamp.by) && reviewed.shows_own(role, stands.consents, label.category, label.depth);
    let reached = subject_of(&address, who, history)
        .is_none_or(|(subject, consent)| reviewed.reaches(role, stands.relation, consent, subject));
    let consented = stands.consented.as_ref().is_none_or(|classes| classes.contains(&reviewed.consent(label.category)));
    let passes_on = matches!(&address, Address::Handover { consented: Some(classes), .. }
        if label.sealed.is_some_and(|class| classes.contains(&class) && reviewed.passes_on(role, class)));
    // Those who received a person read of the case what was told before the arrival, and of the handover what is told after it.
    let in_time = matches!(address, Address::Handover { .. }) || stamp.recorded_at <= stands.told_until;
    own || (reached && in_time && ((consented && reviewed.gives(key, label)) || passes_on))
}

/// The texts that were typed: `<17>`, wherever they are.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if text.starts_with('<') => vec![text.clone()],
        Value::Object(object) => object.values().flat_map(texts).collect(),
        Value::Array(array) => array.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    }
}

/// Where each text was recorded: no two that were typed are the same.
pub(super) fn whence(history: &History) -> BTreeMap<String, (&Event, Label, &Stamp)> {
    let mut lies = BTreeMap::new();
    for (stamp, event) in history.iter() {
        let whole = all_of(event);
        for label in labels_of(event) {
            for text in whole.get(label.name).into_iter().flat_map(texts) {
                lies.insert(text, (event, label, &**stamp));
            }
        }
    }
    lies
}

/// All that a reader is shown in one document: the case file, the line of lists, the timeline, the worklist, the list of
/// the lost.
pub(super) fn shown_to(who: &Principal, history: &History) -> Option<Value> {
    let sight = sight(who, history)?;
    let entries = || history.events.iter().map(|(stamp, event)| (&**stamp, event));
    let timeline: Vec<_> = history.iter().filter_map(|(stamp, event)| disclose_entry(&sight, stamp, event)).collect();
    let case_file = disclose_case_file(&sight, this_person(), progress(&sight, entries()), &[]);
    let summary = disclose_summary(&sight, this_person(), last_known(&sight, entries().rev()));
    let open_tasks = history.path.open_tasks(history.now, &Deadlines::default(), &everybody());
    let tasks = disclose_tasks(&sight, &open_tasks, this_person(), &everybody());
    let lost = disclose_lost(&sight, this_person(), &open_tasks);
    let phases = disclose_phases(&sight, history.iter(), history.path.heard());
    let shown = serde_json::json!({
        "case_file": case_file, "summary": summary, "timeline": timeline, "worklist": tasks, "lost": lost, "phases": phases,
    });
    Some(shown)
}

/// A history of other events.
pub(super) fn of_events(events: Vec<(Arc<Stamp>, Event)>, history: &History) -> History {
    let path = CarePath::fold(events.iter().map(|(stamp, event)| (stamp, event)));
    History { events, path, now: history.now }
}

/// The history as it is read when the keys of some classes are destroyed for some events.
pub(super) fn without(history: &History, destroyed: impl Fn(&Event, &Stamp, DataClass) -> bool) -> History {
    let erased = |(stamp, event): (&Arc<Stamp>, &Event)| {
        let (kind, mut data) = (event.kind(), event.data().unwrap());
        erase(&mut data, &|class| destroyed(event, stamp, class));
        (stamp.clone(), read(kind.name(), kind.version(), data).unwrap())
    };
    of_events(history.iter().map(erased).collect(), history)
}

/// Whether a reader sees anything at all by the reviewed table.
pub(super) fn sees_anything(who: &Principal, history: &History) -> bool {
    let reviewed = Reviewed::read();
    let (stands, role) = (standing(who, history), who.actor.role());
    let recorded = history.path.was_recorded_by(who);
    let key = (role, stands.relation, stands.has_consent());
    Category::ALL.into_iter().any(|category| {
        let consented = stands.consented.as_ref().is_none_or(|classes| classes.contains(&reviewed.consent(category)));
        (consented && reviewed.shows(key, (category, Depth::Minimal), false))
            || (recorded && reviewed.shows_own(role, stands.consents, category, Depth::Minimal))
    })
}
