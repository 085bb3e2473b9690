"""What reached the outside world, kept so that a test can count it after killing the sandbox.

One line of JSON per happening, appended by one write before anything is answered; the file is read again at start.
A write survives the death of this process, which is what the fault tests ask; it is not forced to disk, so it need not
survive the machine's. Memory holds the counts and where each line stands; the bodies stay in the file.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A delivery or a message that was taken: once, however often it came."""

    delivery: str
    recipient: str
    first_at: str
    receipt: str
    attempts: int
    callbacks_owed: int
    callbacks_answered: int
    place: int  # where its line starts in the journal
    length: int


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A delivery that came and was not taken."""

    delivery: str
    recipient: str
    why: str
    at: str


class Journal:
    """The append-only file `arrivals.jsonl` of a folder, and the index of it in memory. Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._file = os.open(folder / "arrivals.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._end = 0
        self._last_number = 0
        self._forget()
        self._read_again()

    def _forget(self) -> None:
        self._deliveries: dict[str, Arrival] = {}
        self._messages: dict[str, Arrival] = {}
        self._turned_away: list[TurnedAway] = []
        self._count: Counter[str] = Counter()

    def _read_again(self) -> None:
        with os.fdopen(os.dup(self._file), "rb") as kept:
            kept.seek(0)
            for line in kept:
                if not line.endswith(b"\n"):
                    break
                self._note(orjson.loads(line), self._end, len(line))
                self._end += len(line)
        # A half-written last line was never answered, so it was never received.
        os.truncate(self._file, self._end)

    def _append(self, line: Line) -> None:
        written = orjson.dumps(line) + b"\n"
        if os.write(self._file, written) != len(written):
            os.ftruncate(self._file, self._end)
            raise OSError("The journal's disk is full: the sandbox cannot promise to remember.")
        self._note(line, self._end, len(written))
        self._end += len(written)

    def _note(self, line: Line, place: int, length: int) -> None:
        match line["kind"]:
            case "delivery":
                self._last_number = max(self._last_number, line["number"])
                self._count[line["recipient"]] += 1
                self._deliveries[line["delivery"]] = _arrival(line, place, length)
            case "message":
                self._messages[line["delivery"]] = _arrival(line, place, length)
            case "turned-away":
                self._turned_away.append(TurnedAway(line["delivery"], line["recipient"], line["why"], line["at"]))
            case "numbering":
                self._last_number = line["number"]
            case "delivery-again":
                self._change(self._deliveries, line["delivery"], attempts=1)
            case "message-again":
                self._change(self._messages, line["delivery"], attempts=1)
            case "callback-owed":
                self._change(self._deliveries, line["delivery"], callbacks_owed=1)
            case "callback-answered":
                self._change(self._deliveries, line["delivery"], callbacks_owed=-1, callbacks_answered=1)

    @staticmethod
    def _change(index: dict[str, Arrival], delivery: str, **by: int) -> None:
        known = index[delivery]
        index[delivery] = replace(known, **{field: getattr(known, field) + step for field, step in by.items()})

    def take(self, delivery: str, recipient: str, body: str, at: str) -> tuple[Arrival, bool]:
        """Keep a delivery, or count its repeat. Returns it as first taken, and whether this was the first time."""
        with self._lock:
            first = delivery not in self._deliveries
            if first:
                self._append(
                    {"kind": "delivery", "delivery": delivery, "recipient": recipient, "at": at, "body": body}
                    | {"number": self._last_number + 1}
                )
            else:
                self._append({"kind": "delivery-again", "delivery": delivery, "at": at})
            return self._deliveries[delivery], first

    def take_message(self, message_id: str, message: Line, at: str) -> None:
        """Keep a message, or count its repeat. One message in two envelopes is two messages."""
        with self._lock:
            recipients = " ".join(sorted(message["to"]))
            key = f"{message_id} {recipients}"
            if key in self._messages:
                self._append({"kind": "message-again", "delivery": key, "at": at})
            else:
                self._append({"kind": "message", "delivery": key, "recipient": recipients, "at": at, "body": message})

    def turn_away(self, delivery: str, recipient: str, why: str, at: str) -> None:
        with self._lock:
            self._append({"kind": "turned-away", "delivery": delivery, "recipient": recipient, "why": why, "at": at})

    def owe_callback(self, delivery: str) -> None:
        self._append_if_known("callback-owed", delivery)

    def callback_answered(self, delivery: str) -> None:
        self._append_if_known("callback-answered", delivery)

    def _append_if_known(self, kind: str, delivery: str) -> None:
        with self._lock:
            if delivery in self._deliveries:  # `empty` may have forgotten it meanwhile
                self._append({"kind": kind, "delivery": delivery})

    def empty(self) -> None:
        """Forget everything but the last receipt number, so that no receipt is ever given twice."""
        with self._lock:
            os.ftruncate(self._file, 0)
            self._end = 0
            self._forget()
            self._append({"kind": "numbering", "number": self._last_number})

    def delivery(self, delivery: str) -> Arrival | None:
        return self._deliveries.get(delivery)

    def deliveries(self, recipient: str | None = None) -> list[Arrival]:
        with self._lock:
            return [each for each in self._deliveries.values() if recipient in (None, each.recipient)]

    def messages(self) -> list[Arrival]:
        with self._lock:
            return list(self._messages.values())

    def turned_away(self, recipient: str | None = None) -> list[TurnedAway]:
        with self._lock:
            return [each for each in self._turned_away if recipient in (None, each.recipient)]

    def count(self, recipient: str | None = None) -> int:
        return len(self._deliveries) if recipient is None else self._count[recipient]

    def bodies(self, arrivals: list[Arrival]) -> Iterator[Any]:
        """The body of each, read from the file: text for a delivery, a parsed message for mail."""
        for each in arrivals:
            yield orjson.loads(os.pread(self._file, each.length, each.place))["body"]


def _arrival(line: Line, place: int, length: int) -> Arrival:
    receipt = receipt_number(line["recipient"], line["at"], line["number"]) if line["kind"] == "delivery" else ""
    return Arrival(
        delivery=line["delivery"],
        recipient=line["recipient"],
        first_at=line["at"],
        receipt=receipt,
        attempts=1,
        callbacks_owed=0,
        callbacks_answered=0,
        place=place,
        length=length,
    )


def receipt_number(recipient: str, at: str, number: int) -> str:
    """`PANEL-2026-000001`: whom it was sent to, the year, and a number that no other receipt bears."""
    issuer = "".join(sign if sign.isalnum() else "-" for sign in recipient.upper())
    return f"{issuer}-{at[:4]}-{number:06}"
