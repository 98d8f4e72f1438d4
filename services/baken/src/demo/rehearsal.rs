//! Plays scripts and simulations on paths in memory: the same sight, policy and decisions as the write path has, and
//! no service around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use care_path::command::{Context, Decide};
use care_path::deadlines::Deadlines;
use care_path::directory::Directory;
use care_path::event::Event;
use care_path::path::Story;
use care_path::path::rights::Norms;
use care_path::policy::{Relation, may};
use care_path::sight::Sight;
use care_path::time::DateTime;
use care_path::{CarePath, EventId, PersonId, Principal, Stamp};
use uuid::Uuid;

use super::Scripted;

/// The paths of all that were played, as of a time.
pub struct Rehearsal {
    pub now: DateTime,
    pub directory: Directory,
    pub deadlines: Deadlines,
    pub stories: BTreeMap<PersonId, Story>,
    pub events: usize,
    norms: Norms,
}

impl Rehearsal {
    pub fn at(now: DateTime) -> Self {
        let (directory, norms) = (super::directory().unwrap(), super::norms().unwrap());
        Self { now, directory, deadlines: Deadlines::default(), stories: BTreeMap::new(), events: 0, norms }
    }

    /// Plays one command; what happened, or why it may not.
    pub fn play(&mut self, scripted: &Scripted) -> Result<Vec<Event>, String> {
        let why = |what: &str| format!("{} ({} by {}): {what}", scripted.key, scripted.kind.name(), scripted.by.user);
        let command = scripted.command().map_err(|error| why(&error.to_string()))?;
        if scripted.occurred.at > self.now {
            return Err(why("lies in the future"));
        }
        let person = scripted.person.or(scripted.opens());
        let path = match scripted.person {
            Some(known) => self.stories.get(&known).ok_or_else(|| why("no such person"))?.path.clone(),
            None => CarePath::default(),
        };
        let role = scripted.by.actor.role();
        let allowed = if scripted.person.is_some() {
            let sight = self.sight(&scripted.by, &path).ok_or_else(|| why("the person is hidden"))?;
            may(role, scripted.kind, sight.relation())
        } else {
            may(role, scripted.kind, Relation::None) || may(role, scripted.kind, Relation::Region)
        };
        if !allowed {
            return Err(why("the policy does not allow it"));
        }
        let context = Context {
            now: self.now,
            occurred: scripted.occurred,
            by: &scripted.by,
            person_id: person.unwrap_or(PersonId(Uuid::nil())),
            members: &[],
            id: scripted.creates(),
            directory: &self.directory,
            figures: &care_path::figures::Figures::default(),
            is_full: false,
            deadlines: &self.deadlines,
            norms: &self.norms,
            nobody: person.is_none(),
        };
        let events = command.decide((), &path, &context).map_err(|refusal| why(&refusal.to_string()))?;
        self.events += events.len();
        if let Some(person) = person {
            self.take_in(person, scripted, &events);
        }
        Ok(events)
    }

    fn take_in(&mut self, person: PersonId, scripted: &Scripted, events: &[Event]) {
        let story = self.stories.entry(person).or_default();
        for (index, event) in events.iter().enumerate() {
            let stamp = Stamp {
                event_id: EventId(Uuid::from_u128((self.events + index) as u128)),
                person_id: person,
                occurred: scripted.occurred,
                recorded_at: self.now,
                by: scripted.by.author(),
                caused_by: None,
                moved: None,
            };
            story.tell(Arc::new(stamp), event.clone());
        }
    }

    /// What a principal sees of a path.
    pub fn sight<'a>(&'a self, principal: &'a Principal, path: &'a CarePath) -> Option<Sight<'a>> {
        Sight::of(principal, path, self.now, &self.deadlines, &self.directory)
    }
}
