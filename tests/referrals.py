"""Referral bodies for tests: the least an agency may send, the usual, and the fullest. The people are invented."""

from copy import deepcopy
from typing import Any

LEAST: dict[str, Any] = {
    "agency_reference": "LEAST-1",
    "incident": {
        "kind": "death",
        "occurred": {"from": "2026-03-25T21:30:00+00:00"},
        "place": {"country": "England"},
        "abuse_or_neglect": "not-known",
        "narrative": "Found unresponsive at home.",
    },
    "children": [{"age_years": 3, "outcome": "died"}],
    "awareness": {"agency_became_aware_at": "2026-03-26T08:00:00+00:00"},
    "referrer": {"name": "Sam Farrier", "role": "Nurse", "phone": "01432 000000"},
}

USUAL_CHILD: dict[str, Any] = {
    "given_name": "Tamsin",
    "family_name": "Oakridge",
    "also_known_as": ["Tam"],
    "date_of_birth": "2025-06-14",
    "sex": "female",
    "ethnicity": "white-british",
    "disability": "none-known",
    "nhs_number": "9434765919",
    "address": {"lines": ["14 Example Row", "Hereford"], "postcode": "HR4 0AA"},
    "normally_resident_in": "E06000019",
    "looked_after": False,
    "care_leaver": False,
    "child_protection_plan": "never",
    "child_in_need_plan": "previous",
    "setting": None,
    "outcome": "seriously-harmed",
}

USUAL: dict[str, Any] = {
    "agency_reference": "WMP-2026-004417",
    "incident": {
        "kind": "serious-harm",
        "occurred": {
            "from": "2026-03-25T21:30:00+00:00",
            "to": "2026-03-25T22:15:00+00:00",
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
        "narrative": "Admitted with a skull fracture. The explanation given does not fit the injuries.",
        "immediate_action": "Police protection for the child and a younger sibling.",
        "agencies_working_together": "Two earlier contacts to the front door were closed without a visit.",
        "good_practice": "The ward nurse escalated within the hour.",
        "parallel_proceedings": [{"kind": "police-investigation", "reference": "22/41877/26", "status": "open"}],
        "media_interest": False,
        "other_areas_concerned": [],
    },
    "children": [USUAL_CHILD],
    "other_people": [
        {"relationship": "sibling", "given_name": "Rowan", "family_name": "Oakridge", "date_of_birth": "2023-02-02"}
    ],
    "awareness": {
        "agency_became_aware_at": "2026-03-25T23:05:00+00:00",
        "local_authority_became_aware_at": "2026-03-26T09:10:00+00:00",
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

FULLEST_CHILD: dict[str, Any] = USUAL_CHILD | {
    "date_of_death": "2026-03-26",
    "health": "Asthma",
    "other_identifier": "LCS 100200",
    "address": {"lines": ["14 Example Row", "Hereford"], "postcode": "hr40aa", "country": "England"},
    "living_arrangement": "With foster carers",
    "placement": "In-house foster placement",
    "legal_status": "Care order (section 31)",
    "looked_after": True,
    "setting": "Example Nursery",
    "agencies_known_to": ["Health visiting", "Example Nursery"],
    "harm": "Skull fracture",
    "outcome": "died",
}


def sibling(order: int, **changed: Any) -> dict[str, Any]:
    """Another child of the family, with its own birth date and no NHS number."""
    own = {"given_name": f"Sibling{order}", "date_of_birth": f"2019-0{order}-11", "nhs_number": None}
    return USUAL_CHILD | {"also_known_as": [], "outcome": "harmed"} | own | changed


def fullest() -> dict[str, Any]:
    """Every field, and six children: more than the national form takes in structured form."""
    body = deepcopy(USUAL)
    body["incident"] |= {"kind": "death", "media_interest": True, "media_details": "A local paper has asked."}
    body["incident"]["other_areas_concerned"] = ["E10000034"]
    unborn = {"expected_date_of_delivery": "2026-07-01", "outcome": "not-harmed"}
    body["children"] = [FULLEST_CHILD, *(sibling(n) for n in range(2, 6)), unborn]
    body["notifier"] = {
        "name": "Jo Merridew",
        "role": "Head of safeguarding",
        "email": "jo.merridew@council.example",
        "phone": "+44 1432 000001 ext 12",
        "authorised_by": "Director of children's services",
    }
    return deepcopy(body)
