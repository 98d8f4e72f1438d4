//! The policy as one table that a privacy officer can read and review: `api-spec/policy.csv`. It is written from the
//! functions that decide, every cell of them, and a test holds the checked-in file against them.
//!
//! Several tables in one, told apart by the first column:
//! `disclosure`: how much a role sees of a category, of what others and of what the own organisation recorded;
//! `released`: how much a role sees of a person whom another municipality released as somebody whom it may know;
//! `narrowed`: the facts by name that a role sees of a category, whatever their depth;
//! `reach`: whether a role reaches what is addressed to somebody, in a relation and with or without consent;
//! `arrived`: what a role abroad is shown after the arrival, by when it was told;
//! `end`: whether a role is told that what it was asked for is over;
//! `document`: whether a role is given the sealed document of a handover whose consent names its data class;
//! `consent`: the data class that a consent must name before a category leaves;
//! `access_log`: what a role may read of the record of who saw what of whom;
//! `figures`: which figures of the monitor a role may read;
//! `records`: whether a role is told how long records are kept, and what holds them;
//! `break_glass`: whether a role is told of every case that was opened in an emergency;
//! `turn_aways`: whose turn-aways a role may read, people among them whom nobody knows;
//! `call`: whom a task calls in, who then see whom it is about (relation `called`);
//! `warned`: whether an announced discharge involves the place that was warned of it;
//! `purpose`: whether a consent to a purpose decides anything; where not, it is not taken;
//! `command`: whether a role may send a command;
//! `event`: the category that tells that such an event happened, of a deadline by its task, of a retraction by its entry;
//! `field`: the category and the level at which a field of an event is seen, and the data class that it is sealed in;
//! `derived`: the same for what several events make;
//! `recorder`: what must be seen for the organisation and role of who recorded something to be told;
//! `phase`, `close_reason`: the category that a value tells of;
//! `count`: the smallest count that is told;
//! `directory`: which organisations a role is shown, and whether facilities, closed ones, and coordinators of others;
//! `place`: what it is told of a place, by how it stands to that: its own, in its municipality, or elsewhere.

use std::collections::BTreeMap;

use crate::actor::{Actor, Area, Principal};
use crate::codes::{CloseReason, Code, ConsentPurpose, DataClass, OrgKind, Phase, Role, TaskKind};
use crate::command::CommandKind;
use crate::event::{EventKind, Unreadable, fields};
use crate::fact::{Label, Labels};
use crate::ids::{Municipality, OrgId};
use crate::path::discharge::AnnouncedDischarge;
use crate::path::repatriation::Handover;
use crate::path::{CarePath, Seen, exception, lost, referral, repatriation, tasks};
use crate::policy::{
    Abroad, Address, Category, Depth, Level, Relation, Stands, disclosed, may, own_recordings, released, rules,
};
use crate::text::Country;
use crate::time::{DateTime, days_after};
use crate::views;

/// The names of the columns.
const COLUMNS: [&str; 9] =
    ["table", "subject", "relation", "consent", "category", "item", "answer", "own_recordings", "sealed_as"];

/// The whole policy as comma-separated values: one line of column names, then one line for each cell.
///
/// # Errors
/// Where a sample of the event catalogue cannot be read, which a test excludes.
pub fn csv() -> Result<String, Unreadable> {
    let mut table = Table(String::new());
    table.line(COLUMNS);
    for role in Role::ALL {
        for relation in Relation::ALL {
            disclosure(&mut table, *role, relation);
        }
    }
    for role in Role::ALL {
        for category in Category::ALL {
            let level = released(*role).level(category).name();
            table.line(["released", role.code(), "", "", category.name(), "", level, "", ""]);
        }
    }
    bounds(&mut table);
    for role in Role::ALL {
        for relation in Relation::ALL {
            for command in CommandKind::ALL {
                let answer = if may(*role, *command, relation) { "may" } else { "may_not" };
                table.line(["command", role.code(), relation.name(), "", "", command.name(), answer, "", ""]);
            }
        }
    }
    for kind in EventKind::ALL.iter().filter(|kind| kind.is_of_a_path()) {
        for (item, category, depth) in tells_of(*kind) {
            table.line(["event", kind.name(), "", "", category.name(), item, level(depth).name(), "", ""]);
        }
    }
    for kind in EventKind::ALL {
        for field in fields(*kind)? {
            let level = level(field.depth);
            let sealed = field.sealed.map_or("clear", Code::code);
            table.line(["field", kind.name(), "", "", field.category.name(), field.name, level.name(), "", sealed]);
        }
    }
    for (part, labels) in derived() {
        for label in labels {
            let sealed = label.sealed.map_or("", Code::code);
            let level = level(label.depth).name();
            table.line(["derived", part, "", "", label.category.name(), label.name, level, "", sealed]);
        }
    }
    values(&mut table);
    directory_rows(&mut table);
    Ok(table.0)
}

