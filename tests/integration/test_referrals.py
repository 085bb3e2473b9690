"""Referrals over HTTP: what is assessed, which duties arise, what a repeat and a duplicate do, and who sees what."""

import copy
import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.notify.app import create_app
from services.notify.service import SERVICE
from tests.directory import enter_demonstration_agencies
from tests.referrals import USUAL


@pytest.fixture(scope="module")
def keys(ground: dict[str, str]) -> dict[str, str]:
    with SERVICE.transaction() as session:
        return enter_demonstration_agencies(session)


@pytest.fixture(scope="module")
def client(ground: dict[str, str]) -> FlaskClient:
    return create_app().test_client()


def referral(**changes: Any) -> dict[str, Any]:
    """The usual referral with another child and agency reference."""
    body = copy.deepcopy(USUAL)
    body["agency_reference"] = f"REF-{uuid.uuid4()}"
    body["children"][0]["nhs_number"] = None
    body["children"][0]["family_name"] = uuid.uuid4().hex
    return body | changes


def post(client: FlaskClient, key: str, body: dict[str, Any], idempotency_key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency_key or str(uuid.uuid4())}
    return client.post("/notify/api/v1/referrals", json=body, headers=headers)


def test_the_authoritys_own_referral_that_meets_the_criteria_is_notified_by_itself(
    client: FlaskClient, keys: dict[str, str]
) -> None:
    answer = post(client, keys["herefordshire-council"], referral())
    assert answer.status_code == 201, answer.json
    assert answer.json["incident"]["status"] == "notifiable"
    assert answer.json["incident"]["assessment"]["outcome"] == "must-notify"
    recipients = {duty["recipient"] for duty in answer.json["duties"]}
    assert recipients == {
        "panel",
        "safeguarding-partner:west-mercia-police",
        "safeguarding-partner:herefordshire-and-worcestershire-icb",
    }
    panel = next(duty for duty in answer.json["duties"] if duty["recipient"] == "panel")
    assert (panel["rule"], panel["status"], panel["due_at"]) == ("sin-panel", "pending", "2026-04-02T23:59:59+01:00")


def test_another_agencys_referral_awaits_the_authoritys_decision_with_its_clock_running(
    client: FlaskClient, keys: dict[str, str]
) -> None:
    answer = post(client, keys["west-mercia-police"], referral())
    assert answer.json["incident"]["status"] == "awaiting-decision"
    rules = {duty["rule"]: duty for duty in answer.json["duties"]}
    assert rules["decide-whether-to-notify"]["due_at"] == "2026-04-02T23:59:59+01:00"
    assert "tell-authority" in rules


def test_a_repeat_with_the_same_key_gives_the_first_answer_and_no_second_referral(
    client: FlaskClient, keys: dict[str, str]
) -> None:
    body, key = referral(), str(uuid.uuid4())
    first, again = (post(client, keys["herefordshire-council"], body, key) for _ in range(2))
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]


def test_another_body_under_the_same_key_is_refused(client: FlaskClient, keys: dict[str, str]) -> None:
    key = str(uuid.uuid4())
    post(client, keys["herefordshire-council"], referral(), key)
    assert post(client, keys["herefordshire-council"], referral(), key).status_code == 422


def test_a_second_referral_with_the_agencys_reference_is_told_of_the_first(
    client: FlaskClient, keys: dict[str, str]
) -> None:
    body = referral()
    first = post(client, keys["herefordshire-council"], body)
    second = post(client, keys["herefordshire-council"], body)
    assert second.status_code == 409
    assert second.json["referral"] == first.headers["Location"]


def test_a_second_agencys_referral_of_the_same_child_is_held_and_offered_as_a_duplicate(
    client: FlaskClient, keys: dict[str, str]
) -> None:
    first = post(client, keys["herefordshire-council"], body := referral())
    second = post(client, keys["herefordshire-council"], body | {"agency_reference": str(uuid.uuid4())})
    assert second.json["incident"]["status"] == "awaiting-decision"
    assert [d["id"] for d in second.json["incident"]["possible_duplicates"]] == [first.json["incident"]["id"]]


def test_an_agency_sees_its_own_referral_and_not_anothers(client: FlaskClient, keys: dict[str, str]) -> None:
    mine = post(client, keys["example-school"], referral())
    path = mine.headers["Location"]
    for agency, status in {"example-school": 200, "wye-valley-nhs-trust": 404, "hscp-partnership-office": 200}.items():
        assert client.get(path, headers={"Authorization": f"Bearer {keys[agency]}"}).status_code == status, agency


def test_all_faults_are_told_at_once_and_no_personal_data_is_echoed(client: FlaskClient, keys: dict[str, str]) -> None:
    body = referral()
    body["children"][0] |= {"nhs_number": "9434765918", "sex": "unknown", "family_name": "Oak\u0000ridge"}
    body["unknown_field"] = 1
    answer = post(client, keys["herefordshire-council"], body)
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json["errors"]}
    assert pointers >= {"/children/0/nhs_number", "/children/0/sex", "/children/0/family_name", "/unknown_field"}
    assert "9434765918" not in answer.text and "ridge" not in answer.text
