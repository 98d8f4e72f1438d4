//! The evening of a facility: how many places are taken, who is there, and a list of lines that says who came.

use care_path::Principal;
use care_path::codes::{AttendanceStatus, BedReleaseReason, SignalChannel, TurnAwayReason};
use care_path::command::{Asking, Command, CommandKind, Refusal, WithoutPerson};
use care_path::directory::{Asked, DirectoryRefusal, Facility, Organisation, Overbook};
use care_path::ids::{BedId, FacilityId, PersonId};
use care_path::path::identity::IdentityInput;
use care_path::path::intake::{RecordIntake, TurnAway};
use care_path::path::signal::ReportSignal;
use care_path::path::stay::{AssignBed, RecordAttendance, RecordNoShow, ReleaseBed, StayRefusal};
use care_path::policy::Places;
use care_path::policy::directory::shows_evenings;
use care_path::text::Text;
use care_path::time::{Moment, Night, Occurred};
use care_path::views::{self, EveningCountsView, EveningView, FacilityView};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::guard::of_many;
use super::reading::Reading;
use super::{Baken, ExecuteError, QueryError, Request};
use crate::event_log::StreamName;
use crate::projections::{Case, Reach, World};

/// What a line of an evening's list says of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineStatus {
    /// They came.
    Arrived,
    /// They left.
    Left,
    /// They were expected and did not come.
    NotCome,
    /// They are new here: taken in, with a bed. Without `person_id` a person is opened; nothing else is required.
    New,
    /// They are given a bed.
    Bed,
    /// Their bed is released.
    Released,
    /// They were turned away, for `reason`; without `person_id` people are counted whom nobody knows.
    TurnedAway,
}

/// A line of an evening's list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EveningLine {
    /// A UUID that you make, the same whenever you send this line, in whichever list: it is then executed once. Without it the
    /// line is known by the request's `Idempotency-Key` and its place.
    pub id: Option<Uuid>,
    pub status: LineStatus,
    pub person_id: Option<PersonId>,
    /// The bed that is released, or in which they did not come.
    pub bed_id: Option<BedId>,
    /// Who somebody new is, as far as they say.
    pub identity: Option<IdentityInput>,
    /// What those around somebody new must know.
    pub care_needs: Option<Text>,
    /// Until when the bed is theirs.
    pub until: Option<Moment>,
    /// Gives the bed though no place is free, and says why.
    pub overbook: Option<Overbook>,
    /// Why somebody was turned away.
    pub reason: Option<TurnAwayReason>,
    /// How many were turned away whom nobody knows; one unless said.
    #[schema(minimum = 1, maximum = 500)]
    pub persons: Option<u16>,
    /// Why a bed is released; `ended` unless said.
    pub release_reason: Option<BedReleaseReason>,
    /// When it happened; now, unless said.
    pub occurred_at: Option<Moment>,
}

impl EveningLine {
    /// When it happened, where that is said.
    #[must_use]
    pub fn occurred(&self) -> Option<Occurred> {
        self.occurred_at.map(|at| Occurred::instant(at.get()))
    }

    /// The commands that it means at a facility, in their order; or the field that is missing.
    ///
    /// # Errors
    /// The name of the field.
    pub fn commands(&self, facility: &Facility) -> Result<Vec<Command>, &'static str> {
        // Who has no bed is in the house as well, and it is said of which house.
        let location_type = Some(facility.location_type);
        let attendance = |status| Command::RecordAttendance((), RecordAttendance { status, location_type });
        let known = || self.person_id.ok_or("person_id");
        Ok(match self.status {
            LineStatus::Arrived => {
                known()?;
                vec![attendance(AttendanceStatus::Present)]
            }
            LineStatus::Left => {
                known()?;
                vec![attendance(AttendanceStatus::Left)]
            }
            LineStatus::NotCome => {
                known()?;
                vec![Command::RecordNoShow((), RecordNoShow { bed_id: self.bed_id })]
            }
            LineStatus::Bed => {
                known()?;
                vec![self.bed(facility)]
            }
            LineStatus::Released => {
                known()?;
                let reason = self.release_reason.unwrap_or(BedReleaseReason::Ended);
                let bed = self.bed_id.ok_or("bed_id")?;
                vec![Command::ReleaseBed(bed, ReleaseBed { reason, explanation: None })]
            }
            LineStatus::New => {
                let opened = self.person_id.is_none().then(|| Command::ReportSignal((), self.signal(facility)));
                let rest = [
                    self.bed(facility),
                    Command::RecordIntake((), self.intake(facility)),
                    attendance(AttendanceStatus::Present),
                ];
                opened.into_iter().chain(rest).collect()
            }
            LineStatus::TurnedAway => {
                let reason = self.reason.ok_or("reason")?;
                vec![Command::TurnAway(
                    (),
                    TurnAway { reason, offering: None, facility: Some(facility.id.clone()), persons: self.persons },
                )]
            }
        })
    }

    fn bed(&self, facility: &Facility) -> Command {
        let bed = AssignBed {
            kind: facility.location_type,
            facility: Some(facility.id.clone()),
            from: None,
            until: self.until,
            expected_by: None,
            overbook: self.overbook.clone(),
        };
        Command::AssignBed((), bed)
    }

    fn signal(&self, facility: &Facility) -> ReportSignal {
        ReportSignal {
            channel: SignalChannel::ShelterIntake,
            urgency: None,
            municipality: None,
            location_type: Some(facility.location_type),
            location: None,
            identity: self.identity.clone(),
            circumstances: None,
            observations: None,
            conduct: None,
            problems: [].into(),
        }
    }

    fn intake(&self, facility: &Facility) -> RecordIntake {
        // Who was known before is told here who they are; of who is new the signal has said it.
        let identity = self.identity.clone().filter(|_| self.person_id.is_some());
        let location_type = Some(facility.location_type);
        RecordIntake { location_type, identity, care_needs: self.care_needs.clone(), ..RecordIntake::default() }
    }
}

