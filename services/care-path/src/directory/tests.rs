use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::actor::Actor;
use crate::command::{CommandKind, Context, Decide, Refusal};
use crate::deadlines::Deadlines;
use crate::event::Event;
use crate::ids::PersonId;
use crate::path::CarePath;
use crate::path::testing::{evening, night_shelter, norms, principal, shelter24};
use crate::time::Occurred;

fn administrator() -> Principal {
    principal("operations", Actor::Administrator)
}

/// A directory in a test, and what the last command answered.
struct Told {
    directory: Directory,
    by: Principal,
    last: Result<Vec<Event>, Refusal>,
}

/// Commands are the administrator's unless said otherwise.
fn given(directory: Directory) -> Told {
    Told { directory, by: administrator(), last: Ok(vec![]) }
}

impl Told {
    #[track_caller]
    #[allow(clippy::needless_pass_by_value)] // tests read better with a literal
    fn when(mut self, kind: CommandKind, body: Value) -> Self {
        let command = kind.read(None, &body).unwrap_or_else(|error| panic!("{error}"));
        let (now, deadlines, norms) = (evening(0), Deadlines::default(), norms());
        let context = Context {
            now,
            occurred: Occurred::instant(now),
            by: &self.by,
            person_id: PersonId(Uuid::nil()),
            members: &[],
            id: Uuid::nil(),
            directory: &self.directory,
            figures: &crate::figures::Figures::default(),
            is_full: false,
            deadlines: &deadlines,
            norms: &norms,
            nobody: false,
        };
        self.last = command.decide((), &CarePath::default(), &context);
        for event in self.last.iter().flatten() {
            let Event::Directory(event) = event else { panic!("it is about the directory") };
            self.directory.take_in(event, now);
        }
        self
    }

    fn by(self, by: Principal) -> Self {
        Self { by, ..self }
    }

    #[track_caller]
    fn refused(&self, code: &str, message: &str) {
        let refusal = self.last.as_ref().unwrap_err();
        assert_eq!((refusal.code(), refusal.to_string().as_str()), (code, message));
    }

    fn facility(&self, id: &str) -> &Facility {
        self.directory.facility(&id.parse().unwrap()).unwrap().0
    }
}

fn a_shelter() -> Value {
    json!({
        "organisation_id": "night-shelter-rotterdam", "name": "Night shelter", "kind": "night_shelter",
        "municipality": "rotterdam", "offerings": ["night_bed", "night_bed"], "languages": ["pl", "PL"],
        "opening_times": [{"day": "monday", "opens": "20:00", "closes": "08:00"}], "phone": "+31 10 123 4567",
        "facilities": [{
            "facility_id": "beds", "name": "Beds", "location_type": "night_shelter_eu", "cut_off": "23:00", "places": 20
        }],
    })
}

fn with_a_shelter() -> Told {
    given(Directory::default()).when(CommandKind::RegisterOrganisation, a_shelter())
}

fn night(day: u32) -> Night {
    Night::on(NaiveDate::from_ymd_opt(2026, 1, day).unwrap())
}

#[test]
fn an_organisation_is_registered_with_its_facilities_and_their_places_from_this_night_on() {
    let told = with_a_shelter();
    let names: Vec<_> = told.last.as_ref().unwrap().iter().map(|event| event.kind().name()).collect();
    assert_eq!(names, ["organisation_registered", "facility_registered", "capacity_set"]);
    let shelter = told.directory.find(&"night-shelter-rotterdam".parse().unwrap()).unwrap();
    assert_eq!((shelter.offerings.len(), shelter.languages.len(), shelter.closures.is_closed()), (1, 1, false));
    let beds = told.facility("beds");
    assert_eq!(
        (beds.places_in(night(9)), beds.places_in(night(10)), beds.places_in(night(31))),
        (None, Some(20), Some(20))
    );
}

#[test]
fn an_id_is_of_one_organisation_and_of_one_facility() {
    let code = "organisation_already_registered";
    with_a_shelter()
        .when(CommandKind::RegisterOrganisation, a_shelter())
        .refused(code, "an organisation of this id is registered already");
    let mut baken = a_shelter();
    baken["organisation_id"] = json!("baken");
    given(Directory::default())
        .when(CommandKind::RegisterOrganisation, baken)
        .refused(code, "an organisation of this id is registered already");
    let mut other = a_shelter();
    other["organisation_id"] = json!("another");
    with_a_shelter()
        .when(CommandKind::RegisterOrganisation, other.clone())
        .refused("facility_already_registered", "a facility of this id is registered already");
    other["facilities"] = json!([
        {"facility_id": "twice", "name": "One", "location_type": "drop_in"},
        {"facility_id": "twice", "name": "Two", "location_type": "drop_in"},
    ]);
    with_a_shelter()
        .when(CommandKind::RegisterOrganisation, other)
        .refused("invalid_field", "facilities: must have an id each");
}