/// What can be told of parts of a path, by part. Some of it takes a rule to make, and is labelled beside the rule.
pub(super) fn derived() -> BTreeMap<&'static str, Vec<Label>> {
    let mut parts = BTreeMap::new();
    let mut add = |part: &'static str, labels: Vec<Label>| parts.entry(part).or_insert_with(Vec::new).extend(labels);
    add(CarePath::PART, CarePath::labels());
    add(CarePath::PART, vec![crate::path::MINOR, crate::path::VULNERABLE, views::LINKED, views::PHASES]);
    add(Seen::PART, Seen::labels());
    add("stay", vec![exception::HELD, exception::UNTIL, crate::path::stay::ENDED]);
    add(referral::Referral::PART, referral::Referral::labels());
    add(referral::Referral::PART, vec![referral::REASON_TO_THE_ASKED]);
    add(lost::Episode::PART, lost::Episode::labels());
    add(lost::Lookout::PART, lost::Lookout::labels());
    add(lost::CareAlert::PART, lost::CareAlert::labels());
    add(AnnouncedDischarge::PART, AnnouncedDischarge::labels());
    add(exception::ExceptionRequest::PART, exception::ExceptionRequest::labels());
    add(exception::ExceptionRequest::PART, vec![exception::ENDED]);
    add(Handover::PART, Handover::labels());
    add(Handover::PART, vec![repatriation::HAS_DOCUMENT]);
    add("return", vec![repatriation::PREPARED_FOR, repatriation::MISSING_CONDITIONS]);
    parts
}

/// What the cells of disclosure cannot say of a role.
fn bounds(table: &mut Table) {
    for role in Role::ALL {
        for category in Category::ALL {
            for name in rules::narrowed(*role, category).unwrap_or_default() {
                table.line(["narrowed", role.code(), "", "", category.name(), name, "shown", "", ""]);
            }
        }
    }
    for role in Role::ALL {
        for relation in Relation::ALL {
            for (subject, told) in told_ends(*role) {
                let answer = if told { "told" } else { "hidden" };
                table.line(["end", role.code(), relation.name(), "", "", subject, answer, "", ""]);
            }
            for (subject, consent, reaches) in reach(*role, relation) {
                let answer = if reaches { "reached" } else { "hidden" };
                table.line(["reach", role.code(), relation.name(), consent, "", subject, answer, "", ""]);
            }
        }
    }
    for role in Role::ALL {
        for (subject, shown) in after_arrival(*role) {
            let answer = if shown { "shown" } else { "hidden" };
            table.line(["arrived", role.code(), "", "given", "", subject, answer, "", ""]);
        }
    }
    for role in Role::ALL {
        let classes = [DataClass::Medical];
        let document = handover(Country::NETHERLANDS, None, Stands::Open, Some(&classes));
        let answer = if document.passes_on(*role, Some(DataClass::Medical)) { "passes_on" } else { "does_not" };
        table.line(["document", role.code(), "", "given", "medical", "document", answer, "", "medical"]);
    }
    for role in Role::ALL {
        table.line(["access_log", role.code(), "", "", "", "", rules::access_log_of(*role).name(), "", ""]);
        table.line(["figures", role.code(), "", "", "", "", rules::figures_of(*role).name(), "", ""]);
        let told = if rules::keeps_records(*role) { "told" } else { "none" };
        table.line(["records", role.code(), "", "", "", "", told, "", ""]);
        let told = if rules::oversees_break_glass(*role) { "told" } else { "none" };
        table.line(["break_glass", role.code(), "", "", "", "", told, "", ""]);
        table.line(["turn_aways", role.code(), "", "", "", "", rules::turn_aways_of(*role).name(), "", ""]);
    }
    for task in TaskKind::ALL {
        if let Some(called) = rules::calls_in(*task) {
            table.line(["call", task.code(), "", "", "", "", called.name(), "", ""]);
        }
    }
    for (stands, name) in rules::Warned::ALL {
        let answer = if rules::involves_the_warned(stands) { "involved" } else { "not" };
        table.line(["warned", name, "", "", "", "", answer, "", ""]);
    }
    for purpose in ConsentPurpose::ALL {
        let answer = if rules::decides(*purpose) { "decides" } else { "not_taken" };
        table.line(["purpose", purpose.code(), "", "", "", "", answer, "", ""]);
    }
    for category in Category::ALL {
        let class = rules::consented_as(category).code();
        table.line(["consent", "", "", "given", category.name(), "", class, "", ""]);
    }
}

