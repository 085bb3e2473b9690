"""How the outside world behaves: one mode for each recipient, `*` for all others, `smtp` for the mailboxes."""

import threading
from dataclasses import dataclass, replace

GATEWAY_MODES = {
    "receipt-now": "answer 201 with the receipt",
    "receipt-by-callback": "answer 202; the receipt follows by callback",
    "receipt-late": "answer 202; the callback follows after `seconds`",
    "receipt-twice": "answer 202; the same callback comes twice at once",
    "receipt-before-answer": "send the callback and wait for its answer; only then answer 202",
    "receipts-out-of-order": "hold callbacks until two wait or `seconds` pass, then send the newest first",
    "answer-twice": "answer 201 with the receipt, and send it by callback too",
    "lose-answer": "take the notification, then close the connection without an answer",
    "hang": "say nothing for `seconds`, then take the notification and answer 201",
    "refuse": "close the connection without an answer and without taking the notification",
    "reject": "answer 422",
    "error": "answer 500",
    "busy": "answer 429 with Retry-After of `seconds`",
}
RECEIPT_MODES = frozenset(mode for mode in GATEWAY_MODES if mode.startswith(("receipt", "answer")))
SMTP_MODES = {
    "ok": "take the message",
    "refuse": "answer 421 at once to whoever connects",
    "temporary": "answer 451 to each recipient",
    "reject": "answer 550 to each recipient",
    "hang": "say nothing for `seconds` after the message's last line, then take it",
}
MAILBOXES, EVERYONE = "smtp", "*"


class ModeRefused(ValueError):
    """A wish for a mode that cannot be met; the message says what to send instead."""


@dataclass(frozen=True)
class Mode:
    """One behaviour: `times` uses are left (`None`: until told otherwise); `seconds` is the pause it needs."""

    mode: str
    times: int | None = None
    seconds: float = 5.0


USUAL, USUAL_SMTP = Mode("receipt-now"), Mode("ok")


def mode_asked_for(recipient: str, wish: object) -> Mode:
    """The mode in the body of `PUT /control/<recipient>`. Raises `ModeRefused`."""
    if not isinstance(wish, dict) or not wish.keys() <= {"mode", "times", "seconds"}:
        raise ModeRefused('Send {"mode": "…", "times": n or null, "seconds": s}.')
    known = SMTP_MODES if recipient == MAILBOXES else GATEWAY_MODES
    mode, times, seconds = wish.get("mode"), wish.get("times"), wish.get("seconds", Mode.seconds)
    if mode not in known:
        raise ModeRefused(f"Choose a mode from {', '.join(known)}.")
    if times is not None and (type(times) is not int or times < 1):
        raise ModeRefused("Send times as a whole number from 1, or null for always.")
    if type(seconds) not in (int, float) or not 0 <= seconds <= 3600:
        raise ModeRefused("Send seconds as a number from 0 to 3600.")
    return Mode(mode, times, seconds)


class Modes:
    """The modes in force, shared by all connections."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_force: dict[str, Mode] = {}

    def put(self, recipient: str, mode: Mode) -> None:
        with self._lock:
            self._in_force[recipient] = mode

    def reset(self, recipient: str | None = None) -> None:
        """Back to the usual: one recipient, or all."""
        with self._lock:
            if recipient is None:
                self._in_force.clear()
            else:
                self._in_force.pop(recipient, None)

    def shown(self) -> dict[str, Mode]:
        with self._lock:
            return dict(self._in_force)

    def in_force(self, recipient: str) -> Mode:
        with self._lock:
            return self._in_force.get(self._place_of(recipient), usual_for(recipient))

    def use(self, recipient: str, *, repeated: bool = False) -> Mode:
        """The mode for one call, one use of it spent.

        A repeat has its receipt already, so it neither meets nor spends a mode that says how a receipt comes.
        """
        with self._lock:
            place = self._place_of(recipient)
            mode = self._in_force.get(place)
            if mode is None or (repeated and mode.mode in RECEIPT_MODES):
                return usual_for(recipient)
            self._spend(place, mode)
            return mode

    def _place_of(self, recipient: str) -> str:
        return recipient if recipient in self._in_force or recipient == MAILBOXES else EVERYONE

    def _spend(self, place: str, mode: Mode) -> None:
        if mode.times == 1:
            del self._in_force[place]
        elif mode.times is not None:
            self._in_force[place] = replace(mode, times=mode.times - 1)


def usual_for(recipient: str) -> Mode:
    return USUAL_SMTP if recipient == MAILBOXES else USUAL
