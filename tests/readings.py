"""What the scripts that hold answers against the access log share: what they read, and which answers must have a record."""

import json
import random

NOBODY = "0199a3f2-0000-7000-8000-000000000001"


def paths_of(persons):
    """What is read: each of it tells of somebody, or says that somebody is not there."""
    person = random.choice([*persons, NOBODY])
    return random.choice([f"/v1/persons/{person}", f"/v1/persons/{person}", f"/v1/persons/{person}/timeline",
                          "/v1/persons?first=20", "/v1/worklist?first=5"])


def tells(status, text, path):
    """Whether an answer must have a record: it names persons, or says of one who was asked for that they are hidden."""
    if status == 404:
        return path.startswith("/v1/persons/")
    if status != 200:
        return False
    answer = json.loads(text)
    return "person_id" in answer or bool(answer.get("items"))