/// A country that has an embassy, and another that has none here.
fn countries() -> Option<[Country; 2]> {
    Some(["PL".parse().ok()?, Country::NETHERLANDS])
}

/// Whether a role reaches what is addressed, to itself or to others, while it runs and afterwards.
fn reach(role: Role, relation: Relation) -> Vec<(&'static str, &'static str, bool)> {
    let Some([home, elsewhere]) = countries() else { return Vec::new() };
    let (Some(reader), Some(other)) = (reader(role), organisation("other")) else { return Vec::new() };
    let (own, others) = ([reader.organisation.clone()], [other]);
    let (now, later) = (DateTime::UNIX_EPOCH, Some(DateTime::MAX_UTC));
    let classes = [DataClass::Identity];
    let given = Some(classes.as_slice());
    let addresses = [
        ("lookout_to_own", "", Address::Lookout { recipients: &own, until: later, ended: None }),
        ("lookout_to_own_that_is_over", "", Address::Lookout { recipients: &own, until: None, ended: Some(now) }),
        ("lookout_to_others", "", Address::Lookout { recipients: &others, until: later, ended: None }),
        ("care_alert_to_own", "", Address::CareAlert { to: &own[0], until: later, ended: None }),
        ("care_alert_to_own_that_is_over", "", Address::CareAlert { to: &own[0], until: None, ended: Some(now) }),
        ("care_alert_to_others", "", Address::CareAlert { to: &others[0], until: later, ended: None }),
        ("announced_discharge_to_own", "", Address::Discharge { to: own.first(), ended: None }),
        ("announced_discharge_to_others", "", Address::Discharge { to: others.first(), ended: None }),
        ("open_handover_to_own_country", "given", handover(home, None, Stands::Open, given)),
        ("arrived_handover_to_own_country", "given", handover(home, None, Stands::Arrived(now), given)),
        ("ended_handover_to_own_country", "given", handover(home, None, Stands::Over(now), given)),
        ("handover_to_own_country", "withheld", handover(home, None, Stands::Open, None)),
        ("open_handover_to_own_organisation", "given", handover(elsewhere, own.first(), Stands::Open, given)),
        (
            "arrived_handover_to_own_organisation",
            "given",
            handover(elsewhere, own.first(), Stands::Arrived(now), given),
        ),
        ("ended_handover_to_own_organisation", "given", handover(elsewhere, own.first(), Stands::Over(now), given)),
        ("handover_to_own_organisation", "withheld", handover(elsewhere, own.first(), Stands::Open, None)),
        ("handover_elsewhere", "given", handover(elsewhere, others.first(), Stands::Open, given)),
        ("preparation_of_a_return", "", Address::ReturnPreparation),
    ];
    let asked = addresses.into_iter();
    asked.map(|(subject, consent, address)| (subject, consent, address.reaches(&reader, relation, now))).collect()
}