#[test]
fn a_facility_that_two_nodes_registered_at_once_is_the_firsts() {
    let mut directory = with_a_shelter().directory;
    let other: OrgId = "another".parse().unwrap();
    let shelter = directory.find(&"night-shelter-rotterdam".parse().unwrap()).unwrap().clone();
    let (profile, facility) = (shelter.profile.clone(), shelter.facilities[0].clone());
    let registered = OrganisationRegistered { organisation: other.clone(), profile };
    directory.take_in(&DirectoryEvent::OrganisationRegistered(registered), evening(0));
    let (facility, profile) = (facility.id, facility.profile);
    let second = FacilityRegistered { organisation: other.clone(), facility: facility.clone(), profile };
    directory.take_in(&DirectoryEvent::FacilityRegistered(second), evening(0));
    assert_eq!(directory.facility(&facility).unwrap().1.id, shelter.id);
    assert!(directory.find(&other).unwrap().facilities.is_empty());
}

#[test]
fn who_meets_people_says_in_which_municipality_and_who_receives_them_in_which_country() {
    for (kind, field) in [("night_shelter", "municipality"), ("outreach_team", "municipality"), ("embassy", "country")]
    {
        let body = |command: &str| json!({"organisation_id": command, "name": "A", "kind": kind});
        for (kind, id) in [
            (CommandKind::RegisterOrganisation, "another"),
            (CommandKind::ChangeOrganisation, "night-shelter-rotterdam"),
        ] {
            let told = with_a_shelter().when(kind, body(id));
            assert!(
                matches!(told.last, Err(Refusal::Field { field: named, .. }) if named == field),
                "{kind:?} {field}"
            );
        }
    }
    let anywhere = json!({"organisation_id": "another", "name": "A", "kind": "police"});
    assert!(with_a_shelter().when(CommandKind::RegisterOrganisation, anywhere).last.is_ok());
}

#[test]
fn what_is_said_anew_is_said_as_a_whole_and_the_facilities_stay() {
    let body = json!({"organisation_id": "night-shelter-rotterdam", "name": "Shelter of the harbour",
        "kind": "night_shelter", "municipality": "rotterdam"});
    let told = with_a_shelter().when(CommandKind::ChangeOrganisation, body);
    let shelter = told.directory.find(&"night-shelter-rotterdam".parse().unwrap()).unwrap();
    assert_eq!(
        (shelter.name.as_str(), shelter.phone.is_none(), shelter.facilities.len()),
        ("Shelter of the harbour", true, 1)
    );
    let body = json!({"facility_id": "beds", "name": "Upstairs", "location_type": "winter_shelter"});
    let told = told.when(CommandKind::ChangeFacility, body);
    let beds = told.facility("beds");
    assert_eq!((beds.name.as_str(), beds.cut_off, beds.places_in(night(10))), ("Upstairs", None, Some(20)));
}

