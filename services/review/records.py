"""Finding a record that the caller may see, and taking care that two people do not overwrite each other."""

from typing import Protocol, TypeVar
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from services.review.models import Model
from shared.web.problems import Problem, not_found

Row = TypeVar("Row", bound=Model)


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


def find(session: Session, kind: type[Row], record_id: UUID | str, *, lock: bool = False) -> Row:
    """The record of this id, locked until the commit if asked. Row-level security hides what is not the caller's.

    Raises a 404 problem.
    """
    row = session.get(kind, str(record_id), with_for_update=lock or None)
    if row is None:
        raise not_found()
    return row


def expect_version(row: Versioned) -> None:
    """Raises a 412 problem when the request's If-Match names another version than the row has (RFC 9110)."""
    expected = request.headers.get("If-Match")
    if expected and expected.strip() not in ("*", etag(row)["ETag"]):
        raise Problem(412, "Somebody changed this record since you read it. Read it again, then send your change.")


def etag(row: Versioned) -> dict[str, str]:
    return {"ETag": f'"{row.version}"'}