fn handover<'a>(
    country: Country,
    receiving: Option<&'a OrgId>,
    stands: Stands,
    consented: Option<&'a [DataClass]>,
) -> Address<'a> {
    Address::Handover { country, receiving, stands, consented }
}

/// What a role abroad is shown of a person who arrived there, as their consent names it.
fn after_arrival(role: Role) -> Vec<(&'static str, bool)> {
    let Some([home, _]) = countries() else { return Vec::new() };
    let Some(reader) = reader(role).filter(|reader| Abroad::of(reader).is_some()) else { return Vec::new() };
    let (classes, told) = ([DataClass::Identity], DateTime::UNIX_EPOCH);
    let arrived = handover(home, Some(&reader.organisation), Stands::Arrived(told), Some(&classes));
    let until = arrived.tells_of_the_case_until(&reader);
    let is_told = |address: Address<'_>, at: DateTime| until.is_some_and(|until| address.is_told(Some(at), until));
    vec![
        ("case_told_before_the_arrival", is_told(Address::Case, told)),
        ("case_told_after_the_arrival", is_told(Address::Case, days_after(told, 1))),
        ("handover_told_after_the_arrival", is_told(arrived, days_after(told, 1))),
    ]
}

/// Whether a role is told, in whatever relation, that what it was asked for is over.
fn told_ends(role: Role) -> Vec<(&'static str, bool)> {
    let Some([home, elsewhere]) = countries() else { return Vec::new() };
    let Some(reader) = reader(role) else { return Vec::new() };
    let (own, now) = ([reader.organisation.clone()], DateTime::UNIX_EPOCH);
    let ended = Some(now);
    let addresses = [
        ("lookout_to_own", Address::Lookout { recipients: &own, until: None, ended }),
        ("care_alert_to_own", Address::CareAlert { to: &own[0], until: None, ended }),
        ("announced_discharge_to_own", Address::Discharge { to: own.first(), ended }),
        ("taken_back_from_own", Address::TakenBack { from: &own[0], since: now }),
        ("handover_to_own_country", handover(home, None, Stands::Over(now), None)),
        ("handover_to_own_organisation", handover(elsewhere, own.first(), Stands::Over(now), None)),
    ];
    addresses.into_iter().map(|(subject, address)| (subject, address.tells_end_to(&reader, now))).collect()
}

fn organisation(name: &str) -> Option<OrgId> {
    name.parse().ok()
}

/// A reader of a role.
fn reader(role: Role) -> Option<Principal> {
    let municipality: Municipality = "rotterdam".parse().ok()?;
    let [country, _] = countries()?;
    let actor = match role {
        Role::ProcessCoordinator => Actor::ProcessCoordinator { municipality },
        Role::ShelterWorker => Actor::ShelterWorker,
        Role::OutreachWorker => Actor::OutreachWorker { municipality },
        Role::CareProvider => Actor::CareProvider,
        Role::ClientSupporter => Actor::ClientSupporter,
        Role::MunicipalAssessor => Actor::MunicipalAssessor { municipality },
        Role::Police => Actor::Police,
        Role::EmbassyLiaison => Actor::EmbassyLiaison { country },
        Role::ReceivingProvider => Actor::ReceivingProvider,
        Role::Ambassador => Actor::Ambassador { country },
        Role::MonitorAnalyst => Actor::MonitorAnalyst { area: Area::National },
        Role::PrivacyOfficer => Actor::PrivacyOfficer,
        Role::Administrator => Actor::Administrator,
        Role::System => Actor::System,
    };
    Some(Principal { user: "reader".parse().ok()?, organisation: organisation("own")?, actor })
}

