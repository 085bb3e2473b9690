"""The national gateway, and every other recipient's: takes a notification as JSON and answers as its mode says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message

import orjson

from deploy.sandbox.answers import Answer, json_answer, problem
from deploy.sandbox.callbacks import Callbacks
from deploy.sandbox.journal import Arrival, Journal
from deploy.sandbox.modes import RECEIPT_MODES, Modes
from deploy.sandbox.outside_time import outside_now
from deploy.sandbox.signatures import fault_in_signature


@dataclass(frozen=True)
class Notification:
    """One POST to the gateway, its signature found good."""

    delivery: str
    recipient: str
    body: str


@dataclass(frozen=True)
class Gateway:
    """What stands behind `POST /gateway/<recipient>`."""

    journal: Journal
    modes: Modes
    callbacks: Callbacks
    key: bytes

    def post(self, recipient: str, headers: Message, body: bytes) -> Answer:
        """Check one notification and answer it by the recipient's mode. What it answers was journalled before."""
        delivery = headers.get("webhook-id", "")
        refusal = self._refusal(delivery, headers, body)
        if refusal:
            self.journal.turn_away(delivery, recipient, f"answered-{refusal.status}", outside_now())
            return refusal
        mode = self.modes.use(recipient, repeated=self.journal.delivery(delivery) is not None)
        notification = Notification(delivery, recipient, body.decode())
        if mode.mode in RECEIPT_MODES:
            return self._receive(notification, ANSWER_TO_FIRST[mode.mode], mode.seconds)
        return INSTEAD_OF_ANSWER[mode.mode](self, notification, mode.seconds)

    def _refusal(self, delivery: str, headers: Message, body: bytes) -> Answer | None:
        unsigned = fault_in_signature(self.key, headers, body)
        if unsigned:
            return problem(401, unsigned)
        if headers.get("idempotency-key") != delivery:
            return problem(400, "Send the delivery's id as Idempotency-Key and as webhook-id.")
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return problem(400, "Send the notification as JSON.")
        return None

    def _receive(self, notification: Notification, answer_to_first: "AnswerToFirst", seconds: float) -> Answer:
        arrival, first = self._take(notification)
        if first:
            return answer_to_first(self.callbacks, arrival, seconds)
        return json_answer(200, {"already_received": True} | receipt_of(arrival))

    def _take(self, notification: Notification) -> tuple[Arrival, bool]:
        return self.journal.take(notification.delivery, notification.recipient, notification.body, outside_now())

    def lose_answer(self, notification: Notification, _seconds: float) -> Answer:
        self._take(notification)
        return Answer.none()

    def hang(self, notification: Notification, seconds: float) -> Answer:
        time.sleep(seconds)
        return self._receive(notification, receipt_now, seconds)

    def refuse(self, notification: Notification, _seconds: float) -> Answer:
        self._turn_away(notification, "refuse")
        return Answer.none()

    def reject(self, notification: Notification, _seconds: float) -> Answer:
        self._turn_away(notification, "reject")
        return problem(422, "This gateway was told to reject what it is sent.")

    def error(self, notification: Notification, _seconds: float) -> Answer:
        self._turn_away(notification, "error")
        return problem(500, "This gateway was told to fail.")

    def busy(self, notification: Notification, seconds: float) -> Answer:
        self._turn_away(notification, "busy")
        return problem(429, "This gateway was told to be busy.", ("Retry-After", str(max(1, round(seconds)))))

    def _turn_away(self, notification: Notification, why: str) -> None:
        self.journal.turn_away(notification.delivery, notification.recipient, why, outside_now())


AnswerToFirst = Callable[[Callbacks, Arrival, float], Answer]


def receipt_of(arrival: Arrival) -> dict[str, str]:
    return {"receipt": arrival.receipt, "received_at": arrival.first_at}


def receipt_now(_callbacks: Callbacks, arrival: Arrival, _seconds: float) -> Answer:
    return json_answer(201, receipt_of(arrival))


def accepted(callbacks: Callbacks, arrival: Arrival, *afterwards: Callable[[], None]) -> Answer:
    """202, with as many callbacks promised as are sent afterwards."""
    for _ in afterwards:
        callbacks.promise(arrival.delivery)
    return json_answer(202, {"status": "accepted"}, afterwards=afterwards)


def receipt_by_callback(callbacks: Callbacks, arrival: Arrival, _seconds: float) -> Answer:
    return accepted(callbacks, arrival, lambda: callbacks.send(arrival.delivery))


def receipt_late(callbacks: Callbacks, arrival: Arrival, seconds: float) -> Answer:
    return accepted(callbacks, arrival, lambda: callbacks.send(arrival.delivery, after=seconds))


def receipt_twice(callbacks: Callbacks, arrival: Arrival, _seconds: float) -> Answer:
    return accepted(callbacks, arrival, *(lambda: callbacks.send(arrival.delivery) for _ in range(2)))


def receipt_before_answer(callbacks: Callbacks, arrival: Arrival, _seconds: float) -> Answer:
    callbacks.promise(arrival.delivery)
    callbacks.send_and_wait(arrival.delivery)
    return accepted(callbacks, arrival)


def receipts_out_of_order(callbacks: Callbacks, arrival: Arrival, seconds: float) -> Answer:
    return accepted(callbacks, arrival, lambda: callbacks.hold(arrival.delivery, at_most=seconds))


def answer_twice(callbacks: Callbacks, arrival: Arrival, _seconds: float) -> Answer:
    callbacks.promise(arrival.delivery)
    return json_answer(201, receipt_of(arrival), afterwards=(lambda: callbacks.send(arrival.delivery),))


ANSWER_TO_FIRST: dict[str, AnswerToFirst] = {
    "receipt-now": receipt_now,
    "receipt-by-callback": receipt_by_callback,
    "receipt-late": receipt_late,
    "receipt-twice": receipt_twice,
    "receipt-before-answer": receipt_before_answer,
    "receipts-out-of-order": receipts_out_of_order,
    "answer-twice": answer_twice,
}
INSTEAD_OF_ANSWER: dict[str, Callable[[Gateway, Notification, float], Answer]] = {
    "lose-answer": Gateway.lose_answer,
    "hang": Gateway.hang,
    "refuse": Gateway.refuse,
    "reject": Gateway.reject,
    "error": Gateway.error,
    "busy": Gateway.busy,
}
