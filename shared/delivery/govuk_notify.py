"""E-mail to people by GOV.UK Notify, with its official client: the other way beside a mail server of one's own.

The partnership's account there has one e-mail template, whose subject is `((subject))` and whose text is `((text))`.
Notify repeats nothing by itself when an answer is lost: it is asked first whether it has this delivery's reference.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from shared.delivery.addresses import check_address
from shared.delivery.letters import Letter
from shared.delivery.outcomes import AlreadyReceived, Delivered, Outcome, Rejected, RetryAfter
from shared.settings import settings

TRIED_AND_NOT_ARRIVED = ("temporary-failure", "technical-failure")  # Notify gave up: it may be sent once more

logging.getLogger("notifications_python_client").setLevel(logging.ERROR)  # its warnings repeat what Notify answered


def send_by_notify(letter: Letter) -> Outcome:
    """Hand a letter without files to Notify under the delivery's id. Raises `AddressRefused`."""
    check_address(urlsplit(settings().govuk_notify_url).hostname or "", production=settings().is_production)
    check_address(letter.address.rpartition("@")[2], production=settings().is_production)
    client = _client()
    try:
        known = _known(client.get_all_notifications(reference=letter.delivery_id))
        if known is not None:
            return known
        client.send_email_notification(
            email_address=letter.address,
            template_id=settings().govuk_notify_template,
            personalisation={"subject": letter.subject, "text": letter.text},
            reference=letter.delivery_id,
        )
    except HTTPError as error:
        return _outcome_of(error)
    except InvalidResponse:
        return RetryAfter("the answer could not be read")
    return Delivered()


def _client() -> Any:
    how: dict[str, Any] = {"base_url": settings().govuk_notify_url, "timeout": settings().call_timeout}
    client = NotificationsAPIClient(settings().govuk_notify_key, **how)  # type: ignore[no-untyped-call]  # it carries no types
    client.request_session.trust_env = False  # as for every call to the outside
    return client


def _known(answer: dict[str, Any]) -> Outcome | None:
    """What became of an earlier attempt, as Notify has it; None where there was none, or it may be sent once more."""
    states = [each["status"] for each in answer["notifications"]]
    if not states or all(state in TRIED_AND_NOT_ARRIVED for state in states):
        return None
    refused = all(state == "permanent-failure" for state in states)
    return Rejected("GOV.UK Notify: no such mailbox") if refused else AlreadyReceived()


def _outcome_of(error: Any) -> Outcome:
    """By what to do next. A key that Notify does not take (403) is ours to mend, and then the message goes after all."""
    if error.response is None:
        return RetryAfter("no answer from GOV.UK Notify", unreachable=True)
    code = error.response.status_code
    if code == 429 or code >= 500:
        asked = error.response.headers.get("Retry-After", "")
        seconds = float(asked) if asked.isascii() and asked.isdigit() else None
        return RetryAfter(f"GOV.UK Notify: HTTP {code}", seconds, unreachable=code in (429, 503))
    if code in (401, 403):
        return RetryAfter(f"GOV.UK Notify does not take our key (HTTP {code})")
    return Rejected(f"GOV.UK Notify: HTTP {code}")
