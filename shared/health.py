"""Whether a service does its work: the age of what waits, not that a process lives."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import clock
from shared.service import Service

OLDEST_EVENT = timedelta(minutes=5)
SWEEP_SILENT = timedelta(minutes=2)

Gauges = Mapping[str, tuple[str, str]]  # name -> what it means, and the SQL that counts it as of :now

MEASURES = text("""
    SELECT (SELECT count(*) FROM event_deliveries WHERE confirmed_at IS NULL) AS events_unconfirmed,
           (SELECT min(created_at) FROM event_deliveries WHERE confirmed_at IS NULL) AS oldest_event,
           (SELECT count(*) FROM deliveries WHERE status = 'pending' AND due_at <= :now) AS deliveries_due,
           (SELECT min(created_at) FROM deliveries WHERE status = 'pending' AND attempts > 0) AS oldest_retried_delivery,
           (SELECT count(*) FROM deliveries WHERE status = 'waiting-for-person') AS deliveries_for_a_person,
           (SELECT count(*) FROM deliveries WHERE status = 'rejected') AS deliveries_rejected,
           (SELECT last_at FROM heartbeats WHERE job = 'sweep') AS last_sweep
""")
BEAT = text("INSERT INTO heartbeats VALUES (:job, :now) ON CONFLICT (job) DO UPDATE SET last_at = excluded.last_at")


def heartbeat(session: Session, job: str) -> None:
    """Note that a scheduled job has run to its end."""
    session.execute(BEAT, {"job": job, "now": clock.machine_now()})


def health_blueprint(service: Service, gauges: Gauges) -> Blueprint:
    """`/health/live`, `/health/ready` (200, or 503 with what is wrong in words) and `/metrics` of a service.

    `gauges` are measured besides what every service has.
    """
    blueprint = Blueprint("health", __name__, url_prefix=f"/{service.name}")

    @blueprint.get("/health/live")
    def live() -> Response:
        return jsonify(status="live")

    @blueprint.get("/health/ready")
    def ready() -> tuple[Response, int]:
        wrong = what_is_wrong(service)
        return jsonify(status="not ready" if wrong else "ready", wrong=wrong), 503 if wrong else 200

    @blueprint.get("/metrics")
    def metrics() -> Response:
        return Response(_measure(service, gauges), content_type="text/plain; version=0.0.4; charset=utf-8")

    return blueprint


def what_is_wrong(service: Service) -> list[str]:
    """Sentences for a person; an empty list is health."""
    try:
        with service.transaction() as session:
            found = session.execute(MEASURES, {"now": clock.now()}).one()
    except DBAPIError:
        return [f"The database of {service.name} cannot be reached."]
    moment = clock.machine_now()
    wrong = []
    if _older(found.oldest_event, moment, OLDEST_EVENT):
        wrong.append(
            f"{found.events_unconfirmed} events wait for confirmation, the oldest since {found.oldest_event:%H:%M}."
        )
    if found.last_sweep is None:
        wrong.append("The scheduled sweep has not run yet.")
    elif _older(found.last_sweep, moment, SWEEP_SILENT):
        wrong.append(f"The scheduled sweep has not run since {found.last_sweep:%H:%M}.")
    return wrong


def _older(since: datetime | None, moment: datetime, limit: timedelta) -> bool:
    return since is not None and moment - since > limit


def _measure(service: Service, gauges: Gauges) -> bytes:
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # needed here only, and slow to import

    with service.transaction() as session:
        found = session.execute(MEASURES, {"now": clock.now()}).one()
        counted = {
            name: (session.scalar(text(count), {"now": clock.now()}), meaning)
            for name, (meaning, count) in gauges.items()
        }
    moment = clock.machine_now()
    registry = CollectorRegistry()
    values = {
        "events_unconfirmed": (found.events_unconfirmed, "Events that a consumer has not confirmed"),
        "oldest_event_seconds": (_age(found.oldest_event, moment), "Age of the oldest event not confirmed"),
        "deliveries_due": (found.deliveries_due, "Messages to the outside that are due and not sent"),
        "oldest_retried_delivery_seconds": (
            _age(found.oldest_retried_delivery, moment),
            "Age of the oldest message that failed at least once",
        ),
        "deliveries_for_a_person": (found.deliveries_for_a_person, "Messages that a person is to send by hand"),
        "deliveries_rejected": (found.deliveries_rejected, "Messages that their recipient refused"),
        "last_sweep_seconds": (_age(found.last_sweep, moment), "Time since the sweep last ran to its end"),
    }
    for name, (value, meaning) in (values | counted).items():
        Gauge(f"safeguarding_{name}", meaning, ["service"], registry=registry).labels(service.name).set(value)
    return generate_latest(registry)


def _age(since: datetime | None, moment: datetime) -> float:
    return (moment - since).total_seconds() if since else 0.0
