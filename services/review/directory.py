"""Agencies as this service knows them: its copy of the directory that notify keeps."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.web.problems import refused

NAMES = text("SELECT id, name FROM agencies WHERE id = ANY(:ids)")


class Agencies:
    """The names of some agencies, read once; one that the directory does not hold yet goes by its id."""

    def __init__(self, session: Session, ids: Iterable[str]) -> None:
        rows = session.execute(NAMES, {"ids": list(set(ids))})
        self._names = {row.id: row.name for row in rows}

    def __getitem__(self, agency_id: str) -> dict[str, Any]:
        return {"id": agency_id, "name": self._names.get(agency_id, agency_id)}


def expect_agency(session: Session, agency_id: str, pointer: str) -> None:
    """Raises a 422 problem at `pointer` for an agency that is not in the directory, or no longer."""
    found = session.execute(text("SELECT 1 FROM agencies WHERE id = :id AND ended_at IS NULL"), {"id": agency_id})
    if found.first() is None:
        raise refused(pointer, "Name an agency by its id in the directory of this partnership.")
