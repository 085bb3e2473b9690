"""What a demonstration starts with: the partnership's agencies with keys that work, written where people find them."""

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.directory import add_agency, rotate_key
from services.notify.service import SERVICE
from shared.identity.keys import hash_of
from shared.partnership import Agency, partnership
from shared.settings import required

WORKS = text("SELECT 1 FROM api_keys WHERE agency_id = :agency AND hash = :hash AND revoked_at IS NULL")


def load(folder: Path) -> None:
    """Enter the agencies of the partnership's file and write `folder/credentials.json`, readable by its owner only.

    May be repeated: a key that the file holds and that still works stays as it is.
    """
    file = folder / "credentials.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    with SERVICE.transaction() as session:
        holders = {
            agency.id: _with_key(session, agency, _key_before(before, agency.id)) for agency in partnership().agencies
        }
    _write(file, _credentials(holders))


def _key_before(credentials: dict[str, Any], agency_id: str) -> str | None:
    holders = credentials.get("agencies", {}) | {"office": credentials.get("partnership_office", {})}
    return next((holder["api_key"] for holder in holders.values() if holder.get("id") == agency_id), None)


def _with_key(session: Session, agency: Agency, key: str | None) -> dict[str, str]:
    is_partner = agency.id in partnership().safeguarding_partners
    add_agency(session, agency.id, agency.name, agency.kind, list(agency.emails), is_partner=is_partner)
    works = key and session.execute(WORKS, {"agency": agency.id, "hash": hash_of(key)}).first()
    return {"id": agency.id, "api_key": key if key and works else rotate_key(session, agency.id)}


def _credentials(holders: dict[str, dict[str, str]]) -> dict[str, Any]:
    office = partnership().partnership_office
    return {
        "agencies": {agency: holder for agency, holder in holders.items() if agency != office},
        "partnership_office": holders[office],
        "people": [],  # no personal accounts: agencies' systems sign in with keys
        "sandbox": {"url": required("SANDBOX_URL"), "webhook_secret": required("SANDBOX_WEBHOOK_SECRET")},
    }


def _write(file: Path, credentials: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(credentials, out, indent=2)
    fresh.replace(file)
