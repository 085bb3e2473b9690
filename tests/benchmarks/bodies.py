"""Referrals to send: some 3 KB of JSON each, every one with a child of its own, so that none is another's duplicate."""

import json
import random
import string
import uuid
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.web.fields import nhs_number_fits
from tests.referrals import USUAL, USUAL_CHILD

chance = random.Random()  # invented people, not secrets


def referrals(count: int) -> list[bytes]:
    """The authority's own referrals, each of which must be notified: three duties and three messages arise."""
    return [json.dumps(referral()).encode() for _ in range(count)]


def referral() -> dict[str, Any]:
    now = datetime.now(UTC).replace(microsecond=0)
    happened = now - timedelta(days=2, minutes=chance.randrange(600))
    body = deepcopy(USUAL) | {"agency_reference": f"REF-{uuid.uuid4()}"}
    body["incident"]["occurred"] |= {
        "from": happened.isoformat(),
        "to": (happened + timedelta(minutes=45)).isoformat(),
    }
    body["incident"]["narrative"] *= 9  # some 3 KB in all
    body["children"] = [USUAL_CHILD | _own() | {"also_known_as": [_name()], "nhs_number": next(_nhs_numbers())}]
    body["other_people"] = [{"relationship": kind} | _own() for kind in ("sibling", "half-sibling")]
    body["awareness"] |= {
        "agency_became_aware_at": (happened + timedelta(hours=2)).isoformat(),
        "local_authority_became_aware_at": (now - timedelta(hours=20)).isoformat(),
    }
    return body


def _own() -> dict[str, Any]:
    return {"given_name": _name(), "family_name": _name(), "date_of_birth": _birth_date()}


def _name() -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=9)).title()


def _birth_date() -> str:
    return (datetime.now(UTC).date() - timedelta(days=chance.randrange(400, 6000))).isoformat()


def _nhs_numbers() -> Iterator[str]:
    while True:
        number = f"9{chance.randrange(10**9):09}"
        if nhs_number_fits(number):
            yield number
