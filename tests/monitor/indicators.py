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
EU = "AT BE CY DE DK EE ES FI FR GR HR IE IT LU MT NL PT SE SI".split()


def local(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(AMSTERDAM)


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
        self.night = (self.at.replace(tzinfo=None) - datetime.timedelta(hours=12)).date()


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
        return dict(map(tuple, found["facilities"])).get(facility, found["kind"])


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


class Count:
    def __init__(self, city, year):
        self.city, self.year, self.all = city, year, collections.Counter()
        quarters = [(datetime.date(year, 3 * q + 1, 1),
                     datetime.date(year + (q == 3), 3 * (q + 1) % 12 + 1, 1) - datetime.timedelta(days=1))
                    for q in range(4)]
        self.slots = [(datetime.date(year, 1, 1), datetime.date(year, 12, 31))] + quarters
        before = (datetime.date(year - 1, 1, 1), datetime.date(year - 1, 12, 31))
        self.before = [before, (datetime.date(year - 1, 10, 1), before[1])] + quarters[:3]

    def add(self, indicator, slot, places, categories, units=1):
        places = set(places)
        if any(place in CITIES for place in places):
            places |= {"together"}
        for place in places:
            for category in ["total"] + categories:
                self.all[f"{indicator} {slot} {place} {category}"] += units

    def event(self, indicator, day, place, categories, units=1):
        for slot, (first, last) in enumerate(self.slots):
            if first <= day <= last:
                self.add(indicator, slot, {place}, categories, units)

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
        shows = ("signal_received", "contact_made", "intake_completed", "turned_away", "bed_assigned",
                 "attendance_recorded", "discharged_to", "discharge_announced", "case_reopened")
        if path[0].day > day:
            return False
        closed = None
        for event in path:
            if event.day > day:
                break
            if event.type == "death_recorded":
                return False
            if event.type == "case_closed":
                closed = event
            elif closed and event.type in shows:
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
                died = data.get("died_on")
                self.event("deaths", datetime.date.fromisoformat(died) if died else event.day, home, [])
        self.referrals(path)

    def turned_away(self, event, outcome, persons):
        kind = self.city.kind(event.by, event.data.get("facility"))
        categories = [f"facility_kind={kind}", f"reason={event.data['reason']}", f"outcome={outcome}"]
        self.event("turn_aways", event.night, self.city.municipality(event.by), categories, persons)

    def referrals(self, path):
        """How many, of what. Their states are Baken's own rules of beds and endings: the service's tests hold those."""
        for event in path:
            if event.type == "referral_made":
                self.event("referrals", event.day, self.city.municipality(event.data["from"]),
                           [f"offering={event.data['offering']}"])


def main(folder):
    city = City(folder)
    differences, compared = 0, 0
    for year, counts in city.counts.items():
        count = Count(city, int(year))
        for path in city.paths:
            count.path(path)
        for event in city.unknown:
            count.turned_away(event, "none", event.data["persons"])
        mine = {key: units for key, units in count.all.items() if units}
        skipped = ("bed_nights", "returns")
        of_states = [key for key in counts if key.startswith("referrals") and (" outcome=" in key or " reason=" in key)]
        theirs = {key: units for key, units in counts.items() if not key.startswith(skipped) and key not in of_states}
        for key in sorted(mine.keys() | theirs.keys()):
            compared += 1
            if mine.get(key, 0) != theirs.get(key, 0):
                differences += 1
                if differences <= 40:
                    print(f"{year} {key}: the monitor counts {theirs.get(key, 0)}, the script {mine.get(key, 0)}")
    print(f"{compared} figures compared, {differences} differ")
    sys.exit(1 if differences or not compared else 0)


main(sys.argv[1])
