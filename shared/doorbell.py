"""Tell a worker that rows wait. The row is the work; the message only saves waiting for the sweep."""

import threading
import time

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger()

# After a ring, further rings are gathered for so long: a burst of commits costs a few messages, a lone one waits for nothing.
GATHER_SECONDS = 0.02


class Doorbell:
    """Rings from a thread of its own, so that no request waits for Redis."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._waiting: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ring(self, task: str) -> None:
        """Have `task` (such as `notify.relay_outbox`) sent to its service's queue soon. Never raises, never blocks."""
        with self._changed:
            self._waiting.add(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._answer, name="doorbell", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _answer(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                tasks, self._waiting = self._waiting, set()
            for task in tasks:
                self._send(task)
            time.sleep(GATHER_SECONDS)

    def _send(self, task: str) -> None:
        try:
            self._celery.send_task(task, queue=task.split(".", maxsplit=1)[0], retry=False)
        except (OperationalError, OSError) as error:
            log.warning("doorbell.unheard", task=task, error=type(error).__name__)
