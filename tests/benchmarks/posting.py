"""A lean client: kept-alive connections, one thread each, sending bodies that were made beforehand."""

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

CONNECTIONS = 16


@dataclass(frozen=True)
class Burst:
    """What a burst of requests took: how many a second were answered, and each one's seconds."""

    rate: float
    seconds: list[float]


class NotAnswered(RuntimeError):
    """A request was not answered as it should be; the message holds status and the answer's beginning."""


def post_all(url: str, bodies: Sequence[bytes], key: str = "", connections: int = CONNECTIONS) -> Burst:
    """POST every body to `url`, shared out over so many connections. Raises `NotAnswered` unless each gets 201."""
    shares = [bodies[n::connections] for n in range(connections)]
    taken: list[list[float]] = [[] for _ in shares]
    faults: list[Exception] = []
    begin = threading.Barrier(connections + 1)

    def work(number: int) -> None:
        try:
            _post_share(url, key, shares[number], taken[number], begin)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    begin.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - began
    if faults:
        raise faults[0]
    return Burst(len(bodies) / passed, [one for share in taken for one in share])


def _post_share(url: str, key: str, share: Sequence[bytes], taken: list[float], begin: threading.Barrier) -> None:
    sender = Sender(url, key)
    begin.wait()
    for body in share:
        began = time.perf_counter()
        sender.post(body)
        taken.append(time.perf_counter() - began)


class Sender:
    """One kept-alive connection to one address."""

    def __init__(self, url: str, key: str = "") -> None:
        address = urlsplit(url)
        self._path, self._key = address.path, key
        self._connection = HTTPConnection(address.hostname or "", address.port)
        self._connection.connect()

    def post(self, body: bytes) -> bytes:
        """What is answered to a body. Raises `NotAnswered` unless that is 201."""
        self._connection.request("POST", self._path, body, _headers(self._key))
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise NotAnswered(f"{answer.status}: {content[:400].decode(errors='replace')}")
        return content


def _headers(key: str) -> dict[str, str]:
    own = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())} if key else {}
    return {"Content-Type": "application/json", **own}
