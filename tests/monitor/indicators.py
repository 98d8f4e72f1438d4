"""Counts the monitor's indicators again from the events of a city, and compares: equal to the unit, or it fails.

It shares nothing with Baken but the events and the definitions. It reads `events.jsonl` and `city.json` of a folder.
"""

import collections
import datetime
import json
import sys
import zoneinfo

AMSTERDAM = zoneinfo.ZoneInfo("Europe/Amsterdam")
CITIES = ["amsterdam", "den-haag", "rotterdam", "utrecht"]
NAMED = ["PL", "RO", "BG", "HU", "LT", "LV", "SK", "CZ"]
BED_OFFERINGS = ["night_bed", "winter_bed", "bed_24h", "short_stay_shelter"]
EU = "AT BE CY DE DK EE ES FI FR GR HR IE IT LU MT NL PT SE SI".split()

# What opens a closed case again: it shows that the person is there.
SHOWS = ["signal_received", "contact_made", "intake_completed", "turned_away", "incident_observed", "bed_assigned",
         "attendance_recorded", "discharged_to", "discharge_announced"]


def local(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(AMSTERDAM)


def night_of(at):
    """From noon to noon, named by the day of its evening."""
    return (at.replace(tzinfo=None) - datetime.timedelta(hours=12)).date()


def night_ahead(at):
    """The night that runs, and from nine in its morning the next: who gets a bed then sleeps in it that evening."""
    return night_of(at) if at.hour < 9 else at.date()


def opened(private):
    """The value of a sealed field; None where it was erased, or is not there."""
    return private.get("value") if isinstance(private, dict) and "$private" in private else private


class Event:
    def __init__(self, line):
        self.position, self.type, self.data = line["position"], line["type"], line["data"] or {}
        self.nobody = line.get("nobody", False)
        stamp = line["stamp"]
        self.id, self.person, self.at = stamp["event_id"], stamp["person_id"], local(stamp["occurred_at"])
        self.by, self.role = stamp["by"]["organisation"], stamp["by"]["role"]
        self.day = self.at.date()
        # Of a death: the day that was said, from its beginning on, or when it occurred.
        said = self.data.get("died_on") if self.type == "death_recorded" else None
        self.ends = datetime.datetime.fromisoformat(said).replace(tzinfo=AMSTERDAM) if said else self.at
        self.night = night_of(self.at)


class City:
    def __init__(self, folder):
        city = json.load(open(f"{folder}/city.json"))
        self.organisations = {each["id"]: each for each in city["organisations"]}
        self.today, self.counted = datetime.date.fromisoformat(city["today"]), city["counted"]
        self.nights = city["nights"]
        self.closed = self.closures(city["closings"])
        events = [Event(json.loads(line)) for line in open(f"{folder}/events.jsonl")]
        self.paths = self.linked([event for event in events if not event.nobody])
        retracted = {event.data["entry"] for event in events if event.nobody and event.type == "entry_retracted"}
        self.unknown = [event for event in events
                        if event.nobody and event.type == "turned_away" and event.id not in retracted]

    def linked(self, events):
        """The events of each human being, without what was retracted, in the order of happening."""
        retracted = {event.data["entry"] for event in events if event.type == "entry_retracted"}
        parent = {}

        def root(person):
            while parent.setdefault(person, person) != person:
                person = parent[person]
            return person

        for event in events:
            if event.type == "persons_linked" and event.id not in retracted:
                parent[root(event.person)] = root(event.data["with"])
        paths = collections.defaultdict(list)
        for event in events:
            paths[root(event.person)].append(event)
        for path in paths.values():
            path.sort(key=lambda event: (event.at, event.position))
        return [[event for event in path if event.id not in retracted] for path in paths.values()]

    @staticmethod
    def closures(closings):
        """Of each organisation and facility the nights in which it is closed: from one, and up to another.

        What closes before midnight is closed in the night that runs; what opens again is open in it.
        """
        closed = collections.defaultdict(list)
        for event in sorted(closings, key=lambda event: event["at"]):
            data, at = event["data"], local(event["at"])
            name = data["facility"] if event["type"].startswith("facility") else data["organisation"]
            goes_on = closed[name] and closed[name][-1][1] is None
            if event["type"].endswith("_closed") and not goes_on:
                closed[name].append((at.date(), None))
            elif event["type"].endswith("_reopened") and goes_on:
                closed[name][-1] = (closed[name][-1][0], night_of(at))
        return closed

    def is_closed(self, names, night):
        return any(first <= night and (end is None or night < end) for name in names for first, end in self.closed[name])

    def municipality(self, organisation):
        name = self.organisations.get(organisation, {}).get("municipality")
        return name if name in CITIES else "elsewhere"

    def kind(self, organisation, facility):
        found = self.organisations.get(organisation)
        if not found:
            return "unknown"
        return next((kind for name, kind, _ in found["facilities"] if name == facility), found["kind"])


def country(codes):
    if not codes:
        return "unknown"
    if len(set(codes)) > 1:
        return "several"
    return codes[0] if codes[0] in NAMED else "other_eu" if codes[0] in EU else "outside_eu"


ASSURANCE = ["none", "alias", "self_declared", "document_seen", "authority_confirmed"]


def best(path, field):
    """The surest claim of a field, of equals the last; a claim that empties it takes back those that are no surer."""
    found = None
    for event in path:
        claim, assurance = None, "alias"
        if event.type in ("signal_received", "intake_completed"):
            claim = opened(event.data.get("identity"))
        elif event.type == "identity_updated":
            claim, assurance = opened(event.data.get("claim")), event.data["assurance"]
        if not claim:
            continue
        rank = ASSURANCE.index(assurance)
        if field in claim.get("emptied", []) and found and found[0] <= rank:
            found = None
        if claim.get(field) and (not found or found[0] <= rank):
            found = (rank, claim[field], event)
    return found


def traits(path, year):
    countries, sex = best(path, "countries"), best(path, "sex")
    born, age = best(path, "birth_date"), best(path, "approximate_age")
    birth = None
    if born and (not age or age[0] <= born[0]):
        birth = int(born[1][:4])
    elif age:
        birth = age[2].day.year - age[1]
    band = "unknown"
    if birth is not None and 0 <= year - birth <= 120:
        band = next(name for first, name in
                    [(65, "65_plus"), (45, "45_64"), (27, "27_44"), (18, "18_26"), (0, "0_17")] if year - birth >= first)
    return {"country": country(countries and countries[1]), "sex": sex[1] if sex else "unknown", "age_band": band}


# What tells nothing of the person.
NOT_OF_PERSON = {"entry_retracted", "entry_moved", "coordinator_assigned", "deadline_passed", "hold_placed", "hold_lifted",
                 "subject_erased", "glass_broken", "break_glass_ended", "break_glass_reviewed"}


def is_seen(event):
    if event.type == "attendance_recorded":
        return event.data["status"] == "present"
    return event.type in ("signal_received", "contact_made", "intake_completed", "turned_away", "sighting_reported",
                          "care_started")


class Bed:
    def __init__(self, event):
        self.person, self.organisation, self.kind = event.person, event.data["organisation"], event.data["kind"]
        self.begin, self.until = local(event.data["from"]), event.data.get("until") and local(event.data["until"])
        self.ended, self.released, self.said = None, False, []

    def nights(self, today):
        """From the night in which it begins to the last in which it was theirs at midnight."""
        ends = [at.date() for at in (self.until, self.ended) if at] + [today + datetime.timedelta(days=1)]
        night, end = night_ahead(self.begin), min(ends)
        while night < end:
            yield night
            night += datetime.timedelta(days=1)

    def is_occupied(self, night, visits):
        """Whether the person is there at midnight, or comes later: by all that the shelter said of that night."""
        here = [(at, status) for by, kind, at, status in visits if by == self.organisation and kind in (None, self.kind)]
        of_night = [(at, status) for at, status in sorted(self.said + here, key=lambda each: each[0]) if night_of(at) == night]
        before = [status for at, status in of_night if at.date() == night]
        later = [status for at, status in of_night if at.date() > night]
        return before[-1:] == ["present"] or "present" in later


class Closings:
    """Which of a person's records are closed. A closing closes those that were linked by then; a case is closed when all are."""

    def __init__(self):
        self.records, self.links = {}, []

    def linked(self, person):
        found, size = {person}, 0
        while len(found) > size:
            size = len(found)
            for pair in self.links:
                if found & set(pair):
                    found |= set(pair)
        return found

    def before(self, event):
        """What shows the person opens what was closed before it."""
        self.records.setdefault(event.person, None)
        if event.type in SHOWS:
            group = self.linked(event.person)
            closed = [at for person, at in self.records.items() if at and person in group]
            if closed and event.at > max(closed) or self.is_closed() and event.at > max(self.records.values()):
                self.open(group)

    def after(self, event):
        """The records that an event closes."""
        if event.type == "persons_linked":
            self.links.append((event.person, event.data["with"]))
        elif event.type == "case_reopened":
            self.open(self.linked(event.person))
        elif event.type == "case_closed":
            group = self.linked(event.person)
            self.records.update({person: event.at for person in group & self.records.keys()})
            return group
        return set()

    def open(self, group):
        self.records.update({person: None for person in group & self.records.keys()})

    def is_closed(self):
        return bool(self.records) and all(self.records.values())


class Course:
    """What becomes of the beds and referrals of a path: one event after another, as they happened (docs/endings.md)."""

    STEPS = {
        "referral_accepted": "accepted", "referral_declined": "declined", "referral_waitlisted": "waitlisted",
        "referral_withdrawn": "withdrawn", "care_started": "started", "care_ended": "ended",
        "dropped_out": "dropped_out",
    }

    def __init__(self, path):
        self.beds, self.requests, self.visits = {}, {}, []
        self.made, self.states, self.reasons = {}, {}, {}
        closings, self.died = Closings(), None
        everybody = {event.person for event in path}
        for event in path:
            closings.before(event)
            self.take(event)
            closed = closings.after(event)
            if event.type == "death_recorded":
                self.died = self.died or event.ends
            ended = everybody if event.type in ("death_recorded", "subject_erased") else closed
            for bed in self.beds.values():
                if bed.person in ended:
                    self.end(bed, event.ends)
            # An erasure ends what is asked for, but what became of it until then stays known.
            self.lapse(everybody if closings.is_closed() or self.died else closed)
        # Nobody sleeps anywhere after their death, whatever else ended the bed, or was told of a bed after it.
        for bed in self.beds.values():
            if self.died:
                bed.ended = min(bed.ended or self.died, self.died)

    def take(self, event):
        data = event.data
        if event.type == "referral_made":
            self.made[data["referral"]], self.states[data["referral"]] = event, "made"
        elif event.type in self.STEPS and data["referral"] in self.made:
            self.states[data["referral"]] = self.STEPS[event.type]
            self.reasons[data["referral"]] = data.get("reason")
        elif event.type == "exception_requested":
            self.requests[data["exception"]] = event
        elif event.type in ("exception_granted", "exception_denied", "exception_overtaken"):
            request = self.requests.pop(data["exception"], None)
            if request and event.type == "exception_granted" and request.data["kind"] != "care_without_insurance":
                self.prolong(request.data.get("bed"), data.get("expires_at"))
        elif event.type == "bed_assigned":
            held = [request.data.get("bed") for request in self.requests.values()]
            for name, bed in self.beds.items():
                if bed.ended is None and name not in held:
                    self.end(bed, event.at)
                    if bed.organisation != data["organisation"]:
                        self.fulfil(bed.organisation)
            self.beds[data["bed"]] = Bed(event)
        elif event.type == "bed_released" and data["bed"] in self.beds:
            bed = self.beds[data["bed"]]
            # What people say of a bed goes before what follows from something else.
            if not bed.released:
                bed.ended, bed.released = event.at, True
            self.fulfil(bed.organisation)
        elif event.type == "attendance_recorded" and data.get("bed") in self.beds:
            self.beds[data["bed"]].said.append((event.at, data["status"]))
        elif event.type == "attendance_recorded" and not data.get("bed"):
            self.visits.append((event.by, data.get("location_type"), event.at, data["status"]))
        elif event.type in ("intake_completed", "discharged_to", "incident_observed"):
            # Who was met before the evening may still not have come; a hospital that discharges somebody says that they left.
            evening = datetime.datetime.combine(night_of(event.at), datetime.time(17))
            if event.at.replace(tzinfo=None) >= evening and data.get("from") != event.by:
                self.visits.append((event.by, None, event.at, "present"))

    @staticmethod
    def end(bed, at):
        bed.ended = bed.ended or at

    def prolong(self, name, expires):
        """A longer stay that was granted moves the end of the bed; the later of the two counts."""
        bed = self.beds.get(name)
        if bed and bed.until:
            bed.until = max(bed.until, local(expires)) if expires else None

    def fulfil(self, organisation):
        """A stay is over: so is what was accepted and asked for that bed alone."""
        for name, event in self.made.items():
            is_of = event.data["to"] == organisation and event.data["offering"] in BED_OFFERINGS
            if is_of and self.states[name] == "accepted":
                self.states[name] = "ended"

    def lapse(self, persons):
        """Nobody answers or cares any more: what was open on these records is withdrawn."""
        for name, state in self.states.items():
            if self.made[name].person in persons and state in ("made", "waitlisted", "accepted", "started"):
                self.states[name] = "withdrawn"


class Arrival:
    """A return: the conditions as they were met when the person arrived, and what the follow-ups say."""

    CONDITIONS = ["housing_arranged", "addiction_care_arranged", "psychiatry_arranged",
                  "professional_knows_home_options", "options_presented_honestly", "embassy_contacted"]
    # What the person needs if it was noted, or they were referred to it: then only care can say that it does not apply.
    NEEDED = {
        "addiction_care_arranged": {"alcohol", "hard_drugs", "addiction_care"},
        "psychiatry_arranged": {"untreated_mental", "confused_behaviour", "memory_problem", "mental_health_care"},
    }

    def __init__(self, city, path, event):
        self.day = event.day
        before = path[:path.index(event)]
        handover = event.data["handover"]
        land = next(each.data["country"] for each in path
                    if each.type == "handover_proposed" and each.data["handover"] == handover)
        needs = self.needs(before)
        met = {each.data["condition"] for each in before
               if each.type == "return_condition_evidenced" and each.data.get("country") == land
               and (each.data["status"] == "evidenced" or each.role == "care_provider"
                    or not needs & self.NEEDED.get(each.data["condition"], set()))}
        self.categories = [f"country={country([land])}",
                           f"conditions={'all_met' if met.issuperset(self.CONDITIONS) else 'not_all_met'}"]
        for days in (30, 90):
            said = [opened(each.data["outcome"]) for each in path if each.type == "follow_up_recorded"
                    and each.data["handover"] == handover and each.data["term"] == f"days_{days}"]
            is_over = event.day + datetime.timedelta(days=days) <= city.today
            state = (said and said[-1] or "unknown") if is_over else "not_yet"
            self.categories.append(f"after_{days}_days={state}")

    @staticmethod
    def needs(events):
        """The problems that were noted, and what the person was referred to."""
        found = set()
        for event in events:
            if event.type in ("signal_received", "contact_made", "intake_completed"):
                for sealed in (event.data.get("problems") or {}).values():
                    found |= set(opened(sealed) or [])
        course = Course(events)
        return found | {event.data["offering"] for name, event in course.made.items()
                        if course.states[name] != "withdrawn"}


class Durations:
    """Durations of one group, some of which go on: the estimator of Kaplan and Meier (1958)."""

    def __init__(self):
        self.all = []

    def told(self):
        part, curve = 1.0, []
        for day in sorted({days for days, has_ended in self.all if has_ended}):
            at_risk = sum(days >= day for days, _ in self.all)
            part *= 1 - sum(days == day and has_ended for days, has_ended in self.all) / at_risk
            curve.append((day, part))
        quartile = lambda share: next((day for day, left in curve if left <= 1 - share + 1e-12), None)
        after = lambda last: next((left for day, left in reversed(curve) if day <= last), 1.0)
        return {"total": len(self.all), "ended": sum(has_ended for _, has_ended in self.all),
                "quartiles": [quartile(share) for share in (0.25, 0.5, 0.75)], "after": [after(30), after(365)]}


# What shows that the person is there, or that it is known where.
FOUND = ["signal_received", "contact_made", "intake_completed", "turned_away", "incident_observed", "attendance_recorded",
         "discharged_to", "discharge_announced", "care_started", "lookout_resolved", "arrival_confirmed"]
# The registers that organisations keep, by their kind.
REGISTERS = {
    "shelter": ["day_shelter", "drop_in", "night_shelter", "shelter_24h", "winter_shelter", "womens_shelter",
                "supported_living"],
    "outreach": ["outreach_team", "city_homeless_team"],
    "medical": ["ggd", "medical_shelter", "medical_post", "hospital", "mental_health", "addiction_care"],
    "ngo": ["eu_migrant_ngo", "client_support"],
    "police": ["police", "municipal_enforcement"],
}


def of_beds(kind, state):
    return [f"beds={state}", f"facility_kind+beds={kind}+{state}"]


class Count:
    def __init__(self, city, year):
        self.city, self.year, self.all = city, year, collections.Counter()
        self.durations, self.captures = collections.defaultdict(Durations), collections.Counter()
        quarters = [(datetime.date(year, 3 * q + 1, 1),
                     datetime.date(year + (q == 3), 3 * (q + 1) % 12 + 1, 1) - datetime.timedelta(days=1))
                    for q in range(4)]
        self.slots = [(datetime.date(year, 1, 1), datetime.date(year, 12, 31))] + quarters
        before = (datetime.date(year - 1, 1, 1), datetime.date(year - 1, 12, 31))
        self.before = [before, (datetime.date(year - 1, 10, 1), before[1])] + quarters[:3]

    def add(self, indicator, slot, places, categories, units=1, of_all=("total",)):
        places = set(places)
        if any(place in CITIES for place in places):
            places |= {"together"}
        for place in places:
            for category in [*of_all, *categories]:
                self.all[f"{indicator} {slot} {place} {category}"] += units

    def event(self, indicator, day, place, categories, units=1, of_all=("total",)):
        for slot, (first, last) in enumerate(self.slots):
            if first <= day <= last:
                self.add(indicator, slot, {place}, categories, units, of_all)

    def path(self, path):
        if not path:
            return
        city = self.city
        of = [f"{cut}={category}" for cut, category in traits(path, self.year).items()]
        seen = [(event.day, city.municipality(event.by)) for event in path if is_seen(event)]
        for slot, (first, last) in enumerate(self.slots):
            now = {place for day, place in seen if first <= day <= last}
            earlier = [day for day, _ in seen if day < first]
            if now:
                self.add("unique_persons", slot, now, of)
                if not earlier:
                    self.add("new_persons", slot, now, of)
            was = {place for day, place in seen if self.before[slot][0] <= day <= self.before[slot][1]}
            gone = was - now
            for place in gone:
                for category in ["total"] + of:
                    self.all[f"gone_persons {slot} {place} {category}"] += 1
            if was & set(CITIES) and not now & set(CITIES):
                for category in ["total"] + of:
                    self.all[f"gone_persons {slot} together {category}"] += 1
        self.living(path, of)
        self.events(path)
        course = Course(path)
        self.referrals(course)
        self.nights(course)
        self.returns(path)
        self.waits(path, of)
        self.absences(path)
        self.registers(path)

    def duration(self, indicator, place, groups, days, has_ended):
        for at in [place, "together"] if place in CITIES else [place]:
            for group in ["total", *groups]:
                self.durations[f"{indicator} {at} {group}"].all.append((max(days, 0), has_ended))

    def is_in_year(self, day):
        first, last = self.slots[0]
        return first <= day <= last

    @staticmethod
    def death(path):
        return next((event.ends.date() for event in path if event.type == "death_recorded"), None)

    def waits(self, path, of):
        """From the first signal to the first care; until death, closing or today where there was none."""
        signals = [event for event in path if event.type == "signal_received"]
        if not signals or not self.is_in_year(signals[0].day):
            return
        first, today = signals[0], self.city.today
        care = [event.day for event in path if event.type == "care_started" and event.day <= today]
        ends = [today, self.death(path), self.closed_since(path, today)]
        end = min(care) if care else min(day for day in ends if day)
        place = self.city.municipality(first.by)
        self.duration("days_to_first_care", place, of, (end - first.day).days, bool(care))

    @staticmethod
    def lives(path, event):
        """Nobody is lost whose death is on record: another record said so before the two were linked."""
        deaths = (each for each in path if each.type == "death_recorded")
        return all((event.at, event.position) < (death.at, death.position) for death in deaths)

    def absences(self, path):
        """From when nobody knew where the person was to when they were met or found; until death or today where not."""
        began, died, today = None, self.death(path), self.city.today
        spans = []
        for event in path:
            if event.type == "went_out_of_sight" and not began and self.lives(path, event):
                began = event
            elif began and event.type in FOUND and event.at >= began.at:
                spans.append((began.day, event.day))
                began = None
        if began:
            spans.append((began.day, None))
        for first, found in spans:
            if self.is_in_year(first):
                is_seen = found is not None and found <= today and (died is None or found < died)
                end = found if is_seen else min(day for day in (today, died) if day)
                self.duration("out_of_sight", self.home(path, first), [], (end - first).days, is_seen)

    def registers(self, path):
        """On which registers of a place the person is."""
        on = collections.defaultdict(set)
        for event in path:
            kind = self.city.organisations.get(event.by, {}).get("kind")
            register = next((name for name, kinds in REGISTERS.items() if kind in kinds), None)
            if register and is_seen(event) and self.is_in_year(event.day):
                place = self.city.municipality(event.by)
                for at in [place, "together"] if place in CITIES else [place]:
                    on[at].add(register)
        for place, registers in on.items():
            self.captures[f"{place} {'+'.join(name for name in REGISTERS if name in registers)}"] += 1

    @staticmethod
    def home(path, day):
        """The municipality that followed the case on a day: the last to which it was assigned by then, or else the first."""
        home = None
        for event in path:
            if event.type == "coordinator_assigned" and (home is None or event.day <= day):
                home = event.data["municipality"]
        return home if home in CITIES else "elsewhere"

    def living(self, path, of):
        known = [(event.at, opened(event.data.get("living_situation"))) for event in path
                 if event.type in ("intake_completed", "living_situation_recorded")]
        for slot, (_, last) in enumerate(self.slots):
            if self.is_open(path, last):
                classes = [value for at, value in known if value and at.date() <= last]
                self.add("ethos_light", slot, {self.home(path, last)}, [f"ethos_light={classes[-1] if classes else 'unknown'}"] + of)

    @staticmethod
    def is_open(path, day):
        """At the end of a day. Whatever shows the person opens a closed case again; nobody opens that of the dead or erased.

        What a correction leaves of a case that was all a mistake is no case.
        """
        began = min((each.day for each in path if each.type not in NOT_OF_PERSON), default=None)
        if began is None or began > day or any(each.type == "subject_erased" and each.day <= day for each in path):
            return False
        if any(each.type == "death_recorded" and each.ends.date() <= day for each in path):
            return False
        return Count.closed_since(path, day) is None

    @staticmethod
    def closed_since(path, day):
        """The day from which the case is closed at the end of a day. What opens the case of somebody dead does not count."""
        closings, since = Closings(), None
        died = next((event.ends for event in path if event.type == "death_recorded"), None)
        for event in path:
            if event.day > day:
                break
            if not died or event.at < died or event.type == "case_closed":
                closings.before(event)
                closings.after(event)
            since = (since or event.day) if closings.is_closed() else None
        return since

    def events(self, path):
        city = self.city
        referrals, reported = {}, None
        for event in path:
            data, place = event.data, city.municipality(event.by)
            if event.type == "signal_received":
                self.event("signals", event.day, place, [f"channel={data['channel']}"])
            elif event.type == "referral_made":
                referrals[data["referral"]] = event
            elif event.type == "dropped_out":
                made = referrals.get(data["referral"])
                offering = made.data["offering"] if made else "unknown"
                self.event("dropouts", event.day, place, [f"offering={offering}", f"reason={data['reason']}"])
            elif event.type == "turned_away":
                stood = [each for each in path if each.type == "rights_assessed" and each.at <= event.at]
                outcome = stood[-1].data["outcome"] if stood else "none"
                self.turned_away(event, outcome, 1)
            elif event.type == "went_out_of_sight" and self.lives(path, event):
                self.event("out_of_sight", event.day, self.home(path, event.day), [])
            elif event.type == "uninsured_report_filed":
                known = [each for each in path if each.type == "insurance_recorded" and each.at <= event.at
                         and opened(each.data["status"]) == "uninsured" and (not reported or each.at > reported.at)]
                days = (event.day - known[0].day).days if known else None
                timely = "unknown" if days is None else "on_time" if days <= 7 else "late"
                self.event("uninsured_reports_on_time", event.day, place, [f"timeliness={timely}"])
                reported = event
            elif event.type == "death_recorded":
                self.event("deaths", event.ends.date(), self.home(path, event.ends.date()), [])

    def turned_away(self, event, outcome, persons):
        kind = self.city.kind(event.by, event.data.get("facility"))
        categories = [f"facility_kind={kind}", f"reason={event.data['reason']}", f"outcome={outcome}"]
        self.event("turn_aways", event.night, self.city.municipality(event.by), categories, persons)

    def referrals(self, course):
        for name, event in course.made.items():
            state = course.states[name]
            reason = course.reasons[name] if state == "declined" else "none"
            self.event("referrals", event.day, self.city.municipality(event.data["from"]),
                       [f"offering={event.data['offering']}", f"outcome={state}", f"reason={reason}"])

    def nights(self, course):
        for bed in course.beds.values():
            for night in bed.nights(self.city.today):
                came = "occupied" if bed.is_occupied(night, course.visits) else "not_come"
                categories = [category for state in (came, "assigned") for category in of_beds(bed.kind, state)]
                self.event("bed_nights", night, self.city.municipality(bed.organisation), categories)

    def places(self):
        """The places of each facility: in each night as many as were last said for it."""
        for organisation in self.city.organisations.values():
            for name, kind, places in organisation["facilities"]:
                night, last = self.slots[0]
                while night <= last:
                    said = [number for since, number in places if datetime.date.fromisoformat(since) <= night]
                    if said and said[-1] and not self.city.is_closed([name, organisation["id"]], night):
                        self.event("bed_nights", night, self.city.municipality(organisation["id"]),
                                   of_beds(kind, "available"), said[-1], of_all=[])
                    night += datetime.timedelta(days=1)

    def returns(self, path):
        """Each arrival counts."""
        for event in path:
            if event.type == "arrival_confirmed":
                self.event("returns", event.day, self.home(path, event.day), Arrival(self.city, path, event).categories)


def is_same(mine, theirs):
    if isinstance(mine, float) or isinstance(theirs, float):
        return mine is not None and theirs is not None and abs(mine - theirs) < 1e-9
    if isinstance(mine, list) and isinstance(theirs, list):
        return len(mine) == len(theirs) and all(map(is_same, mine, theirs))
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return mine.keys() == theirs.keys() and all(is_same(mine[key], theirs[key]) for key in mine)
    return mine == theirs


def name_paths(city):
    """Says on which paths beds are counted for other nights."""
    for path in city.paths:
        persons = sorted({event.person for event in path})
        here = sum(len(list(bed.nights(city.today))) for bed in Course(path).beds.values())
        there = sum(city.nights.get(person, 0) for person in persons)
        if here != there:
            print(f"{persons}: the monitor counts {there} nights, the script {here}")


def main(folder):
    city = City(folder)
    name_paths(city)
    differences, compared = 0, collections.Counter()
    for year, counted in city.counted.items():
        count = Count(city, int(year))
        for path in city.paths:
            count.path(path)
        count.places()
        for event in city.unknown:
            count.turned_away(event, "none", event.data["persons"])
        mine = {
            "counts": {key: units for key, units in count.all.items() if units},
            "durations": {key: durations.told() for key, durations in count.durations.items()},
            "captures": count.captures,
        }
        for part, of_part in mine.items():
            for key in sorted(of_part.keys() | counted[part].keys()):
                compared[part] += 1
                here, there = of_part.get(key, 0), counted[part].get(key, 0)
                if not is_same(here, there):
                    differences += 1
                    if differences <= 40:
                        print(f"{year} {key}: the monitor counts {there}, the script {here}")
    print(f"{sum(compared.values())} figures compared, {differences} differ: {dict(compared)}")
    sys.exit(1 if differences or min(compared.values()) == 0 else 0)


main(sys.argv[1])
