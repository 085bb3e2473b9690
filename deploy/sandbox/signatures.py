"""Standard Webhooks signatures, written a second time on purpose.

The gateway stands for somebody else's system: were it to share the services' own signing code, a mistake in that code
would agree with itself.
"""

import hmac
from base64 import b64decode, b64encode
from email.message import Message

from shared.clock import machine_now

TOLERANCE_SECONDS = 5 * 60  # the specification's advice


class SecretUnusable(ValueError):
    """The webhook secret is not `whsec_` followed by base64."""


def key_of(secret: str) -> bytes:
    """The signing key inside a `whsec_<base64>` secret. Raises `SecretUnusable`."""
    if not secret.startswith("whsec_"):
        raise SecretUnusable("The webhook secret must start with whsec_.")
    try:
        return b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as fault:
        raise SecretUnusable("The webhook secret must be base64 after whsec_.") from fault


def machine_seconds() -> int:
    """Signatures follow the machine's time, never the demonstration's moved clock."""
    return int(machine_now().timestamp())


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def signed_headers(key: bytes, message_id: str, body: bytes) -> dict[str, str]:
    """The three Standard Webhooks headers for a body about to be sent."""
    timestamp = str(machine_seconds())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key, message_id, timestamp, body),
    }


def fault_in_signature(key: bytes, headers: Message, body: bytes) -> str | None:
    """What is wrong with the signature of `body`, as a sentence; `None` where it holds.

    `webhook-signature` may bear several signatures parted by spaces, so that a secret can be rotated.
    """
    message_id, timestamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
    given = headers.get("webhook-signature")
    if not (message_id and timestamp and given):
        return "Send webhook-id, webhook-timestamp and webhook-signature."
    if not (timestamp.isascii() and timestamp.isdigit()):
        return "Send webhook-timestamp as seconds since 1970."
    if abs(machine_seconds() - int(timestamp)) > TOLERANCE_SECONDS:
        return "The webhook-timestamp is more than five minutes away from this machine's time."
    expected = signature(key, message_id, timestamp, body).encode()
    if not any(hmac.compare_digest(expected, each.encode()) for each in given.split()):
        return "No webhook-signature fits the body."
    return None
