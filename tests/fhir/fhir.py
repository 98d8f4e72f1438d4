"""Reads the access log of the demo world as FHIR audit events, and checks each against what R4 and IHE's Basic Audit Log Patterns
require of it: cardinalities, fixed values and required bindings, from the profiles' sources (IHE/ITI.BasicAudit, input/fsh). It
is no validator: what it does not name is not checked. Standard library only."""

import base64
import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time

from service import free_port

PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
# AuditEvent in R4: name, least, most.
ELEMENTS = {"resourceType": (1, 1), "id": (0, 1), "meta": (0, 1), "type": (1, 1), "subtype": (0, None), "action": (0, 1),
            "recorded": (1, 1), "outcome": (0, 1), "agent": (1, None), "source": (1, 1), "entity": (0, None)}
AGENT = {"type", "role", "who", "altId", "name", "requestor", "location", "policy", "media", "network", "purposeOfUse"}
SOURCE = {"site", "observer", "type"}
ENTITIES = {"what", "type", "role", "lifecycle", "securityLabel", "name", "description", "query", "detail"}
INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
ID = re.compile(r"^[A-Za-z0-9.-]{1,64}$")


class Wrong(Exception):
    pass


def must(holds, what):
    if not holds:
        raise Wrong(what)


def coded(value, system, codes):
    return value.get("system") == system and value.get("code") in codes


def of_type(agents, system, code):
    return [agent for agent in agents
            if any(coded(each, system, {code}) for each in agent.get("type", {}).get("coding", []))]


def check_r4(event):
    must(event.get("resourceType") == "AuditEvent", "it is no AuditEvent")
    must(not event.keys() - ELEMENTS.keys(), f"unknown elements {event.keys() - ELEMENTS.keys()}")
    for name, (least, most) in ELEMENTS.items():
        value = event.get(name)
        count = 0 if value is None else len(value) if isinstance(value, list) else 1
        must(count >= least and (most is None or count <= most), f"{name} occurs {count} times")
        must(isinstance(value, list) == (most is None) or value is None, f"{name} is a list, or should be")
    must(ID.match(event["id"]), "the id is none of FHIR's")
    must(INSTANT.match(event["recorded"]), "recorded is no instant")
    must(event["action"] in "CRUDE", "action is not of its required value set")
    must(event["outcome"] in {"0", "4", "8", "12"}, "outcome is not of its required value set")
    for agent in event["agent"]:
        must(not agent.keys() - AGENT, f"unknown elements of an agent: {agent.keys() - AGENT}")
        must(isinstance(agent.get("requestor"), bool), "an agent has no requestor")
        must(agent.get("network", {}).get("type", "1") in set("12345"), "a network's type is not of its value set")
    must(not event["source"].keys() - SOURCE and "observer" in event["source"], "the source has no observer")
    for entity in event.get("entity", []):
        must(not entity.keys() - ENTITIES, f"unknown elements of an entity: {entity.keys() - ENTITIES}")
        # sev-1: name and query are not both there.
        must(not ("name" in entity and "query" in entity), "an entity has a name and a query")
        for detail in entity.get("detail", []):
            must(detail.keys() == {"type", "valueString"} and all(detail.values()), "a detail is not whole")


