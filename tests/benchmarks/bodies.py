"""Referrals to send: some 3 KB of JSON each, every one with a child of its own, so that none is another's duplicate."""

import json
import random
import string
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.web.fields import nhs_number_fits

chance = random.Random()  # invented people, not secrets
NARRATIVE = (
    "Brought to the emergency department by ambulance. A skull fracture and healing rib fractures were found. "
    "The explanation given does not fit the injuries. "
)


def referrals(count: int) -> list[bytes]:
    """The authority's own referrals, each of which must be notified: three duties and three messages arise."""
    return [json.dumps(referral()).encode() for _ in range(count)]


def referral() -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0)
    happened = now - timedelta(days=2, minutes=chance.randrange(600))
    return {
        "agency_reference": f"REF-{uuid.uuid4()}",
        "incident": _incident(happened),
        "children": [_child()],
        "other_people": [_sibling(), _sibling() | {"relationship": "half-sibling"}],
        "awareness": {
            "agency_became_aware_at": (happened + timedelta(hours=2)).isoformat(),
            "local_authority_became_aware_at": (now - timedelta(hours=20)).isoformat(),
            "local_authority_informed": "Front door duty manager",
        },
        "referrer": {
            "name": "Sam Farrier",
            "role": "Detective sergeant",
            "email": "sam.farrier@police.example",
            "phone": "01432 000000",
            "agreed_with_safeguarding_lead": "Alex Whitlock",
        },
    }


def _incident(happened: datetime) -> dict[str, Any]:
    return {
        "kind": "serious-harm",
        "occurred": {
            "from": happened.isoformat(),
            "to": (happened + timedelta(minutes=45)).isoformat(),
            "certainty": "estimated",
        },
        "place": {
            "description": "Family home",
            "type": "home",
            "postcode": "HR4 0AA",
            "country": "England",
            "local_authority": "E06000019",
        },
        "abuse_or_neglect": "suspected",
        "abuse_types": ["physical"],
        "narrative": NARRATIVE * 5,
        "immediate_action": "Police protection for the child and a younger sibling. Strategy discussion held.",
        "agencies_working_together": "Two earlier contacts to the front door were closed without a visit.",
        "good_practice": "The ward nurse escalated within the hour.",
        "parallel_proceedings": [{"kind": "police-investigation", "reference": "22/41877/26", "status": "open"}],
        "media_interest": False,
        "other_areas_concerned": [],
    }


def _child() -> dict[str, Any]:
    return {
        "given_name": _name(),
        "family_name": _name(),
        "also_known_as": [_name()],
        "date_of_birth": _birth_date(),
        "sex": "female",
        "ethnicity": "white-british",
        "disability": "none-known",
        "nhs_number": next(_nhs_numbers()),
        "address": {"lines": ["14 Example Row", "Hereford"], "postcode": "HR4 0AA"},
        "normally_resident_in": "E06000019",
        "looked_after": False,
        "care_leaver": False,
        "child_protection_plan": "never",
        "child_in_need_plan": "previous",
        "setting": None,
        "outcome": "seriously-harmed",
    }


def _sibling() -> dict[str, Any]:
    person = {"given_name": _name(), "family_name": _name(), "date_of_birth": _birth_date()}
    return {"relationship": "sibling"} | person


def _name() -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=9)).title()


def _birth_date() -> str:
    return (datetime.now(UTC).date() - timedelta(days=chance.randrange(400, 6000))).isoformat()


def _nhs_numbers() -> Iterator[str]:
    while True:
        number = f"9{chance.randrange(10**9):09}"
        if nhs_number_fits(number):
            yield number
