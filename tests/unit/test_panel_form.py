"""What goes to the Panel, field by field: a least, a usual and a fullest referral, and several of one incident."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from services.notify.children import children_of, same_child
from services.notify.panel_form import as_text, panel_notification
from services.notify.schemas import ReferralSchema
from services.notify.threshold import assess, facts_of
from shared.partnership import partnership
from tests.referrals import LEAST, USUAL, USUAL_CHILD, fullest, sibling

pytestmark = pytest.mark.usefixtures("herefordshire")
AWARE = datetime(2026, 3, 26, 9, 10, tzinfo=UTC)
REPORT = {"title": "Chronology", "filename": "chronology.pdf", "sha256": "ab" * 32, "stored_as": "not for them"}


def form_of(*bodies: dict[str, Any], **how: Any) -> dict[str, Any]:
    loaded = [ReferralSchema().load(deepcopy(body)) for body in bodies]
    rules = partnership().rules_on(how.get("aware", AWARE).date())
    assessment = assess(facts_of(loaded), rules, "E06000019")
    aware = how.pop("aware", AWARE)
    form = panel_notification(loaded, assessment, "INC-2026-0001", aware, **how)
    return orjson.loads(orjson.dumps(form))  # type: ignore[no-any-return]  # as it travels


NOBODY_SAID = {
    "given_name": None,
    "family_name": None,
    "also_known_as": [],
    "date_of_death": None,
    "sex": None,
    "ethnicity": None,
    "nhs_number": None,
    "other_identifier": None,
    "health": {"disability": None, "health": None},
    "geography": {
        "address": [],
        "postcode": None,
        "country": None,
        "normally_resident_in": None,
        "living_arrangement": None,
        "placement": None,
        "setting": None,
    },
    "status": {
        "legal_status": None,
        "looked_after": None,
        "care_leaver": None,
        "child_protection_plan": None,
        "child_in_need_plan": None,
        "agencies_known_to": [],
    },
    "harm": None,
}


def test_the_least_referral_field_by_field() -> None:
    assert form_of(LEAST) == {
        "marking": "OFFICIAL-SENSITIVE",
        "notice": "notification",
        "reference": "INC-2026-0001",
        "kinds": [],
        "notifier": {
            "local_authority": "Herefordshire Council",
            "local_authority_code": "E06000019",
            "name": "Sam Farrier",
            "role": "Nurse",
            "phone": "01432 000000",
            "email": None,
            "authorised_by": None,
        },
        "incident": {
            "kind": "death",
            "occurred_from": "2026-03-25T21:30:00+00:00",
            "occurred_to": None,
            "certainty": None,
            "local_authority_became_aware_at": "2026-03-26T09:10:00+00:00",
            "place": None,
            "place_type": None,
            "postcode": None,
            "country": "England",
            "local_authority": None,
            "abuse_or_neglect": "not-known",
            "abuse_types": [],
            "details": "Found unresponsive at home.",
            "immediate_action": None,
            "agencies_working_together": None,
            "parallel_proceedings": [],
            "media_interest": None,
            "media_details": None,
            "other_areas_concerned": [],
        },
        "children": [
            NOBODY_SAID
            | {
                "order": 1,
                "age": {"date_of_birth": None, "expected_date_of_delivery": None, "age_years": 3},
                "outcome": "died",
            }
        ],
        "further_children": None,
        "documents": [],
    }


def test_the_usual_referral_field_by_field() -> None:
    form = form_of(USUAL)
    assert form["kinds"] == ["serious-harm"]
    assert form["notifier"] == {
        "local_authority": "Herefordshire Council",
        "local_authority_code": "E06000019",
        "name": "Sam Farrier",
        "role": "Detective sergeant",
        "phone": "01432 000000",
        "email": "sam.farrier@police.example",
        "authorised_by": "Alex Whitlock",
    }
    assert form["incident"] == {
        "kind": "serious-harm",
        "occurred_from": "2026-03-25T21:30:00+00:00",
        "occurred_to": "2026-03-25T22:15:00+00:00",
        "certainty": "estimated",
        "local_authority_became_aware_at": "2026-03-26T09:10:00+00:00",
        "place": "Family home",
        "place_type": "home",
        "postcode": "HR4 0AA",
        "country": "England",
        "local_authority": "E06000019",
        "abuse_or_neglect": "suspected",
        "abuse_types": ["physical"],
        "details": "Admitted with a skull fracture. The explanation given does not fit the injuries.",
        "immediate_action": "Police protection for the child and a younger sibling.",
        "agencies_working_together": "Two earlier contacts to the front door were closed without a visit.",
        "parallel_proceedings": [{"kind": "police-investigation", "reference": "22/41877/26", "status": "open"}],
        "media_interest": False,
        "media_details": None,
        "other_areas_concerned": [],
    }
    (child,) = form["children"]
    assert child == {
        "order": 1,
        "given_name": "Tamsin",
        "family_name": "Oakridge",
        "also_known_as": ["Tam"],
        "age": {"date_of_birth": "2025-06-14", "expected_date_of_delivery": None, "age_years": None},
        "date_of_death": None,
        "sex": "female",
        "ethnicity": "white-british",
        "nhs_number": "9434765919",
        "other_identifier": None,
        "health": {"disability": "none-known", "health": None},
        "geography": NOBODY_SAID["geography"]  # type: ignore[operator]
        | {"address": ["14 Example Row", "Hereford"], "postcode": "HR4 0AA", "normally_resident_in": "E06000019"},
        "status": NOBODY_SAID["status"]  # type: ignore[operator]
        | {
            "looked_after": False,
            "care_leaver": False,
            "child_protection_plan": "never",
            "child_in_need_plan": "previous",
        },
        "harm": None,
        "outcome": "seriously-harmed",
    }


def test_the_fullest_referral_has_four_children_structured_and_the_rest_in_words() -> None:
    form = form_of(fullest(), documents=[REPORT])
    assert form["kinds"] == ["death", "death-of-looked-after-child"]
    assert form["notifier"] == {
        "local_authority": "Herefordshire Council",
        "local_authority_code": "E06000019",
        "name": "Jo Merridew",
        "role": "Head of safeguarding",
        "phone": "+44 1432 000001 ext 12",
        "email": "jo.merridew@council.example",
        "authorised_by": "Director of children's services",
    }
    assert form["incident"]["media_interest"] is True
    assert form["incident"]["media_details"] == "A local paper has asked."
    assert form["incident"]["other_areas_concerned"] == ["E10000034"]
    assert [child["order"] for child in form["children"]] == [1, 2, 3, 4]
    first = form["children"][0]
    assert first["date_of_death"] == "2026-03-26"
    assert first["other_identifier"] == "LCS 100200"
    assert first["health"] == {"disability": "none-known", "health": "Asthma"}
    assert first["geography"] == {
        "address": ["14 Example Row", "Hereford"],
        "postcode": "hr40aa",
        "country": "England",
        "normally_resident_in": "E06000019",
        "living_arrangement": "With foster carers",
        "placement": "In-house foster placement",
        "setting": "Example Nursery",
    }
    assert first["status"] == {
        "legal_status": "Care order (section 31)",
        "looked_after": True,
        "care_leaver": False,
        "child_protection_plan": "never",
        "child_in_need_plan": "previous",
        "agencies_known_to": ["Health visiting", "Example Nursery"],
    }
    assert (first["harm"], first["outcome"]) == ("Skull fracture", "died")
    further = form["further_children"]
    assert "Child 5\nGiven name: Sibling5" in further
    assert "Child 6\nGiven name: Not stated" in further
    assert "Expected date of delivery: 2026-07-01" in further
    assert form["documents"] == [{name: REPORT[name] for name in ("title", "filename", "sha256")}]


def test_sections_stand_in_the_order_of_the_national_form() -> None:
    assert list(form_of(fullest())) == [
        "marking",
        "notice",
        "reference",
        "kinds",
        "notifier",
        "incident",
        "children",
        "further_children",
        "documents",
    ]


def test_what_the_national_form_does_not_ask_stays_here() -> None:
    sent = orjson.dumps(form_of(fullest(), documents=[REPORT])).decode()
    for kept in ("Rowan", "WMP-2026-004417", "good_practice", "escalated within the hour", "not for them"):
        assert kept not in sent


def test_before_2022_one_child_was_structured() -> None:
    body = USUAL | {"children": [USUAL_CHILD, sibling(2)]}
    form = form_of(body, aware=datetime(2021, 6, 1, tzinfo=UTC))
    assert len(form["children"]) == 1
    assert form["further_children"].startswith("Child 2\nGiven name: Sibling2")


def test_two_agencies_referrals_of_one_incident_make_one_notification() -> None:
    hospital = deepcopy(USUAL) | {"agency_reference": "WVT-1"}
    hospital["incident"] |= {"kind": "death", "narrative": "Died on the ward.", "abuse_or_neglect": "known"}
    hospital["children"] = [
        {"nhs_number": "943 476 5919", "age_years": 0, "health": "Asthma", "outcome": "died"},
        sibling(2),
    ]
    form = form_of(USUAL, hospital)
    assert form["incident"]["kind"] == "death"
    assert form["incident"]["abuse_or_neglect"] == "known"
    assert form["incident"]["details"].split("\n\n") == [USUAL["incident"]["narrative"], "Died on the ward."]
    assert form["incident"]["parallel_proceedings"] == USUAL["incident"]["parallel_proceedings"]
    assert [child["given_name"] for child in form["children"]] == ["Tamsin", "Sibling2"]
    merged = form["children"][0]
    assert (merged["outcome"], merged["health"]["health"]) == ("died", "Asthma")
    assert merged["age"] == {"date_of_birth": "2025-06-14", "expected_date_of_delivery": None, "age_years": None}


def test_a_stored_referral_gives_the_same_notification_as_a_loaded_one() -> None:
    loaded = ReferralSchema().load(fullest())
    stored = orjson.loads(orjson.dumps(loaded))
    assessment = assess(facts_of([loaded]), partnership().rules_on(AWARE.date()), "E06000019")
    assert facts_of([stored]) == facts_of([loaded])
    assert panel_notification([stored], assessment, "INC-1", AWARE) == panel_notification(
        [loaded], assessment, "INC-1", AWARE
    )


def test_a_child_is_the_same_by_nhs_number_or_else_by_name_and_birth() -> None:
    named = {"given_name": "Tamsin", "family_name": "OAKRIDGE ", "date_of_birth": "2025-06-14"}
    assert same_child(named, USUAL_CHILD)
    assert same_child({"nhs_number": "9434765919", "given_name": "Baby"}, USUAL_CHILD)
    assert not same_child(named | {"nhs_number": "4505577104"}, USUAL_CHILD)
    assert not same_child(named | {"date_of_birth": "2025-06-15"}, USUAL_CHILD)
    assert not same_child({"given_name": "Tamsin"}, {"given_name": "Tamsin"})


def test_one_referral_saying_that_a_child_was_looked_after_is_enough() -> None:
    other = {**USUAL, "children": [USUAL_CHILD | {"looked_after": True, "care_leaver": None}]}
    (child,) = children_of([USUAL, other])
    assert (child["looked_after"], child["care_leaver"]) == (True, False)
    assert USUAL["children"][0]["looked_after"] is False


def test_the_pack_for_the_portal_reads_in_order_and_says_what_was_not_stated() -> None:
    text = as_text(form_of(fullest(), documents=[REPORT]))
    places = [text.index(words) for words in ("INC-2026-0001", "Notifier", "Incident", "Child 1", "Child 4", "Child 5")]
    assert places == sorted(places)
    assert text.startswith("OFFICIAL-SENSITIVE") and text.endswith("OFFICIAL-SENSITIVE\n")
    assert "  Phone: +44 1432 000001 ext 12" in text
    assert "    Looked after: Yes" in text
    assert "  Parallel proceedings: police-investigation, 22/41877/26, open" in text
    assert "Chronology (chronology.pdf, SHA-256 abab" in text
    assert "  Email: Not stated" in as_text(form_of(LEAST))
    assert "Further children\n  None" in as_text(form_of(LEAST))
