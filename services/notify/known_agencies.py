"""The agencies by name, for pages and choices: read from the directory, and again after a few seconds at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import text

from services.notify.service import SERVICE

FRESH_SECONDS = 5.0
ALL = text("SELECT id, name, ended_at IS NOT NULL AS ended FROM agencies ORDER BY name, id")


@dataclass(frozen=True)
class KnownAgency:
    """An agency of the directory, in use or ended."""

    name: str
    ended: bool


_read: tuple[float, Mapping[str, KnownAgency]] = (0.0, {})


def known_agencies() -> Mapping[str, KnownAgency]:
    """Every agency that the directory has or had, by id, in the order of their names."""
    global _read  # noqa: PLW0603  # one small cache per process, so that no page waits for it
    read_at, found = _read
    if not found or monotonic() - read_at > FRESH_SECONDS:
        with SERVICE.transaction() as session:
            found = {row.id: KnownAgency(row.name, row.ended) for row in session.execute(ALL)}
        _read = (monotonic(), found)
    return found


def read_again() -> None:
    """Have the next asker read the directory, since it has just been changed."""
    global _read  # noqa: PLW0603  # as above
    _read = (0.0, {})