/// What single values tell of.
fn values(table: &mut Table) {
    for role in Role::ALL {
        if let Some((category, depth)) = rules::recorder_tells_of(*role) {
            table.line(["recorder", role.code(), "", "", category.name(), "", level(depth).name(), "", ""]);
        }
    }
    for phase in Phase::ALL {
        let category = rules::phase_tells_of(*phase).name();
        table.line(["phase", phase.code(), "", "", category, "", "minimal", "", ""]);
    }
    for reason in CloseReason::ALL {
        let category = rules::close_reason_tells_of(*reason).name();
        table.line(["close_reason", reason.code(), "", "", category, "", "full", "", ""]);
    }
    let smallest = rules::SMALLEST_COUNT.to_string();
    table.line(["count", Role::Ambassador.code(), "", "", "return", "handovers", &smallest, "", ""]);
}

fn level(depth: Depth) -> Level {
    match depth {
        Depth::Minimal => Level::Minimal,
        Depth::Full => Level::Full,
    }
}

/// What a type of event tells of; of a deadline that passed, for each task; of a retraction, by what the entry tells of.
pub(super) fn tells_of(kind: EventKind) -> Vec<(&'static str, Category, Depth)> {
    if let Some(told) = rules::tells_of_presence(kind) {
        return vec![("", kind.category(), Depth::Minimal), (told, Category::Presence, Depth::Minimal)];
    }
    if matches!(kind, EventKind::EntryRetracted | EventKind::EntryMoved) {
        // Whoever may know of the entry is told that it was taken back, or moved.
        return Category::ALL.into_iter().map(|category| (category.name(), category, Depth::Minimal)).collect();
    }
    if kind != EventKind::DeadlinePassed {
        return vec![("", kind.category(), Depth::Minimal)];
    }
    let of_task = |task: &TaskKind| {
        let (category, depth) = tasks::tells_of(*task);
        (task.code(), category, depth)
    };
    TaskKind::ALL.iter().map(of_task).collect()
}

/// What of the directory a role is shown. The second column has the role, the third how it stands to the place.
fn directory_rows(table: &mut Table) {
    use crate::policy::directory as rules;
    let answer = |shown: bool| if shown { "shown" } else { "hidden" };
    for role in Role::ALL {
        for kind in OrgKind::ALL {
            let shown = answer(rules::shows_organisations(*role, *kind));
            table.line(["directory", role.code(), "", "", "", kind.code(), shown, "", ""]);
        }
        for (item, shown) in [
            ("facilities", rules::shows_facilities(*role)),
            ("closed", rules::keeps_the_directory(*role)),
            ("coordinators_of_others", rules::keeps_the_directory(*role)),
        ] {
            table.line(["directory", role.code(), "", "", "", item, answer(shown), "", ""]);
        }
        for (place, name) in rules::Places::ALL {
            let secret = answer(rules::shows_secret_address(*role, place));
            table.line(["place", role.code(), name, "", "", "secret_address", secret, "", ""]);
            let free = answer(rules::shows_free_places(*role, place));
            table.line(["place", role.code(), name, "", "", "free_places", free, "", ""]);
            let evenings = answer(rules::shows_evenings(*role, place));
            table.line(["place", role.code(), name, "", "", "evenings", evenings, "", ""]);
        }
    }
    for kind in OrgKind::ALL.iter().filter(|kind| rules::has_secret_address(**kind)) {
        table.line(["place", kind.code(), "", "", "", "address", "secret", "", ""]);
    }
}

/// Consent has lines of its own only where it changes an answer.
fn disclosure(table: &mut Table, role: Role, relation: Relation) {
    let matters = disclosed(role, relation, true) != disclosed(role, relation, false)
        || own_recordings(role, true) != own_recordings(role, false);
    let consents: &[(&str, bool)] = if matters { &[("given", true), ("withheld", false)] } else { &[("any", false)] };
    for (consent, given) in consents {
        for category in Category::ALL {
            let others = disclosed(role, relation, *given).level(category).name();
            let own = own_recordings(role, *given).level(category).name();
            let relation = relation.name();
            table.line(["disclosure", role.code(), relation, consent, category.name(), "", others, own, ""]);
        }
    }
}

/// Cells are names and need no quoting.
struct Table(String);

impl Table {
    fn line(&mut self, cells: [&str; COLUMNS.len()]) {
        self.0.push_str(&cells.join(","));
        self.0.push('\n');
    }
}
