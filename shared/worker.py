"""What every service's worker does besides its own work: hear events, confirm them, relay, and keep the floor swept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_init

from shared import audit, clock
from shared.events.catalogue import Reaction, check_reactions
from shared.health import heartbeat
from shared.identity.people import forget_past_sign_ins
from shared.inbox import receive_all
from shared.logs import begin_request, describe_error, set_up_logs
from shared.memory import keep_memory_to_oneself
from shared.outbox import confirm, relay
from shared.reminding import remind_in_turn
from shared.service import Service
from shared.settings import settings
from shared.starting import stop_where_told_wrong
from shared.web.idempotency import forget_old_answers

log = structlog.get_logger()

# Before any child is forked or anything reads a stranger's file. Elsewhere than in production nothing needs to be kept.
worker_init.connect(lambda **_: keep_memory_to_oneself() if settings().is_production else None, weak=False)
setup_logging.connect(lambda **_: set_up_logs(), weak=False)
task_prerun.connect(lambda **_: begin_request(), weak=False)


def make_worker(
    service: Service,
    reactions: Mapping[str, Reaction],
    remind: Callable[[], object],
    sweepers: Sequence[Callable[[], object]],
) -> Celery:
    """The Celery application of a service's worker with the tasks of the floor.

    `remind` is run by the sweep once in a while; `sweepers` are what the periodic sweep runs after the outbox: each does what a lost doorbell did not, and one that
    fails does not keep the others from running (but leaves no heartbeat).
    """
    stop_where_told_wrong(service)
    check_reactions(service.name, reactions)
    celery = service.celery

    @celery.task(name=f"{service.name}.receive_events")
    def receive_events(envelopes: list[dict[str, Any]]) -> None:
        receive_all(service, reactions, envelopes)

    @celery.task(name=f"{service.name}.confirm_events")
    def confirm_events(event_ids: list[str], consumer: str) -> None:
        confirm(service, event_ids, consumer)

    @celery.task(name=f"{service.name}.relay_outbox")
    def relay_outbox() -> None:
        relay(service)

    @celery.task(name=f"{service.name}.sweep")
    def sweep() -> None:
        run_sweep(
            service,
            [lambda: relay(service), *sweepers, lambda: remind_in_turn(service, remind), lambda: keep_house(service)],
        )

    return celery


def run_sweep(service: Service, sweepers: Sequence[Callable[[], object]]) -> None:
    """Run every sweeper; leave a heartbeat only if all came to their end."""
    failed = False
    for sweeper in sweepers:
        try:
            sweeper()
        except Exception as error:  # the others must run; the missing heartbeat raises the alarm
            failed = True
            log.error("sweep.failed", service=service.name, **describe_error(error))
    if not failed:
        with service.transaction() as session:
            heartbeat(session, "sweep")


def keep_house(service: Service) -> None:
    """Sign yesterday's head of the audit chain; forget idempotency answers, kept forms and ended sign-ins past their time."""
    with service.transaction() as session:
        head = audit.sign_head(session, service.name, clock.now().date() - timedelta(days=1))
        forget_old_answers(session)
        forget_past_sign_ins(session, clock.machine_now())
    if head:  # for whoever keeps the logs where the database's owner has no hand: `audit verify --heads` reads it
        log.info("audit.head_signed", **asdict(head) | {"day": head.day.isoformat()})


def sweep_schedule(service: str) -> dict[str, dict[str, Any]]:
    """The beat entry of a service's sweep. A sweep that no worker took before the next is due is dropped."""
    every = settings().sweep_every
    return {
        f"{service}.sweep": {
            "task": f"{service}.sweep",
            "schedule": every,
            "options": {"queue": service, "expires": every},
        }
    }