impl Baken {
    /// The evening of a facility, tonight's unless a day is named.
    ///
    /// # Errors
    /// Where there is no such facility, or the principal is not shown its evenings.
    pub fn evening(
        &self,
        reader: &Reading,
        facility: &FacilityId,
        night: Option<NaiveDate>,
    ) -> Result<EveningView, QueryError> {
        let (world, now) = (self.world.read(), self.clock.now());
        let night = night.map_or(Night::of(now), Night::on);
        let (place, owner) = shown_evenings(reader, &world, facility).ok_or(QueryError::NotFound)?;
        let (mut counts, mut taken, mut guests) = (EveningCountsView::default(), 0, Vec::new());
        for case in self.sleeping_in(&world, owner, facility, night) {
            let told = of_many(case, || {
                let deadlines = self.settings.deadlines.of_case(&case.path);
                let here = case.path.guests(night, now, deadlines, world.directory());
                let here: Vec<_> = here.filter(|guest| guest.facility == facility).collect();
                if here.is_empty() {
                    return None;
                }
                let sight = self.sight(reader, &world, case);
                let shown = sight.iter().flat_map(|sight| {
                    here.iter().filter_map(|guest| views::disclose_guest(sight, guest, guest.person_id()))
                });
                let shown: Vec<_> = shown.collect();
                for (sight, guest) in sight.iter().flat_map(|sight| shown.iter().map(move |guest| (sight, guest))) {
                    reader.shown(sight.disclosed(guest.person_id));
                }
                Some((here.iter().map(|guest| (guest.state, guest.takes_a_place())).collect::<Vec<_>>(), shown))
            });
            let Some((states, shown)) = told else { continue };
            for (state, takes_a_place) in states {
                counts.count(state);
                taken += u32::from(takes_a_place);
            }
            guests.extend(shown);
        }
        guests.sort_by_key(|guest| (guest.state, guest.expected_by, guest.person_id));
        counts.of_places(place.places_in(night), taken);
        let tonight = Night::ahead(now);
        let view = views::disclose_facility(reader, place, owner, world.directory(), tonight);
        // They were counted already, if it is about tonight.
        let taken_tonight = || if night == tonight { taken } else { self.taken(&world, facility, tonight) };
        let view = view.ok_or(QueryError::NotFound)?.with_free_places(reader, world.directory(), taken_tonight);
        Ok(EveningView::new(view, night.date(), counts, guests))
    }

    /// A facility whose evening a principal writes: their own organisation's.
    ///
    /// # Errors
    /// Where there is no such facility, or its evenings are not shown to them.
    pub fn own_facility(&self, principal: &Principal, facility: &FacilityId) -> Result<Option<Facility>, QueryError> {
        let world = self.world.read();
        let (place, owner) = shown_evenings(principal, &world, facility).ok_or(QueryError::NotFound)?;
        Ok((owner.id == principal.organisation).then(|| place.clone()))
    }

