//! What both targets share: a small path on which everything happened once, and what becomes of a command on it.

use std::sync::{Arc, LazyLock};

use care_path::command::{Command, Context, Decide};
use care_path::deadlines::Deadlines;
use care_path::directory::{Directory, Organisation, RegisterOrganisation};
use care_path::event::{Event, samples};
use care_path::figures::Figures;
use care_path::matching::Traits;
use care_path::path::Story;
use care_path::path::rights::Norms;
use care_path::sight::Sight;
use care_path::time::{DateTime, Occurred};
use care_path::views::{disclose_case_file, disclose_entry, progress};
use care_path::{Actor, CarePath, EventId, PersonId, Principal, Stamp};
use uuid::Uuid;

type Told = Vec<(Arc<Stamp>, Event)>;

struct Small {
    told: Told,
    path: CarePath,
    directory: Directory,
    deadlines: Deadlines,
    norms: Norms,
    figures: Figures,
    now: DateTime,
}

static SMALL: LazyLock<Small> = LazyLock::new(|| {
    let now: DateTime = "2026-01-10T21:00:00Z".parse().expect("a time");
    let ends = ["death_recorded", "subject_erased", "case_closed"];
    let happened = samples().expect("samples").into_iter().filter(|event| !ends.contains(&event.kind().name()));
    let told: Told = happened.enumerate().map(|(number, event)| (stamp(number, Occurred::instant(now), now), event)).collect();
    let path = CarePath::fold(told.iter().map(|(stamp, event)| (stamp, event)));
    let norms = Norms::from_json(include_str!("../../seeds/rights/2026-1.json")).expect("norms");
    let directory = ["night-shelter-rotterdam", "police-rotterdam", "municipality-rotterdam"].map(organisation);
    let directory = directory.into_iter().collect();
    Small { told, path, directory, deadlines: Deadlines::default(), norms, figures: Figures::default(), now }
});

fn organisation(id: &str) -> Organisation {
    let kind = if id.starts_with("police") { "police" } else { "night_shelter" };
    let written = format!(r#"{{"organisation_id": "{id}", "name": "{id}", "kind": "{kind}", "municipality": "rotterdam"}}"#);
    serde_json::from_str::<RegisterOrganisation>(&written).expect("an organisation").organisation()
}

/// The coordinator, who may see and do most.
pub fn coordinator() -> Principal {
    let municipality = "rotterdam".parse().expect("a slug");
    Principal {
        user: "somebody".parse().expect("a slug"),
        organisation: "municipality-rotterdam".parse().expect("a slug"),
        actor: Actor::ProcessCoordinator { municipality },
    }
}

fn stamp(number: usize, occurred: Occurred, recorded_at: DateTime) -> Arc<Stamp> {
    let event_id = EventId(Uuid::from_u128(0x9000 + number as u128));
    Arc::new(Stamp { event_id, person_id: PersonId(Uuid::nil()), occurred, recorded_at, by: coordinator().author(), caused_by: None, moved: None })
}

/// Ids of things that there are on the path, and of one that there is not.
pub fn subjects() -> &'static [Uuid] {
    static SUBJECTS: LazyLock<Vec<Uuid>> = LazyLock::new(|| {
        let mut found = vec![Uuid::nil()];
        let data = SMALL.told.iter().filter_map(|(_, event)| event.data().ok());
        let text = data.map(|data| data.to_string()).collect::<String>();
        found.extend(text.split('"').filter_map(|each| Uuid::try_parse(each).ok()));
        found.sort_unstable();
        found.dedup();
        found
    });
    &SUBJECTS
}

/// Decides a command, folds in what happened, derives what waits, and shows it.
pub fn live(command: Command, occurred: Option<Occurred>) {
    let by = coordinator();
    let small = &*SMALL;
    let occurred = occurred.unwrap_or(Occurred::instant(small.now));
    let context = Context {
        now: small.now,
        occurred,
        by: &by,
        person_id: PersonId(Uuid::nil()),
        members: &[PersonId(Uuid::nil())],
        id: Uuid::from_u128(7),
        directory: &small.directory,
        figures: &small.figures,
        is_full: false,
        deadlines: &small.deadlines,
        norms: &small.norms,
        nobody: false,
    };
    let Ok(events) = command.decide((), &small.path, &context) else { return };
    let mut story = Story { events: small.told.clone(), path: small.path.clone() };
    for (number, event) in events.iter().enumerate() {
        let stamp = stamp(small.told.len() + number, occurred, small.now);
        story.tell(stamp.clone(), event.clone());
        let path = &story.path;
        if let Some(sight) = Sight::of(&by, path, small.now, &small.deadlines, &small.directory) {
            let _ = disclose_entry(&sight, &stamp, event).map(|entry| serde_json::to_string(&entry));
        }
    }
    let path = story.path;
    let _ = path.timers(&small.deadlines, &small.directory);
    let _ = (path.open_tasks(small.now, &small.deadlines, &small.directory), Traits::of(&path).map(|traits| traits.keys()));
    if let Some(sight) = Sight::of(&by, &path, small.now, &small.deadlines, &small.directory) {
        let progress = progress(&sight, small.told.iter().map(|(stamp, event)| (&**stamp, event)));
        let _ = serde_json::to_string(&disclose_case_file(&sight, PersonId(Uuid::nil()), progress, &[]));
    }
}
