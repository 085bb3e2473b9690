"""References that people use, and pseudonyms that nobody could work out."""

import secrets

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.review.models import Case
from shared import clock
from shared.calendar import london_day
from shared.partnership import partnership

NEXT = text("""
    INSERT INTO reference_numbers AS r VALUES (:series, :year, 1)
    ON CONFLICT (series, year) DO UPDATE SET last = r.last + 1 RETURNING last
""")
OF_REVIEWS = {"lcspr": "LCSPR", "thematic": "THEMATIC", "single-agency": "AGENCY", "other": "REVIEW"}  # by kind
CONSONANTS = "BCDFGHJKLMNPRSTVWXZ"  # without vowels no word appears by chance
TRIES = 20


def next_reference(session: Session, series: str) -> str:
    """The next reference of a series in this year, such as `HSCP-RR-2026-0001`.

    The row it counts in stays locked until the commit, so that what follows in the transaction is done one at a time.
    """
    year = london_day(clock.now()).year
    number = session.execute(NEXT, {"series": series, "year": year}).scalar_one()
    return f"{partnership().short_name}-{series}-{year}-{number:04}"


def invent_pseudonym(session: Session, names: list[str]) -> str:
    """An unused pseudonym such as `Child HN`: drawn by lot, and never the initials of one of `names`.

    Call it after `next_reference`, whose lock keeps two cases from drawing the same.
    """
    initials = {"".join(sorted(word[0].upper() for word in name.split())) for name in names}
    letters = 2
    while True:
        for _ in range(TRIES):
            drawn = "".join(secrets.choice(CONSONANTS) for _ in range(letters))
            if "".join(sorted(drawn)) not in initials and not _used(session, f"Child {drawn}"):
                return f"Child {drawn}"
        letters += 1


def _used(session: Session, pseudonym: str) -> bool:
    return session.query(Case.id).filter_by(pseudonym=pseudonym).first() is not None
