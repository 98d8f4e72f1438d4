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
        self.today, self.counts = datetime.date.fromisoformat(city["today"]), city["counts"]
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


def is_seen(event):
    if event.type == "attendance_recorded":
        return event.data["status"] == "present"
    return event.type in ("signal_received", "contact_made", "intake_completed", "turned_away", "sighting_reported",
                          "care_started")


class Bed:
    def __init__(self, event):
        self.organisation, self.kind = event.data["organisation"], event.data["kind"]
        self.begin, self.until = local(event.data["from"]), event.data.get("until") and local(event.data["until"])
        self.ended, self.released, self.present = None, False, set()

    def nights(self, today):
        """From the night in which it begins to the last in which it was theirs at midnight."""
        ends = [at.date() for at in (self.until, self.ended) if at] + [today + datetime.timedelta(days=1)]
        night, end = night_of(self.begin), min(ends)
        while night < end:
            yield night
            night += datetime.timedelta(days=1)


class Course:
    """What becomes of the beds and referrals of a path: one event after another, as they happened (docs/endings.md)."""

    STEPS = {
        "referral_accepted": "accepted", "referral_declined": "declined", "referral_waitlisted": "waitlisted",
        "referral_withdrawn": "withdrawn", "care_started": "started", "care_ended": "ended",
        "dropped_out": "dropped_out",
    }

    def __init__(self, path):
        self.beds, self.requests = {}, {}
        self.made, self.states, self.reasons = {}, {}, {}
        closed, gone = None, False
        for event in path:
            if closed and event.type in SHOWS and event.at > closed.at:
                closed = None
            self.take(event)
            if event.type == "case_closed":
                closed = event
            elif event.type == "case_reopened":
                closed = None
            gone = gone or event.type in ("death_recorded", "subject_erased")
            if event.type in ("case_closed", "death_recorded", "subject_erased"):
                for bed in self.beds.values():
                    self.end(bed, event.ends)
            if closed or gone:
                self.lapse()

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
        elif event.type == "attendance_recorded" and data["status"] == "present" and data.get("bed") in self.beds:
            self.beds[data["bed"]].present.add(event.night)

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

    def lapse(self):
        """Nobody answers or cares any more: what was open is withdrawn."""
        for name, state in self.states.items():
            if state in ("made", "waitlisted", "accepted", "started"):
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


def of_beds(kind, state):
    return [f"beds={state}", f"facility_kind+beds={kind}+{state}"]


class Count:
    def __init__(self, city, year):
        self.city, self.year, self.all = city, year, collections.Counter()
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
        home = self.home(path)
        self.living(path, home, of)
        self.events(path, home)
        course = Course(path)
        self.referrals(course)
        self.nights(course)
        self.returns(path, home)

    def home(self, path):
        """The municipality that follows the case: the first that a signal named, until a coordinator is assigned."""
        home = None
        for event in path:
            if event.type == "signal_received" and home is None:
                home = event.data.get("municipality")
            if event.type == "coordinator_assigned":
                home = event.data["municipality"]
        return home if home in CITIES else "elsewhere"

    def living(self, path, home, of):
        known = [(event.at, opened(event.data.get("living_situation"))) for event in path
                 if event.type in ("intake_completed", "living_situation_recorded")]
        for slot, (_, last) in enumerate(self.slots):
            if self.is_open(path, last):
                classes = [value for at, value in known if value and at.date() <= last]
                self.add("ethos_light", slot, {home}, [f"ethos_light={classes[-1] if classes else 'unknown'}"] + of)

    @staticmethod
    def is_open(path, day):
        """At the end of a day. Whatever shows the person opens a closed case again; nobody opens that of the dead."""
        if path[0].day > day or any(each.type == "death_recorded" and each.ends.date() <= day for each in path):
            return False
        closed = None
        for event in path:
            if event.day > day:
                break
            if event.type == "case_closed":
                closed = event
            elif closed and (event.type in SHOWS or event.type == "case_reopened"):
                closed = None
        return closed is None

    def events(self, path, home):
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
            elif event.type == "went_out_of_sight":
                self.event("out_of_sight", event.day, home, [])
            elif event.type == "uninsured_report_filed":
                known = [each for each in path if each.type == "insurance_recorded" and each.at <= event.at
                         and opened(each.data["status"]) == "uninsured" and (not reported or each.at > reported.at)]
                days = (event.day - known[0].day).days if known else None
                timely = "unknown" if days is None else "on_time" if days <= 7 else "late"
                self.event("uninsured_reports_on_time", event.day, place, [f"timeliness={timely}"])
                reported = event
            elif event.type == "death_recorded":
                self.event("deaths", event.ends.date(), home, [])

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
                came = "occupied" if night in bed.present else "not_come"
                categories = [category for state in (came, "assigned") for category in of_beds(bed.kind, state)]
                self.event("bed_nights", night, self.city.municipality(bed.organisation), categories)

    def places(self):
        """The places of each facility: in each night as many as were last said for it."""
        for organisation in self.city.organisations.values():
            for _, kind, places in organisation["facilities"]:
                night, last = self.slots[0]
                while night <= last:
                    said = [number for since, number in places if datetime.date.fromisoformat(since) <= night]
                    if said:
                        self.event("bed_nights", night, self.city.municipality(organisation["id"]),
                                   of_beds(kind, "available"), said[-1], of_all=[])
                    night += datetime.timedelta(days=1)

    def returns(self, path, home):
        """Each arrival counts."""
        for event in path:
            if event.type == "arrival_confirmed":
                self.event("returns", event.day, home, Arrival(self.city, path, event).categories)


def main(folder):
    city = City(folder)
    differences, compared = 0, 0
    for year, counts in city.counts.items():
        count = Count(city, int(year))
        for path in city.paths:
            count.path(path)
        count.places()
        for event in city.unknown:
            count.turned_away(event, "none", event.data["persons"])
        mine = {key: units for key, units in count.all.items() if units}
        for key in sorted(mine.keys() | counts.keys()):
            compared += 1
            if mine.get(key, 0) != counts.get(key, 0):
                differences += 1
                if differences <= 40:
                    print(f"{year} {key}: the monitor counts {counts.get(key, 0)}, the script {mine.get(key, 0)}")
    print(f"{compared} figures compared, {differences} differ")
    sys.exit(1 if differences or not compared else 0)


main(sys.argv[1])
