"""What the tests of publication share: agencies with keys, events as they reach it, PDFs, a report on its way out."""

import base64
import io
import itertools
from datetime import timedelta
from functools import cache
from typing import Any

import pikepdf
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from services.publish.app import create_app
from services.publish.document_check import check_documents
from services.publish.going_live import publish_due
from services.publish.public_site.site_server import application
from services.publish.reactions import REACTIONS
from services.publish.service import SERVICE
from shared import clock, files
from shared.calendar import add_working_days, london_day
from shared.database import new_id
from shared.encryption import seal_json, unseal_json
from shared.identity.keys import UPSERT_KEY, apply_directory_change, hash_of, new_key
from shared.inbox import receive
from shared.partnership import partnership
from shared.settings import settings

COUNCIL, ICB, POLICE = "herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police"
PARTNERS = (COUNCIL, ICB, POLICE)
OFFICE, SCHOOL = "hscp-partnership-office", "example-school"
BASE = "/publish/api/v1"
READERS = ("panel", "secretary-of-state", "ofsted")

numbers = itertools.count(1)


@cache
def client() -> FlaskClient:
    return create_app().test_client()


@cache
def key_of(agency_id: str) -> str:
    """A key of an agency of the partnership's file, entered in publish's copy of the directory."""
    agency, key = partnership().agency(agency_id), new_key()
    change = {
        "id": agency.id,
        "name": agency.name,
        "kind": agency.kind,
        "is_partner": agency.id in partnership().safeguarding_partners,
        "emails": [],
        "ended_at": None,
        "version": 0,
        "keys": [],
    }
    row = {"id": new_id(), "agency_id": agency.id, "hash": hash_of(key), "issued_at": clock.now(), "revoked_at": None}
    with SERVICE.transaction() as session:
        apply_directory_change(session, change)
        session.execute(UPSERT_KEY, row)
    return key