    /// The cases that may have, or had, a bed in a facility in a night.
    fn sleeping_in<'a>(
        &self,
        world: &'a World,
        owner: &Organisation,
        facility: &FacilityId,
        night: Night,
    ) -> Vec<&'a Case> {
        let mut cases: Vec<_> = world.beds().of(facility).collect();
        // Who slept there that night, or left, and has no bed any more: something was recorded of them since it began.
        if night <= Night::of(self.clock.now()) {
            let past = world.index().within(&Reach::Organisation(owner.id.clone()), None);
            let since = |id: &&PersonId| world.index().is_updated_since(**id, night.noon());
            cases.extend(past.into_iter().flatten().filter(since));
            cases.sort_unstable();
            cases.dedup();
        }
        cases.into_iter().filter_map(|id| world.case(id)).collect()
    }

    /// How many places of a facility are taken in a night.
    pub(super) fn taken(&self, world: &World, facility: &FacilityId, night: Night) -> u32 {
        let now = self.clock.now();
        let takes = |case: &Case| {
            let deadlines = self.settings.deadlines.of_case(&case.path);
            let guests = case.path.guests(night, now, deadlines, world.directory());
            Some(guests.filter(|guest| guest.facility == facility && guest.takes_a_place()).count())
        };
        let cases = world.beds().of(facility).filter_map(|id| world.case(id));
        cases
            .map(|case| of_many(case, || takes(case)).unwrap_or_default())
            .sum::<usize>()
            .try_into()
            .unwrap_or(u32::MAX)
    }

    /// Whether no place is free where one is asked for.
    pub(super) fn is_full(&self, world: &World, asked: &Asked) -> bool {
        asked.is_full(world.directory(), |facility, night| self.taken(world, facility, night))
    }

    /// Whose turn it is where a command takes a place.
    pub(super) fn place_asked(&self, request: &Request, occurred: Occurred) -> Option<StreamName> {
        if request.command.kind() != CommandKind::AssignBed {
            return None;
        }
        let world = self.world.read();
        let (now, directory) = (self.clock.now(), world.directory());
        let asked = request.command.asks_for(&Asking { now, occurred, by: &request.principal, directory });
        asked.night.and(asked.facilities.first()).map(|facility| StreamName::new(format!("places-{facility}")))
    }

    /// Whether a place is free for commands of which one asks for it, or the refusal that it would meet.
    ///
    /// # Errors
    /// Where none is, and the command does not say why it is given all the same.
    pub fn has_place(
        &self,
        principal: &Principal,
        commands: &[Command],
        occurred: Option<Occurred>,
    ) -> Result<(), ExecuteError> {
        let world = self.world.read();
        let (now, directory) = (self.clock.now(), world.directory());
        let asking = Asking { now, occurred: occurred.unwrap_or(Occurred::instant(now)), by: principal, directory };
        let insists = |command: &Command| matches!(command, Command::AssignBed((), bed) if bed.overbook.is_some());
        for command in commands.iter().filter(|command| !insists(command)) {
            if self.is_full(&world, &command.asks_for(&asking)) {
                return Err(Refusal::Stay(StayRefusal::PlaceFull).into());
            }
        }
        Ok(())
    }

    /// A facility as a principal is shown it, with its free places.
    pub(super) fn facility_view(
        &self,
        principal: &Principal,
        world: &World,
        (facility, owner): (&Facility, &Organisation),
        tonight: Night,
    ) -> Option<FacilityView> {
        let view = views::disclose_facility(principal, facility, owner, world.directory(), tonight)?;
        Some(self.with_free_places(principal, world, view, tonight))
    }

    pub(super) fn with_free_places(
        &self,
        principal: &Principal,
        world: &World,
        view: FacilityView,
        tonight: Night,
    ) -> FacilityView {
        let facility = view.facility_id.clone();
        view.with_free_places(principal, world.directory(), || self.taken(world, &facility, tonight))
    }
}

/// Whether a command goes to the person of the line before it, where the line opened one.
#[must_use]
pub fn opens(command: &Command) -> bool {
    command.kind().without_person() == Some(WithoutPerson::Opens)
}

/// A place where somebody has a bed is not closed.
///
/// # Errors
/// Where a command would close one.
pub(super) fn puts_out_nobody(command: &Command, world: &World) -> Result<(), Refusal> {
    let has_guests = |facility: &FacilityId| world.beds().of(facility).next().is_some();
    let puts_out = if let Command::CloseFacility((), close) = command {
        has_guests(&close.facility_id)
    } else if let Command::CloseOrganisation((), close) = command {
        let closed = world.directory().find(&close.organisation_id);
        closed.into_iter().flat_map(|each| &each.facilities).any(|facility| has_guests(&facility.id))
    } else {
        false
    };
    if puts_out { Err(DirectoryRefusal::HasGuests.into()) } else { Ok(()) }
}

/// A facility and its organisation, where a principal is shown its evenings.
fn shown_evenings<'a>(
    principal: &Principal,
    world: &'a World,
    facility: &FacilityId,
) -> Option<(&'a Facility, &'a Organisation)> {
    let (place, owner) = world.directory().facility(facility)?;
    let stands = Places::of(principal, owner, world.directory());
    (shows_evenings(principal.actor.role(), stands) && !owner.closures.is_closed() && !place.closures.is_closed())
        .then_some((place, owner))
}
