"""Send what is due, in batches, over kept-alive connections, with no transaction open while anybody is called."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from shared import clock, files
from shared.delivery.channels import send
from shared.delivery.deliveries import Delivery, Reading, Recorded, Result, claim_due, record, release
from shared.delivery.letters import Attachment, Enclosed, Letter
from shared.delivery.outcomes import Outcome, Rejected, RetryAfter
from shared.delivery.sealed_mail import CONTENT_TYPE, FILENAME, CertificateUnusable, certificate_at, sealed_for
from shared.exchange import Rows
from shared.logs import describe_error
from shared.partnership import partnership
from shared.service import Service

log = structlog.get_logger()

BATCH = 64  # how many are leased to one process at a time
THREADS = 8
HEAD_START = 0.05  # seconds in which what is most urgent has threads and processor to itself, once nothing is under way
LONGEST_TURN = 60.0  # seconds, well under a task's limit: then the bell is rung for whoever is free

Effects = Callable[[Session, Sequence[Recorded], Rows], None]
Reads = Callable[[Sequence[Result]], Reading]
Enclosing = Callable[[Delivery], Enclosed]


@dataclass
class _Turn:
    """One process's turn at dispatching: what it has leased, what it has sent off, and which addresses do not answer."""

    enclosing: Enclosing
    leased: list[Delivery] = field(default_factory=list)
    waiting: dict[Future[Result | None], Delivery] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)


def dispatch_due(
    service: Service,
    effects: Effects,
    reads: Reads = lambda results: Reading(),
    enclosing: Enclosing = lambda delivery: Enclosed(),
) -> int:
    """Claim, send and record until nothing is due; returns how many attempts were made.

    Outcomes are recorded as they come, in groups as large as the load makes them, so that nobody's receipt waits for
    a server that is slow. `effects` does, in the transaction that records a group, what the service makes of it;
    `reads` says what it needs to know for that; `enclosing` gives the files that a sealed message holds beside its
    document.
    """
    turn, attempts, until = _Turn(enclosing), 0, monotonic() + LONGEST_TURN
    while True:
        if len(turn.waiting) <= BATCH // 2 and monotonic() < until:
            turn.leased += claim_due(service.database, BATCH - len(turn.waiting) - len(turn.leased))
        _send_off(turn)
        if not turn.waiting:
            break
        done, _ = wait(turn.waiting, HEAD_START if turn.leased else None, FIRST_COMPLETED)
        if done:
            attempts += _record(service, effects, reads, [(turn.waiting.pop(one), one.result()) for one in done])
    if monotonic() >= until:
        service.doorbell.ring(f"{service.name}.dispatch_due")
    return attempts


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="dispatch")


def _send_off(turn: _Turn) -> None:
    """Send off all that is leased; where nothing is under way the most urgent alone, until one is answered or is slow."""
    urgency = min((each.urgency for each in turn.leased), default=0)
    going = [each for each in turn.leased if turn.waiting or each.urgency == urgency]
    turn.leased = [] if turn.waiting else [each for each in turn.leased if each.urgency > urgency]
    turn.waiting |= {_threads().submit(_send_unless_silent, delivery, turn): delivery for delivery in going}


def _send_unless_silent(delivery: Delivery, turn: _Turn) -> Result | None:
    """Send; but once an address did not answer, leave the rest of this turn's messages to it untried (None)."""
    if delivery.address in turn.silent:
        return None
    result = send_one(delivery, turn.enclosing)
    if isinstance(result.outcome, RetryAfter) and result.outcome.unreachable:
        turn.silent.add(delivery.address)
    return result


def _record(service: Service, effects: Effects, reads: Reads, done: Sequence[tuple[Delivery, Result | None]]) -> int:
    results = [result for _, result in done if result]
    untried = [delivery for delivery, result in done if result is None]
    with service.transaction() as session:
        if results:
            effects(session, *record(session, results, reads(results)))
        if untried:
            release(session, untried)
    return len(results)


def send_one(delivery: Delivery, enclosing: Enclosing) -> Result:
    """One attempt; our own failure to make the letter is tried again, and logged, like any other."""
    started = clock.now()
    outcome: Outcome
    try:
        outcome = send(delivery.channel, letter_of(delivery, enclosing))
    except CertificateUnusable as error:  # nothing that waiting mends
        outcome = Rejected(str(error))
    except Exception as error:  # one broken letter must not stop the others of its batch
        log.error("delivery.failed_here", delivery=delivery.id, **describe_error(error))
        outcome = RetryAfter("could not be prepared here; the log has the reason")
    return Result(delivery, started, clock.now(), outcome)


def letter_of(delivery: Delivery, enclosing: Enclosing) -> Letter:
    certificate = partnership().recipient(delivery.recipient).certificate
    attached = tuple(Attachment(f["filename"], f["content_type"], files.get(f["key"])) for f in delivery.attachments)
    return Letter(
        delivery_id=delivery.id,
        address=delivery.address,
        subject=delivery.reference,
        payload=delivery.payload(),
        text=str(delivery.body.get("text") or ""),
        secret=partnership().secret_of(delivery.recipient),
        attachments=(_sealed(delivery, certificate, attached, enclosing(delivery)),) if certificate else attached,
        sender_name=str(delivery.body.get("sender_name") or ""),
    )


def _sealed(delivery: Delivery, certificate: Path, attached: Sequence[Attachment], enclosed: Enclosed) -> Attachment:
    """The document and all files as one attachment that only the recipient can open."""
    words = str(delivery.body.get("in_words") or delivery.reference)
    document = Attachment(f"{delivery.reference}.json", "application/json", delivery.payload())
    words = f"{words}\n\n{enclosed.words}" if enclosed.words else words
    files = (document, *attached, *enclosed.files)
    content = sealed_for(certificate_at(certificate), words, files, clock.machine_now())
    return Attachment(FILENAME, CONTENT_TYPE, content)
