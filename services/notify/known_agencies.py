"""The agencies by name, for pages and choices."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.notify.fresh import Fresh

ALL = text("SELECT id, name, ended_at IS NOT NULL AS ended FROM agencies ORDER BY name, id")


@dataclass(frozen=True)
class KnownAgency:
    """An agency of the directory, in use or ended."""

    name: str
    ended: bool


def _all(session: Session) -> Mapping[str, KnownAgency]:
    return {row.id: KnownAgency(row.name, row.ended) for row in session.execute(ALL)}


known_agencies = Fresh(_all)
"""Every agency that the directory has or had, by id, in the order of their names."""
