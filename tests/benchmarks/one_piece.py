"""One piece of notify's work, done in this process and timed: what `growth` compares."""

import statistics
import uuid
from collections.abc import Callable
from functools import cache

from flask.testing import FlaskClient

from services.notify.app import create_app
from services.notify.dispatch import dispatch_due
from services.notify.service import SERVICE
from tests.benchmarks.backlog import add_backlog
from tests.benchmarks.bodies import referrals
from tests.benchmarks.measuring import seconds_of

TIMES = 30
PIECES = ("one intake", "a sweep", "a dispatch of 64", "GET /incidents", "GET /referrals", "GET /duties")


def cost_of(piece: str, authority_key: str, office_key: str) -> float:
    """Milliseconds of one such piece, the median of several."""
    if piece == "one intake":
        return _median(lambda: _intake(authority_key), TIMES)
    if piece == "a sweep":
        dispatch_due()
        return _median(_sweep, TIMES)
    if piece == "a dispatch of 64":
        dispatch_due()
        return _median(_dispatch, TIMES // 5)
    path = f"/notify/api/v1/{piece.removeprefix('GET /')}"
    return _median(lambda: _list(path, office_key), TIMES)


def _median(act: Callable[[], float], times: int) -> float:
    return 1000 * statistics.median(act() for _ in range(times))


@cache
def _client() -> FlaskClient:
    return create_app().test_client()


def _intake(key: str) -> float:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())}
    (body,) = referrals(1)
    return seconds_of(lambda: _answered("POST", "/notify/api/v1/referrals", headers, body))


def _list(path: str, key: str) -> float:
    return seconds_of(lambda: _answered("GET", path, {"Authorization": f"Bearer {key}"}))


def _answered(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> None:
    answer = _client().open(path, method=method, headers=headers, data=body, content_type="application/json")
    assert answer.status_code in (200, 201), answer.text


def _sweep() -> float:
    from services.notify.worker import celery  # reads the settings, which this process has only now

    return seconds_of(celery.tasks["notify.sweep"])


def _dispatch() -> float:
    with SERVICE.transaction() as session:
        add_backlog(session, 64)
    return seconds_of(dispatch_due)