def call(method: str, path: str, agency: str = OFFICE, body: Any = None, **more: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {key_of(agency)}"} | more.pop("headers", {})
    return client().open(BASE + path, method=method, json=body, headers=headers, **more)


def get(path: str, agency: str = OFFICE) -> Any:
    answer = call("GET", path, agency)
    assert answer.status_code == 200, answer.text
    return answer.json


def post(path: str, body: Any, agency: str = OFFICE, status: int = 201) -> Any:
    answer = call("POST", path, agency, body)
    assert answer.status_code == status, answer.text
    return answer.json


def hear(kind: str, values: dict[str, Any], source: str = "review", **changes: Any) -> str:
    """Give publish an event through its inbox, as its worker does; returns the event's id."""
    event_id = new_id()
    envelope = {
        "id": event_id,
        "source": source,
        "type": kind,
        "subject": f"test:{event_id}",
        "sequence": 1,
        "time": clock.now().isoformat(),
        "requestid": None,
        "data_base64": base64.b64encode(seal_json(values, f"event:{event_id}")).decode(),
    }
    receive(SERVICE, REACTIONS, envelope | changes)
    return event_id


def said(publication_id: str, kind: str) -> list[dict[str, Any]]:
    """What publish said of a publication, oldest first."""
    statement = text("SELECT id, data FROM events WHERE subject = :subject AND type = :kind ORDER BY sequence")
    values = {"subject": f"publication:{publication_id}", "kind": kind}
    with SERVICE.transaction() as session:
        rows = session.execute(statement, values).all()
    return [unseal_json(bytes(row.data), f"event:{row.id}") for row in rows]


def pdf(*pages: str, change: Any = None) -> bytes:
    """A PDF with a line of text on each page; `change` may hide things in it before it is saved."""
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for words in pages or ("The learning of this review.",):
            page = document.add_blank_page(page_size=(595, 842))
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            shown = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            page.obj.Contents = document.make_stream(f"BT /F1 12 Tf 40 700 Td ({shown}) Tj ET".encode("cp1252"))
        if change:
            change(document)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def signed_report(content: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """`report.signed-off` as review says it, the report in the store."""
    number = next(numbers)
    content = content or pdf(f"Learning of review {number}. Agencies must share what they know.")
    incident_id = new_id()
    return {
        "practice_review_id": new_id(),
        "case_id": new_id(),
        "incident_id": incident_id,
        "incidents": [{"incident_id": incident_id, "occurred_on": "2026-03-20"}],
        "reference": f"LCSPR-2026-{number:04}",
        "pseudonym": f"Child T{number}",
        "kind": "lcspr",
        "title": "Learning about working together",
        "report": {
            "key": files.put(content),
            "filename": "Report on Hester Nolan.pdf",
            "sha256": files.sha256_of(content),
        },
        "signed_at": clock.now().isoformat(),
        "identifiers": [
            {"kind": "name", "value": "Hester Nolan"},
            {"kind": "date-of-birth", "value": "2019-03-12"},
            {"kind": "nhs-number", "value": "9434765919"},
            {"kind": "address", "value": "12 Invented Street, Hereford, HR1 1AA"},
        ],
    } | changes


def open_publication(content: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """A publication just opened, its report cleaned and checked."""
    for agency in (*PARTNERS, OFFICE):
        key_of(agency)
    report = signed_report(content, **changes)
    hear("report.signed-off", report)
    check_documents()
    with SERVICE.transaction() as session:
        statement = text("SELECT id::text FROM publications WHERE practice_review_id = :review")
        found = session.scalar(statement, {"review": report["practice_review_id"]})
    return get(f"/publications/{found}")


def agreement(*partners: str) -> list[dict[str, str]]:
    return [{"agency_id": each, "name": f"Signatory of {each}", "role": "Director"} for each in partners or PARTNERS]


def route(kind: str = "local", **changes: Any) -> dict[str, Any]:
    body = {"route": kind, "reasons": "The learning is for everyone.", "agreed_by": agreement()} | changes
    if kind == "anonymous" and "nspcc_agreement" not in changes:
        agreed = {"agreed_by": "The librarian", "agreed_at": clock.now().isoformat()}
        body["nspcc_agreement"] = agreed
    return body


def upload(publication: dict[str, Any], content: bytes, filename: str = "report.pdf", **fields: str) -> TestResponse:
    """Upload a document and have it checked."""
    form = {"file": (io.BytesIO(content), filename), "uploaded_by": "Ruth Editor"} | fields
    headers = {"Authorization": f"Bearer {key_of(OFFICE)}"}
    address = f"{BASE}/publications/{publication['id']}/documents"
    answer = client().post(address, data=form, headers=headers, content_type="multipart/form-data")
    check_documents()
    return answer


def follow_protocol(publication: dict[str, Any]) -> None:
    """Do what the file requires before publication, as far as this publication has it."""
    kept = {step["id"] for step in get(f"/publications/{publication['id']}")["protocol"]}
    for step in partnership().protocol:
        if step.required and step.when == "before" and step.id in kept:
            post(f"/publications/{publication['id']}/protocol/{step.id}", {"done_by": "Ruth Editor"})


def publication_day(working_days: int = 8) -> Any:
    """Nine in the morning, so many working days from today."""
    day = add_working_days(london_day(clock.now()), working_days, partnership().bank_holidays)
    return clock.now().replace(year=day.year, month=day.month, day=day.day, hour=9, minute=0)


def schedule(publication: dict[str, Any], working_days: int = 8, status: int = 201) -> Any:
    when = publication_day(working_days).isoformat()
    body = {"publish_at": when, "avoided_week_reasons": "The tests run on every day of the year."}
    return post(f"/publications/{publication['id']}/schedule", body, status=status)


def confirm_copies(publication: dict[str, Any], recipients: tuple[str, ...] = READERS, **changes: Any) -> None:
    """The duties of prior copies discharged, as notify says it."""
    for recipient in recipients:
        now = clock.now().isoformat()
        duty = {
            "duty_id": new_id(),
            "rule": "prior-copy",
            "recipient": recipient,
            "incident_id": None,
            "concerns": f"publication:{publication['id']}:copies:0123456789abcdef",
            "due_at": now,
            "discharged_at": now,
            "sent_at": now,
            "reference": None,
        }
        hear("duty.discharged", duty | changes, source="notify")


def scheduled_publication(
    decided: dict[str, Any] | None = None, content: bytes | None = None, **changes: Any
) -> dict[str, Any]:
    """A publication with everything done and its copies sent, waiting for its time."""
    publication = open_publication(content, **changes)
    post(f"/publications/{publication['id']}/route", decided or route())
    check_documents()
    follow_protocol(publication)
    schedule(publication)
    confirm_copies(publication)
    return get(f"/publications/{publication['id']}")


def pass_days(days: int = 14) -> None:
    clock.advance(timedelta(days=days))


def live_publication(decided: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A publication that went live at its time."""
    publication = scheduled_publication(decided, **changes)
    pass_days()
    publish_due()
    published = get(f"/publications/{publication['id']}")
    assert published["status"] == "live", published["held_because"]
    return published


def browse(path: str, method: str = "GET", **headers: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the public site: status, headers, body."""
    address, _, query = path.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": query} | headers
    answered: list[Any] = []
    body = application(settings().site_folder)(environ, lambda status, given: answered.extend([status, dict(given)]))
    return answered[0][:3], answered[1], b"".join(body)


def path_of(publication: dict[str, Any]) -> str:
    return publication["url"].removeprefix(settings().public_url)
