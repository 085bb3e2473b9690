"""What can come of one attempt to tell somebody something: four outcomes, by what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took it. With a `receipt` it has also acknowledged it; without, a receipt is awaited."""

    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadyReceived:
    """The other side had it from an earlier attempt whose answer was lost: as good as delivered."""

    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Nobody knows, or not now: try again. `seconds` is what the other side asked for; `unreachable` means the server
    itself did not answer, so that others to the same address wait as well."""

    reason: str
    seconds: float | None = None
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """The other side will never take this as it is: a person must look."""

    reason: str


Outcome = Delivered | AlreadyReceived | RetryAfter | Rejected


def name_of(outcome: Outcome) -> str:
    """The outcome as it stands in evidence."""
    names = {
        Delivered: "delivered",
        AlreadyReceived: "already-received",
        RetryAfter: "retry-after",
        Rejected: "rejected",
    }
    return names[type(outcome)]


def answer_of(outcome: Outcome) -> str:
    """What the other side said, in words for evidence."""
    if isinstance(outcome, Delivered | AlreadyReceived):
        return f"receipt {outcome.receipt}" if outcome.receipt else "accepted, receipt awaited"
    return outcome.reason
