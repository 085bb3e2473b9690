"""What every part of one service shares: its name, its database, its Celery application, its doorbell."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from shared.database import Database
from shared.doorbell import Doorbell
from shared.identity.viewer import SYSTEM, Viewer
from shared.logs import describe_error

if TYPE_CHECKING:
    from celery import Celery

log = structlog.get_logger()


class Service:
    """One of the three services in this process. Nothing is connected until it is used.

    `knows_secrets`: whether it is told the secrets that the partnership's file names, of gateways and providers.
    """

    def __init__(self, name: str, *, knows_secrets: bool = False) -> None:
        self.name = name
        self.knows_secrets = knows_secrets
        self.database = Database(name)

    @cached_property
    def celery(self) -> "Celery":
        from shared.celery_app import make_celery  # Celery: a web process needs it with its first ring, not to start

        return make_celery(self.name)

    @cached_property
    def doorbell(self) -> Doorbell:
        return Doorbell(lambda: self.celery)

    @contextmanager
    def transaction(self, viewer: Viewer = SYSTEM) -> Iterator[Session]:
        """One transaction; after its commit what it asked for is done (`do_after_commit`, `ring_after_commit`)."""
        with self.database.transaction(viewer) as session:
            yield session
        for what in session.info.pop("afterwards", ()):
            try:
                what()
            except Exception as error:  # what was done is committed, and is not to look as if it had failed
                log.error("after_commit.failed", service=self.name, **describe_error(error))
        # A bell that is not heard costs time, never work.
        if jobs := session.info.pop("rings", ()):
            self.doorbell.ring(*(f"{self.name}.{job}" for job in jobs))


def do_after_commit(session: Session, what: Callable[[], None]) -> None:
    """Have `what` done as soon as this transaction is committed, before whoever waits for it is answered."""
    session.info.setdefault("afterwards", []).append(what)


def ring_after_commit(session: Session, job: str) -> None:
    """Ask that the service's worker does `job` (such as `relay_outbox`) as soon as this transaction is committed."""
    session.info.setdefault("rings", set()).add(job)