#[test]
fn an_organisation_and_a_facility_are_closed_and_opened_again_and_keep_their_names() {
    use CommandKind::{CloseFacility, CloseOrganisation, ReopenFacility, ReopenOrganisation};
    let (organisation, facility) =
        (json!({"organisation_id": "night-shelter-rotterdam"}), json!({"facility_id": "beds"}));
    for (close, reopen, body) in
        [(CloseOrganisation, ReopenOrganisation, organisation), (CloseFacility, ReopenFacility, facility)]
    {
        with_a_shelter().when(reopen, body.clone()).refused("not_closed", "it is not closed");
        let closed = with_a_shelter().when(close, body.clone());
        closed.when(close, body.clone()).refused("already_closed", "it is closed already");
        let closed = with_a_shelter().when(close, body.clone());
        let open = |told: &Told| {
            told.directory
                .open()
                .flat_map(Organisation::open_facilities)
                .map(|each| each.id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(open(&closed), [""; 0]);
        assert_eq!(closed.facility("beds").name.as_str(), "Beds");
        assert_eq!(open(&closed.when(reopen, body)), ["beds"]);
    }
}

#[test]
fn a_closed_facility_has_no_places() {
    let told = with_a_shelter().when(CommandKind::CloseFacility, json!({"facility_id": "beds"}));
    assert_eq!(told.facility("beds").places_in(night(11)), Some(0));
}

#[test]
fn a_facility_that_closes_had_its_places_in_the_nights_before_and_has_them_again_once_it_opens() {
    let mut directory = with_a_shelter().directory;
    let (organisation, facility): (OrgId, FacilityId) =
        ("night-shelter-rotterdam".parse().unwrap(), "beds".parse().unwrap());
    let places = |directory: &Directory| {
        let (beds, _) = directory.facility(&facility).unwrap();
        (10..=14).map(|day| beds.places_in(night(day)).unwrap()).collect::<Vec<_>>()
    };
    let closed = FacilityClosed { organisation: organisation.clone(), facility: facility.clone() };
    directory.take_in(&DirectoryEvent::FacilityClosed(closed), evening(2));
    assert_eq!(places(&directory), [20, 20, 0, 0, 0]);
    let reopened = FacilityReopened { organisation, facility: facility.clone() };
    directory.take_in(&DirectoryEvent::FacilityReopened(reopened), evening(4));
    assert_eq!(places(&directory), [20, 20, 0, 0, 20]);
}

#[test]
fn places_hold_from_a_night_on_until_that_is_said_anew() {
    let winter = json!({"facility_id": "beds", "places": 30, "from": "2026-01-12", "why": "Winter opening"});
    let over = json!({"facility_id": "beds", "places": 20, "from": "2026-01-15"});
    let told = with_a_shelter()
        .when(CommandKind::SetCapacity, winter)
        .by(night_shelter())
        .when(CommandKind::SetCapacity, over);
    let places: Vec<_> = (11..=15).map(|day| told.facility("beds").places_in(night(day)).unwrap()).collect();
    assert_eq!(places, [20, 30, 30, 30, 20]);
    let now = json!({"facility_id": "beds", "places": 0});
    assert_eq!(told.when(CommandKind::SetCapacity, now).facility("beds").places_in(night(10)), Some(0));
}

#[test]
fn the_places_of_a_facility_are_said_by_its_organisation_and_by_the_administrator() {
    let body = json!({"facility_id": "beds", "places": 30});
    with_a_shelter()
        .by(shelter24())
        .when(CommandKind::SetCapacity, body)
        .refused("not_yours", "this is for another organisation to do");
    let body = json!({"facility_id": "nowhere", "places": 30});
    with_a_shelter()
        .when(CommandKind::SetCapacity, body)
        .refused("not_in_the_directory", "there is no such organisation or facility");
}

#[test]
fn places_are_bounded_and_are_where_people_sleep() {
    let body = json!({"facility_id": "beds", "places": 2001});
    with_a_shelter().when(CommandKind::SetCapacity, body).refused("invalid_field", "places: must be at most 2000");
    let office = json!({"organisation_id": "night-shelter-rotterdam", "facility_id": "office", "name": "Office",
        "location_type": "ngo_office", "places": 2});
    with_a_shelter()
        .when(CommandKind::RegisterFacility, office)
        .refused("invalid_field", "places: must be none at a place of this kind: nobody sleeps there");
}

#[test]
fn only_addresses_and_numbers_come_in_that_can_be_shown_as_links() {
    use std::str::FromStr;
    for good in ["+31 10 123 4567", "010-1234567", "112", "(010) 123 45 67"] {
        assert!(Phone::from_str(good).is_ok(), "{good}");
    }
    for bad in ["", "call us", "1", "+", "tel:112", "12345678901234567890123456789012345"] {
        assert!(Phone::from_str(bad).is_err(), "{bad}");
    }
    assert!(EmailAddress::from_str("desk@example.org").is_ok());
    for bad in
        ["desk", "desk@", "@example.org", "a@b", "a b@example.org", "a@example.org?bcc=b@example.org", "<a@b.nl>"]
    {
        assert!(EmailAddress::from_str(bad).is_err(), "{bad}");
    }
    for good in ["https://example.org", "http://example.org/a?b=c#d"] {
        assert!(WebAddress::from_str(good).is_ok(), "{good}");
    }
    for bad in [
        "javascript:alert(1)",
        "https://",
        "https:// example.org",
        "ftp://example.org",
        "https://a\"b.org",
        "https://nohost",
    ] {
        assert!(WebAddress::from_str(bad).is_err(), "{bad}");
    }
    for bad in ["24:00", "7:00", "07:60", "07:00:00", "", "+7:00"] {
        assert!(TimeOfDay::from_str(bad).is_err(), "{bad}");
    }
    assert_eq!(TimeOfDay::from_str("07:05").unwrap().to_string(), "07:05");
}
