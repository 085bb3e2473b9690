"""Standard Webhooks signatures: HMAC-SHA256 over `id.timestamp.body`, several at once while a secret is rotated."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from shared import clock

TOLERANCE_SECONDS = 300


class SignatureWrong(ValueError):
    """A message is not signed by whom it should be, or was signed too long ago; the text says which."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The `v1,…` signature of one message under a `whsec_…` secret. `timestamp` is in Unix seconds."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed).decode()


def signed_headers(secret: str, message_id: str, body: bytes) -> dict[str, str]:
    timestamp = int(clock.machine_now().timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def verify(secrets: list[str], headers: Mapping[str, str], body: bytes) -> str:
    """The id of a message signed with one of `secrets` within five minutes. Raises `SignatureWrong`.

    `body` is the raw bytes as they came. https://www.standardwebhooks.com
    """
    headers = {name.lower(): value for name, value in headers.items()}
    message_id, given = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or len(message_id) > 255 or not given.isascii() or not given.isdigit() or len(given) > 12:
        raise SignatureWrong("Send webhook-id and webhook-timestamp.")
    timestamp = int(given)
    if abs(clock.machine_now().timestamp() - timestamp) > TOLERANCE_SECONDS:
        raise SignatureWrong("The timestamp is more than five minutes from now.")
    signatures = headers.get("webhook-signature", "").split()
    expected = [sign(secret, message_id, timestamp, body) for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), right.encode()) for one in signatures for right in expected):
        raise SignatureWrong("No signature matches.")
    return message_id
