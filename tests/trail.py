"""What the audit trail says of a record."""

from collections.abc import Iterable

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session


def entries_on(session: Session, records: Iterable[str]) -> list[dict[str, str]]:
    """The trail of some records, oldest first."""
    statement = text("SELECT entry FROM audit_entries WHERE entry::jsonb->>'on' = ANY(:records) ORDER BY number")
    return [orjson.loads(row.entry) for row in session.execute(statement, {"records": list(records)})]
