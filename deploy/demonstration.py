"""What a demonstration starts with: agencies with keys that work and people who can sign in, written where people find them."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

import pyotp
from sqlalchemy import text
from sqlalchemy.orm import Session

from deploy.demo.agencies import agency_of
from services.notify.directory import add_agency, rotate_key
from services.notify.people import enter_person
from services.notify.service import SERVICE
from services.notify.sign_in import app_secret, confirm_app, set_password
from shared.identity.keys import hash_of
from shared.identity.viewer import SYSTEM
from shared.partnership import Agency, AgencyKind, partnership
from shared.settings import required

WORKS = text("SELECT 1 FROM api_keys WHERE agency_id = :agency AND hash = :hash AND revoked_at IS NULL")

# Invented people, one for each thing that people do here: name, the e-mail address's first part, kind of agency, roles.
PEOPLE: tuple[tuple[str, str, AgencyKind, list[str]], ...] = (
    ("Robin Example", "referrer", "nhs-provider", ["referrer"]),
    ("Sam Example", "agency.lead", "nhs-provider", ["agency-lead", "referrer"]),
    ("Mel Example", "return.author", "nhs-provider", ["return-author"]),
    ("Gwen Example", "school.lead", "school", ["agency-lead"]),
    ("Ada Example", "school.author", "school", ["return-author"]),
    ("Alex Example", "duty.officer", "local-authority", ["duty-officer"]),
    ("Jo Example", "partner.approver", "police", ["partner-approver"]),
    ("Lee Example", "council.approver", "local-authority", ["partner-approver"]),
    ("Ash Example", "icb.approver", "icb", ["partner-approver"]),
    ("Chris Example", "office", "partnership-office", ["partnership-office"]),
    ("Ruth Example", "editor", "partnership-office", ["editor"]),
    ("Nia Example", "communications.lead", "police", ["communications-lead"]),
    ("Pat Example", "scrutineer", "partnership-office", ["scrutineer"]),
    ("Ida Example", "reviewer", "partnership-office", ["reviewer"]),
    ("Nell Example", "second.reviewer", "partnership-office", ["reviewer"]),
    ("Kim Example", "administrator", "partnership-office", ["administrator"]),
)
MAILBOXES_AT = "people.example"
ENTERED = text("SELECT 1 FROM agencies WHERE id = :agency")
ACCOUNT = text("SELECT id::text FROM people WHERE email = :email")


def load(folder: Path) -> None:
    """Enter the agencies of the partnership's file and invented people, and write `folder/credentials.json`, readable by its owner only.

    May be repeated: a key that the file holds and that still works stays as it is.
    """
    file = folder / "credentials.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    with SERVICE.transaction() as session:
        holders = {
            agency.id: _with_key(session, agency, _key_before(before, agency.id)) for agency in partnership().agencies
        }
        people = [
            _with_account(session, before, name, mailbox, agency, roles)
            for name, mailbox, kind, roles in PEOPLE
            if (agency := agency_of(kind))
        ]
    _write(file, _credentials(holders) | {"people": people})


def _key_before(credentials: dict[str, Any], agency_id: str) -> str | None:
    holders = credentials.get("agencies", {}) | {"office": credentials.get("partnership_office", {})}
    return next((holder["api_key"] for holder in holders.values() if holder.get("id") == agency_id), None)


def _with_key(session: Session, agency: Agency, key: str | None) -> dict[str, str]:
    if session.scalar(ENTERED, {"agency": agency.id}) is None:  # what the office has changed since stays
        is_partner = agency.id in partnership().safeguarding_partners
        add_agency(session, agency.id, agency.name, agency.kind, list(agency.emails), is_partner=is_partner)
    works = key and session.execute(WORKS, {"agency": agency.id, "hash": hash_of(key)}).first()
    return {"id": agency.id, "api_key": key if key and works else rotate_key(session, agency.id)}


def _with_account(
    session: Session, before: dict[str, Any], name: str, mailbox: str, agency: str, roles: list[str]
) -> dict[str, Any]:
    """A person who can sign in, with what they need for it. One whom the file holds already stays as they are."""
    email = f"{mailbox}@{MAILBOXES_AT}"
    person_id = session.scalar(ACCOUNT, {"email": email})
    known = next((each for each in before.get("people", ()) if each["email"] == email), None)
    if person_id and known:
        return dict(known)
    person_id = person_id or enter_person(session, SYSTEM, agency, name, email, roles)
    password = "-".join(secrets.token_hex(3) for _ in range(4))
    set_password(session, person_id, password)
    secret = app_secret(session, person_id)
    confirm_app(session, person_id, pyotp.TOTP(secret).now())
    return {"email": email, "password": password, "agency": agency, "roles": roles, "totp_secret": secret}


def _credentials(holders: dict[str, dict[str, str]]) -> dict[str, Any]:
    office = partnership().partnership_office
    return {
        "agencies": {agency: holder for agency, holder in holders.items() if agency != office},
        "partnership_office": holders[office],
        "sandbox": {"url": required("SANDBOX_URL"), "webhook_secret": required("SANDBOX_WEBHOOK_SECRET")},
    }


def _write(file: Path, credentials: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(credentials, out, indent=2)
    fresh.replace(file)
