"""The ways a machine can tell somebody: HTTPS to a gateway, and e-mail, which goes by SMTP or by GOV.UK Notify. (The portal
is a person's.)

Both are called with no transaction open, may be called again with the same delivery, and never raise for what the
other side does: they answer with an `Outcome`.
"""

import smtplib
import ssl
import threading
from email.message import EmailMessage
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit

import requests

from shared.delivery.addresses import AddressRefused, check_address
from shared.delivery.letters import Letter
from shared.delivery.outcomes import AlreadyReceived, Delivered, Outcome, Rejected, RetryAfter
from shared.delivery.signing import signed_headers
from shared.settings import settings

CONNECT_SECONDS = 3.0
_local = threading.local()


def send(channel: str, letter: Letter) -> Outcome:
    """Try once to deliver a letter over `https` or `email`."""
    try:
        return {"https": send_by_https, "email": send_by_email}[channel](letter)
    except AddressRefused as error:
        return Rejected(str(error))


def send_by_https(letter: Letter) -> Outcome:
    """POST the payload, signed, under the delivery's id. A time-out means that nobody knows: try again, same id."""
    check_address(urlsplit(letter.address).hostname or "", production=settings().is_production)
    headers = {"Content-Type": "application/json", "Idempotency-Key": letter.delivery_id}
    headers |= signed_headers(letter.secret, letter.delivery_id, letter.payload)
    try:
        answer = _session().post(
            letter.address,
            letter.payload,
            headers=headers,
            timeout=(CONNECT_SECONDS, settings().call_timeout),
            allow_redirects=False,
        )
    except (requests.ConnectionError, requests.Timeout) as error:
        return RetryAfter(f"no answer ({type(error).__name__})", unreachable=True)
    except requests.RequestException as error:
        return RetryAfter(f"the answer could not be read ({type(error).__name__})")
    return _outcome_of(answer)


def _session() -> requests.Session:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False  # a proxy or netrc of the machine must not decide where a child's data goes
    return _local.session  # type: ignore[no-any-return]


def _outcome_of(answer: requests.Response) -> Outcome:
    if answer.ok:
        content = _json_object(answer)
        receipt = str(content["receipt"]) if content.get("receipt") else None
        return AlreadyReceived(receipt) if content.get("already_received") else Delivered(receipt)
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        asked = answer.headers.get("Retry-After", "")
        seconds = float(asked) if asked.isascii() and asked.isdigit() else None
        return RetryAfter(f"HTTP {answer.status_code}", seconds, unreachable=answer.status_code in (429, 503))
    return Rejected(f"HTTP {answer.status_code}")


def _json_object(answer: requests.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except requests.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def send_by_email(letter: Letter) -> Outcome:
    """Hand an e-mail to GOV.UK Notify, if that is how this installation sends, else to the mail server.

    What carries files goes by the mail server either way: Notify takes none that are sealed for their recipient.
    """
    if settings().mail_by == "govuk-notify" and not letter.attachments:
        from shared.delivery.govuk_notify import send_by_notify  # its client is needed where it is chosen only

        return send_by_notify(letter)
    return send_by_smtp(letter)


def send_by_smtp(letter: Letter) -> Outcome:
    """Hand an e-mail to the mail server; its Message-ID is the delivery's id, so a repeat can be known."""
    server = urlsplit(settings().smtp_url)
    check_address(server.hostname or "", production=settings().is_production)
    check_address(letter.address.rpartition("@")[2], production=settings().is_production)
    try:
        with _mail_server(server.scheme, server.hostname or "", server.port or 25) as connection:
            if server.username:
                connection.login(server.username, server.password or "")
            connection.send_message(compose(letter))
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        return RetryAfter(f"SMTP {code}") if 400 <= code < 500 else Rejected(f"SMTP {code}")
    except smtplib.SMTPResponseException as error:
        return (
            RetryAfter(f"SMTP {error.smtp_code}", unreachable=error.smtp_code == 421)
            if error.smtp_code < 500
            else Rejected(f"SMTP {error.smtp_code}")
        )
    except (OSError, smtplib.SMTPException) as error:
        return RetryAfter(f"no answer ({type(error).__name__})", unreachable=True)
    return Delivered()


def _mail_server(scheme: str, host: str, port: int) -> smtplib.SMTP:
    us = settings().mail_from.rpartition("@")[2]  # named, or every mail would wait for a look-up of our own name
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, us, timeout=settings().call_timeout, context=ssl.create_default_context())
    connection = smtplib.SMTP(host, port, us, timeout=settings().call_timeout)
    if scheme == "smtp+starttls":
        connection.starttls(context=ssl.create_default_context())
    return connection


def _sender(shown_name: str) -> str:
    return formataddr((shown_name, parseaddr(settings().mail_from)[1])) if shown_name else settings().mail_from


def compose(letter: Letter) -> EmailMessage:
    """The e-mail: a reference and a link, and files only where the letter brings them. Never a name or a narrative."""
    mail = EmailMessage()
    mail["From"] = _sender(letter.sender_name)
    mail["To"] = letter.address
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<{letter.delivery_id}@{settings().mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    for file in letter.attachments:
        main, _, sub = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)
    return mail