def check_balp(event, profile):
    reads = profile == "PatientRead"
    must(coded(event["type"], "http://terminology.hl7.org/CodeSystem/audit-event-type", {"rest"}), "type is not rest")
    interactions = {"read", "vread"} if reads else {"search", "search-type", "search-system"}
    subtypes = [each for each in event["subtype"] if coded(each, "http://hl7.org/fhir/restful-interaction", interactions)]
    must(len(subtypes) == 1, "the subtype is not exactly one of the profile's")
    must(event["action"] == ("R" if reads else "E"), "the action is not the profile's")
    must(event["outcome"] == "0", "it is no success")
    client, server = ("110152", "110153") if reads else ("110153", "110152")
    for code, name in ((client, "client"), (server, "server")):
        agents = of_type(event["agent"], DICOM, code)
        must(len(agents) == 1, f"there are {len(agents)} agents for the {name}")
        must("who" in agents[0] and "network" in agents[0] and "media" not in agents[0], f"the {name} is not whole")
    users = of_type(event["agent"], "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
    must(len(users) <= 1, "there are several users")
    for user in users:
        must("who" in user and user["requestor"] is True and not user.keys() & {"media", "network"}, "the user is not whole")
    entities = event["entity"]
    transactions = [each for each in entities if each["type"]["code"] == "XrequestId"]
    must(len(transactions) <= 1 and all(each["what"]["identifier"]["value"] for each in transactions), "the transaction")
    data = [each for each in entities if coded(each["type"], ENTITY, {"2"})]
    must(len(data) == 1, f"there are {len(data)} entities of data or queries")
    if reads:
        must(coded(data[0]["role"], ROLE, {"4", "3", "20"}) and "what" in data[0], "the data is not whole")
    else:
        must(coded(data[0]["role"], ROLE, {"24"}), "the role of the query")
        must(not data[0].keys() & {"what", "lifecycle", "detail"}, "the query has what it must not")
        must(base64.b64decode(data[0]["query"], validate=True), "the query is not in base64")
    patients = [each for each in entities if coded(each["type"], ENTITY, {"1"})]
    must(len(patients) == (0 if profile == "Query" else 1), f"there are {len(patients)} patients")
    for patient in patients:
        must(coded(patient["role"], ROLE, {"1"}) and patient["what"]["type"] == "Patient", "the patient is not whole")


def main():
    binary, folder = sys.argv[1:3]
    port = free_port()
    command = [binary, "demo", "--port", str(port), "--data", folder, "--unlimited", "--no-watch"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)

    def call(method, path, token=None, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Content-Type": "application/json", "Idempotency-Key": os.urandom(16).hex()} if body else {}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()

    try:
        for _ in range(1200):
            with contextlib.suppress(OSError):
                if call("GET", "/health/ready")[0] == 200:
                    break
            time.sleep(0.05)
        token = {user: subprocess.run([binary, "token", user, "--data", folder], check=True, capture_output=True,
                                      text=True).stdout.strip()
                 for user in ("coordinator-rotterdam", "hospital-rotterdam", "privacy-officer", "police-rotterdam")}
        coordinator, officer = token["coordinator-rotterdam"], token["privacy-officer"]
        persons = [each["person_id"]
                   for each in json.loads(call("GET", "/v1/persons?first=50", coordinator)[2])["items"]]
        for person in persons:
            call("GET", f"/v1/persons/{person}", coordinator)
            call("GET", f"/v1/persons/{person}", token["police-rotterdam"])
            call("POST", f"/v1/persons/{person}/break-glass", token["hospital-rotterdam"], {"reason": "danger_to_life"})
            call("GET", f"/v1/persons/{person}", token["hospital-rotterdam"])
        call("POST", "/v1/persons/search", coordinator, {"name": "Marek"})
        call("GET", f"/v1/access-log?person_id={persons[0]}", officer)
        call("GET", "/v1/access-log", officer)
        profiles, emergencies, path = {}, 0, "/v1/access-log?first=50"
        while path:
            status, kind, text = call("GET", path, officer, Accept="application/fhir+json")
            must(status == 200 and kind.startswith("application/fhir+json"), f"{status} {kind}")
            bundle = json.loads(text)
            must((bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset"), "it is no Bundle of a search")
            must(any(link["relation"] == "self" for link in bundle["link"]), "the Bundle has no link to itself")
            ids = [entry["resource"]["id"] for entry in bundle["entry"]]
            must(len(set(ids)) == len(ids), "an id is there twice")
            for entry in bundle["entry"]:
                event = entry["resource"]
                must(entry["search"]["mode"] == "match", "the mode of the search")
                check_r4(event)
                claimed = event.get("meta", {}).get("profile", [None])[0]
                if claimed:
                    check_balp(event, claimed.removeprefix(PROFILE))
                profiles[claimed] = profiles.get(claimed, 0) + 1
                emergencies += '"BTG"' in json.dumps(event)
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            path = following[0].split(str(port), 1)[1] if following else None
        must({PROFILE + name for name in ("PatientRead", "PatientQuery", "Query")} <= profiles.keys(), f"{profiles}")
        must(None in profiles and emergencies, "nothing was hidden, or nothing was read in an emergency")
        counted = ", ".join(f"{count} {(name or 'without a profile').removeprefix(PROFILE)}" for name, count in profiles.items())
        print(f"audit events as R4 and IHE's patterns require: {counted}; {emergencies} in an emergency")
    except Wrong as wrong:
        sys.exit(f"an audit event is not as it should be: {wrong}")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


main()
