"""Send what is due, in batches, over kept-alive connections, with no transaction open while anybody is called."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import structlog
from sqlalchemy.orm import Session

from shared import clock, files
from shared.delivery.channels import Attachment, Letter, send
from shared.delivery.deliveries import Delivery, Recorded, Result, claim_due, record, release
from shared.delivery.outcomes import RetryAfter
from shared.logs import describe_error
from shared.partnership import partnership
from shared.service import Service

log = structlog.get_logger()

BATCH = 64
THREADS = 8

Effects = Callable[[Session, Sequence[Recorded]], None]


def dispatch_due(service: Service, effects: Effects) -> int:
    """Claim, send and record until nothing is due; returns how many attempts were made.

    `effects` does, in the transaction that records a batch, what the service makes of it (duties, events, audit).
    """
    attempts = 0
    while True:
        with service.transaction() as session:
            batch = claim_due(session, BATCH)
        if not batch:
            return attempts
        results, untried = _send_all(batch)
        with service.transaction() as session:
            if untried:
                release(session, untried)
            if results:
                effects(session, record(session, results))
        attempts += len(results)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="dispatch")


def _send_all(batch: Sequence[Delivery]) -> tuple[list[Result], list[Delivery]]:
    """Send a batch on some threads. Once an address does not answer, the rest of the batch to it is left untried."""
    silent: set[str] = set()
    done = list(_threads().map(lambda delivery: _send_unless_silent(delivery, silent), batch))
    results = [result for result in done if result]
    return results, [delivery for delivery, result in zip(batch, done, strict=True) if result is None]


def _send_unless_silent(delivery: Delivery, silent: set[str]) -> Result | None:
    if delivery.address in silent:
        return None
    result = send_one(delivery)
    if isinstance(result.outcome, RetryAfter) and result.outcome.unreachable:
        silent.add(delivery.address)
    return result


def send_one(delivery: Delivery) -> Result:
    """One attempt; our own failure to make the letter is tried again, and logged, like any other."""
    started = clock.now()
    try:
        outcome = send(delivery.channel, letter_of(delivery))
    except Exception as error:  # one broken letter must not stop the others of its batch
        log.error("delivery.failed_here", delivery=delivery.id, **describe_error(error))
        outcome = RetryAfter("could not be prepared here; the log has the reason")
    return Result(delivery, started, clock.now(), outcome)


def letter_of(delivery: Delivery) -> Letter:
    attached = tuple(Attachment(f["filename"], f["content_type"], files.get(f["key"])) for f in delivery.attachments)
    return Letter(
        delivery_id=delivery.id,
        address=delivery.address,
        subject=delivery.reference,
        payload=delivery.payload(),
        text=str(delivery.body.get("text") or ""),
        secret=partnership().secret_of(delivery.recipient),
        attachments=attached,
    )
