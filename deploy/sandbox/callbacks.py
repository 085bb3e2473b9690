"""Receipts that follow: signed callbacks, sent until they are heard, or until the pauses run out."""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

import orjson
import requests

from deploy.sandbox.journal import Journal
from deploy.sandbox.signatures import signed_headers

PAUSES_SECONDS = (0.2, 0.5, 1, 2, 4, 8, 15, 30)  # a minute in all: as long as the fault tests keep anything down
ANSWER_WITHIN_SECONDS = 10
SENDERS = 4


class Callbacks:
    """The callbacks owed to the services. `start` sends first what an earlier process left owing."""

    def __init__(self, journal: Journal, key: bytes, url: str) -> None:
        self._journal, self._key, self._url = journal, key, url
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._held: list[str] = []
        self._turn = count()
        self._of_thread = threading.local()

    def start(self) -> None:
        for arrival in self._journal.deliveries():
            for _ in range(arrival.callbacks_owed):
                self._at(0, lambda delivery=arrival.delivery: self._send_until_heard(delivery))  # type: ignore[misc]
        for number in range(SENDERS):
            threading.Thread(target=self._send_what_is_due, name=f"callbacks-{number}", daemon=True).start()

    def promise(self, delivery: str) -> None:
        """Remember that one callback is owed, whatever happens to this process before it is heard."""
        self._journal.owe_callback(delivery)

    def send(self, delivery: str, *, after: float = 0) -> None:
        """Send the promised receipt of `delivery` in `after` seconds."""
        self._at(after, lambda: self._send_until_heard(delivery))

    def send_and_wait(self, delivery: str) -> None:
        """Send the promised receipt before returning; one that is not heard follows later like any other."""
        self._send_until_heard(delivery)

    def hold(self, delivery: str, *, at_most: float) -> None:
        """Keep the promised receipt back until another waits or `at_most` seconds pass; then the newest goes first."""
        with self._changed:
            self._held.append(delivery)
            enough = len(self._held) > 1
        self._at(0 if enough else at_most, lambda: self._release_with(delivery))

    def _release_with(self, delivery: str) -> None:
        with self._changed:
            if delivery not in self._held:
                return
            newest_first, self._held = self._held[::-1], []
        for each in newest_first:
            self._send_until_heard(each)

    def _send_until_heard(self, delivery: str, failures: int = 0) -> None:
        if self._is_heard(delivery):
            self._journal.callback_answered(delivery)
        elif failures < len(PAUSES_SECONDS):
            self._at(PAUSES_SECONDS[failures], lambda: self._send_until_heard(delivery, failures + 1))

    def _is_heard(self, delivery: str) -> bool:
        arrival = self._journal.delivery(delivery)
        if arrival is None:  # everything was emptied meanwhile: nobody waits for it
            return True
        receipt = {"receipt": arrival.receipt, "received_at": arrival.first_at}
        body = orjson.dumps({"type": "receipt", "delivery": delivery, **receipt})
        headers = signed_headers(self._key, f"receipt-{delivery}", body) | {"content-type": "application/json"}
        try:
            answer = self._session().post(self._url, body, headers=headers, timeout=ANSWER_WITHIN_SECONDS)
        except requests.RequestException:  # whoever should listen is down: a later attempt tells him
            return False
        return answer.ok

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
            self._of_thread.session.trust_env = False  # a proxy has no business between two loopback addresses
        session: requests.Session = self._of_thread.session
        return session

    def _at(self, after: float, act: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._waiting, (time.monotonic() + after, next(self._turn), act))
            self._changed.notify()

    def _send_what_is_due(self) -> None:
        while True:
            self._next_due()()

    def _next_due(self) -> Callable[[], None]:
        with self._changed:
            while not self._waiting or self._waiting[0][0] > time.monotonic():
                pause = self._waiting[0][0] - time.monotonic() if self._waiting else None
                self._changed.wait(pause)
            return heapq.heappop(self._waiting)[2]
