"""One chronology of a case from the submitted returns of all agencies, in order of time."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from services.review.models import AgencyReturn, SharedMaterial
from services.review.partial_dates import span_of
from shared.encryption import keyed_hash
from shared.web.problems import refused

LAST = "9999"  # sorts after every moment: entries whose date nobody knows stand at the end


def in_order(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries with their place in time and precision worked out, earliest first.

    Done once when a return is saved, so that merging needs no dates read again. A year or month stands at its
    beginning, before what is known more exactly, and says by `precision` how exact it is.
    """
    return sorted((_placed(entry) for entry in entries), key=_place)


def _placed(entry: dict[str, Any]) -> dict[str, Any]:
    if entry["from"] is None:
        return entry | {"precision": "unknown", "place": LAST}
    span = span_of(entry["from"])
    # The longer a span, the earlier it stands among those that begin together: hence the end, turned round.
    end = (span_of(entry["to"]).latest if entry["to"] else span.latest).timestamp()
    return entry | {"precision": span.precision, "place": f"{span.earliest:%Y-%m-%dT%H:%M:%S.%f}/{1e10 - end:017.6f}"}


def ends_of(place: str) -> datetime:
    """The end of the time that an entry may mean, read back from its place: no date is parsed for 20,000 of them."""
    return datetime.fromtimestamp(1e10 - float(place.partition("/")[2]), UTC)


def _place(entry: dict[str, Any]) -> str:
    return str(entry["place"])


def key_of(entry: dict[str, Any], agency_id: str) -> str:
    """By what a mark finds an entry again: 24 hexadecimal digits."""
    said = (entry["from"] or "", entry["to"] or "", entry["description"], entry["source"])
    return keyed_hash("chronology", agency_id, *said).hex()[:24]


def merge(returns: Sequence[AgencyReturn | SharedMaterial]) -> list[tuple[str, int, int]]:
    """The order of all entries: (place in time, number of the return in `returns`, number of the entry in it)."""
    return sorted(
        (entry["place"], number, index)
        for number, each in enumerate(returns)
        for index, entry in enumerate(each.chronology)
    )


def page_of_chronology(
    returns: Sequence[AgencyReturn | SharedMaterial], agencies: Any, cursor: str | None, limit: int | None
) -> dict[str, Any]:
    """The merged chronology from `cursor` on, `limit` entries or all, each with its agency and source.

    `agencies` gives id and name by an agency's id. Raises a 422 problem for a cursor this list did not give.
    """
    order = merge(returns)
    heads = [
        {"agency": agencies[each.agency_id], "information_request_id": each.request_id, "late": each.late}
        for each in returns
    ]
    if cursor:
        after = _read(cursor)
        order = [key for key in order if (key[0], returns[key[1]].agency_id, key[2]) > after]
    shown = order[:limit]
    items = [_shown(returns[number].chronology[index], heads[number], returns[number]) for _, number, index in shown]
    more = len(shown) < len(order)
    return {"items": items, "next": _write(shown[-1], returns) if more and shown else None}


def _shown(entry: dict[str, Any], head: dict[str, Any], of: AgencyReturn | SharedMaterial) -> dict[str, Any]:
    told = {name: value for name, value in entry.items() if name != "place"}
    return told | head | {"key": key_of(entry, of.agency_id)}


def _write(key: tuple[str, int, int], returns: Sequence[AgencyReturn | SharedMaterial]) -> str:
    place, number, index = key
    return base64.urlsafe_b64encode(orjson.dumps([place, returns[number].agency_id, index])).decode().rstrip("=")


def _read(cursor: str) -> tuple[str, str, int]:
    try:
        place, agency, index = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError):
        raise refused("/cursor", "Give the cursor exactly as the page before gave it in next, or none.") from None
    return str(place), str(agency), int(index) if isinstance(index, int) else 0
