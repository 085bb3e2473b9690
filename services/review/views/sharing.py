"""Shared material as it is answered."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from services.review.directory import Agencies
from services.review.models import SharedMaterial


def describe_shared(session: Session, shared: Sequence[SharedMaterial]) -> list[dict[str, Any]]:
    """What is shared, of whom and with whom, without its content."""
    agencies = Agencies(session, [agency for each in shared for agency in (each.agency_id, *each.with_agencies)])
    return [
        {
            "id": each.id,
            "case_id": each.case_id,
            "reference": each.case_reference,
            "agency": agencies[each.agency_id],
            "what": each.what,
            "number": each.number,
            "with_agencies": [agencies[agency] for agency in each.with_agencies],
            "with_reviewer": each.with_reviewer,
            "shared_at": each.shared_at,
            "ended_at": each.ended_at,
        }
        for each in shared
    ]


def describe_shared_whole(session: Session, material: SharedMaterial) -> dict[str, Any]:
    """One thing that is shared, with its content in its owner's words."""
    [described] = describe_shared(session, [material])
    chronology = [{name: value for name, value in entry.items() if name != "place"} for entry in material.chronology]
    return described | {"content": material.content, "chronology": chronology}
