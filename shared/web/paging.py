"""Lists in pages: an opaque cursor that names the last row seen, so that new rows do not shift a page."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from marshmallow import Schema, fields, validate
from sqlalchemy import Select, Uuid, literal, tuple_
from sqlalchemy.orm import Session

from shared.web.problems import refused

PAGE = 50


class PageQuery(Schema):
    """What every list takes."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=400))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 200))


def page(
    session: Session,
    statement: Select[Any],
    order: Sequence[Any],
    query: dict[str, Any],
    describe: Callable[[Any], Any],
    *,
    newest_first: bool = False,
) -> dict[str, Any]:
    """One page of `statement` in the order of the columns `order`, the last of which must be unique.

    `statement` selects one kind of record, or several columns, `order` among them.

    Raises a 422 problem for a cursor that this list did not give.
    """
    keys = tuple_(*order)
    if query["cursor"]:
        values = _read(query["cursor"], order)
        after = tuple_(*(literal(value, column.type) for value, column in zip(values, order, strict=True)))
        statement = statement.where(keys < after if newest_first else keys > after)
    statement = statement.order_by(*(column.desc() if newest_first else column for column in order)).limit(
        query["limit"] + 1
    )
    rows = [row if len(row) > 1 else row[0] for row in session.execute(statement)]
    shown = rows[: query["limit"]]
    more = len(rows) > len(shown)
    return {"items": [describe(row) for row in shown], "next": _write(shown[-1], order) if more else None}


def _write(row: Any, order: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([getattr(row, column.key) for column in order])).decode().rstrip("=")


def _read(cursor: str, order: Sequence[Any]) -> list[Any]:
    """The values in a cursor, each as its column has it: JSON keeps neither times nor UUIDs."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_value_of(column, value) for column, value in zip(order, values, strict=True)]
    except (binascii.Error, ValueError, TypeError):
        raise refused("/cursor", "Give the cursor exactly as the page before gave it in next, or none.") from None


def _value_of(column: Any, value: Any) -> Any:
    """`value` from a cursor as the column's kind. Raises ValueError or TypeError for one of another kind."""
    if isinstance(column.type, Uuid):
        return str(UUID(value)) if not column.type.as_uuid else UUID(value)
    kind = column.type.python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if not isinstance(value, kind) or (kind is str and "\0" in value):
        raise TypeError("another kind of value")
    return value
