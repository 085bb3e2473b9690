"""Several people acting on one record in the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

Shown = dict[str, Any]
PARTNERS = ("herefordshire-council", "herefordshire-and-worcestershire-icb", "west-mercia-police")


def at_once(*asks: Callable[[], Any]) -> list[Any]:
    """Do everything in the same moment; the answers in the order of what was asked."""
    start = threading.Barrier(len(asks))

    def ask(one: Callable[[], Any]) -> Any:
        start.wait(10)
        return one()

    with ThreadPoolExecutor(len(asks)) as people:
        return list(people.map(ask, asks))


def statuses(answers: Sequence[requests.Response]) -> list[int]:
    return [answer.status_code for answer in answers]
