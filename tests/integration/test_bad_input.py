"""Whatever is sent: the right status, a problem document, nothing stored by halves, nothing of it said back."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.notifying import BASE, COUNCIL, OFFICE, SCHOOL, call, client, key_of, referral, rows
from tests.referrals import fullest

pytestmark = pytest.mark.usefixtures("ground")

SECRET = "Zebedee Quillfeather"


def send_raw(body: bytes, content_type: str = "application/json", key: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key_of(SCHOOL)}", "Idempotency-Key": key or str(uuid.uuid4())}
    return client().post(f"{BASE}/referrals", data=body, headers=headers, content_type=content_type)


def count() -> tuple[int, ...]:
    """How many rows stand in what a referral writes."""
    tables = ("referrals", "incidents", "duties", "child_hashes", "deliveries", "events", "idempotency_keys")
    return tuple(rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables)


@pytest.fixture(autouse=True)
def nothing_stored() -> Iterator[None]:
    key_of(SCHOOL)
    before = count()
    yield
    assert count() == before


def refused(answer: Any, status: int) -> None:
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    assert {"type", "title", "status", "detail", "instance"} <= answer.json.keys()
    assert "Traceback" not in answer.text
    for part in SECRET.split():
        assert part not in answer.text


def named() -> dict[str, Any]:
    body = referral(narrative=f"{SECRET} was seen.")
    body["children"][0]["given_name"], body["children"][0]["family_name"] = SECRET.split()
    return body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"Zebedee", 400),
        (b'{"agency_reference": "\xff\xfe"}', 400),
        (b'{"agency_reference": "\\ud800"}', 400),
        (b'{"a": NaN}', 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"Zebedee"', 422),
        (b"[" * 100 + b"]" * 100, 422),
        (b'{"a":' * 100 + b"1" + b"}" * 100, 422),
        (b"[" * 5000 + b"]" * 5000, 400),
        (b"{}", 422),
    ],
)
def test_what_is_no_referral_is_refused(body: bytes, status: int) -> None:
    refused(send_raw(body), status)


def test_a_body_of_more_than_a_megabyte_is_413() -> None:
    refused(send_raw(json.dumps(named() | {"padding": "x" * 1_000_001}).encode()), 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_another_content_type_is_415(content_type: str) -> None:
    refused(send_raw(json.dumps(named()).encode(), content_type), 415)


def test_unknown_fields_are_refused_each_at_its_place() -> None:
    body = named() | {"agency_refrence": "misspelt"}
    body["children"][0]["favourite_colour"] = "blue"
    answer = send_raw(json.dumps(body).encode())
    refused(answer, 422)
    assert {"/agency_refrence", "/children/0/favourite_colour"} <= {e["pointer"] for e in answer.json["errors"]}


def places(thing: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a body."""
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def with_value(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(body))
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    "wrong", [{"unheard_of": "Zebedee"}, [["Zebedee"]], -1.5, "Zebedee\x00", "\u202eZebedee", "x" * 30_000]
)
def test_a_wrong_value_anywhere_is_told_at_its_place(wrong: Any) -> None:
    body = fullest()
    tried = {path for path in places(body) if path[:1] != ("children",) or path[1:2] in ((), (0,))}
    for path in sorted(tried, key=str):
        answer = send_raw(json.dumps(with_value(body, path, wrong)).encode())
        refused(answer, 422)
        where = "/" + "/".join(str(step) for step in path)
        assert any(e["pointer"].startswith(where) for e in answer.json["errors"]), (where, answer.json["errors"])


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "2026-02-30", "yesterday"])
def test_a_date_outside_the_calendar_is_refused(date: str) -> None:
    body = named()
    body["children"][0]["date_of_birth"] = date
    body["incident"]["occurred"]["from"] = f"{date}T00:00:00+00:00"
    answer = send_raw(json.dumps(body).encode())
    refused(answer, 422)
    assert {"/children/0/date_of_birth", "/incident/occurred/from"} <= {e["pointer"] for e in answer.json["errors"]}


@pytest.mark.parametrize("key", ["k" * 1024, "", " \t", "k\x7f"])
def test_an_idempotency_key_that_is_none_is_refused(key: str) -> None:
    headers = {"Authorization": f"Bearer {key_of(SCHOOL)}", "Idempotency-Key": key}
    refused(client().post(f"{BASE}/referrals", json=named(), headers=headers), 422)


def test_a_referral_without_an_idempotency_key_is_refused() -> None:
    answer = client().post(f"{BASE}/referrals", json=named(), headers={"Authorization": f"Bearer {key_of(SCHOOL)}"})
    refused(answer, 422)
    assert "Idempotency-Key" in answer.json["detail"]


def test_the_local_authority_says_when_it_became_aware() -> None:
    body = named()
    del body["awareness"]["local_authority_became_aware_at"]
    answer = call("POST", "/referrals", COUNCIL, body)
    refused(answer, 422)
    assert answer.json["errors"][0]["pointer"] == "/awareness/local_authority_became_aware_at"


@pytest.mark.parametrize("query", ["cursor=Zebedee", "limit=0", "limit=Zebedee", "limit=1000000", "unheard_of=Zebedee"])
def test_a_query_that_cannot_be_is_refused(query: str) -> None:
    refused(call("GET", f"/referrals?{query}", OFFICE), 422)


@pytest.mark.parametrize(
    "query", ["status=Zebedee", "due_before=Zebedee", "due_before=0001-01-01T00:00:00%2B00:00", "recipient=%00"]
)
def test_a_filter_that_cannot_be_is_refused(query: str) -> None:
    refused(call("GET", f"/duties?{query}", OFFICE), 422)


@pytest.mark.parametrize("path", ["/referrals/Zebedee", "/incidents/%00", "/duties/1%20or%201=1", "/nothing"])
def test_an_address_that_is_none_is_404(path: str) -> None:
    answer = call("GET", path, OFFICE)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_method_that_a_route_does_not_have_is_405() -> None:
    answer = call("DELETE", "/referrals", OFFICE)
    refused(answer, 405)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("service_path", ["/notify/health/live", "/notify/metrics", "/notify/openapi.json"])
def test_health_metrics_and_the_interfaces_document_need_no_key(service_path: str) -> None:
    assert client().get(service_path).status_code == 200


def test_readiness_says_in_words_what_is_wrong() -> None:
    answer = client().get("/notify/health/ready")
    assert answer.status_code == (503 if answer.json["wrong"] else 200)
    assert all(sentence.endswith(".") for sentence in answer.json["wrong"])
