"""Tell a worker that rows wait. The row is the work; the message only saves waiting for the sweep."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from celery import Celery

log = structlog.get_logger()

# After a ring, further rings are gathered for so long: a burst of commits costs a few messages, a lone one waits for nothing.
GATHER_SECONDS = 0.02


class Doorbell:
    """Rings from a thread of its own, so that no request waits for Redis."""

    def __init__(self, celery: Callable[[], "Celery"]) -> None:
        """`celery` gives the application to send with; it is asked in the ringing thread, which no request waits for."""
        self._celery = celery
        self._waiting: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, *tasks: str) -> None:
        """Have `tasks` (such as `notify.relay_outbox`) sent to their service's queue soon. Never raises, never blocks."""
        with self._changed:
            self._waiting.update(tasks)
            if self._thread is None:
                self._thread = threading.Thread(target=self._answer, name="doorbell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _answer(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                tasks, self._waiting = self._waiting, set()
            for task in sorted(tasks):  # dispatch_due before relay_outbox: someone outside waits for what it sends
                self._send(task)
            time.sleep(GATHER_SECONDS)

    def _send(self, task: str) -> None:
        from kombu.exceptions import OperationalError  # with Celery: not before the first ring

        try:
            self._celery().send_task(task, queue=task.split(".", maxsplit=1)[0], retry=False)
        except (OperationalError, OSError) as error:
            log.warning("doorbell.unheard", task=task, error=type(error).__name__)
