"""Every mailbox of the outside world: takes what comes by SMTP and keeps it, parsed."""

import asyncio
import hashlib
from base64 import b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.sandbox.journal import Journal
from deploy.sandbox.modes import MAILBOXES, Mode, Modes
from deploy.sandbox.outside_time import outside_now

NOT_NOW = "451 4.3.0 This mailbox was told to take nothing for now"
NEVER = "550 5.1.1 This mailbox was told to reject its mail"


class TurnAwayAtTheDoor(asyncio.Protocol):
    """Says 421 to whoever connects, and closes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 This server was told to be away\r\n")
        transport.close()


class Mailbox:
    """The handler that aiosmtpd calls; one for all connections."""

    def __init__(self, journal: Journal, modes: Modes) -> None:
        self._journal, self._modes = journal, modes
        self._hanging: set[asyncio.Task[None]] = set()

    def connection(self) -> asyncio.Protocol:
        """What serves one new connection."""
        if self._is("refuse"):
            return TurnAwayAtTheDoor()
        server: asyncio.Protocol = SMTP(self, hostname="sandbox.example", enable_SMTPUTF8=True)
        return server

    def _is(self, mode: str) -> Mode | None:
        """The mode in force if it is this one, one use of it spent."""
        return self._modes.use(MAILBOXES) if self._modes.in_force(MAILBOXES).mode == mode else None

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, to: str, _options: list[str]
    ) -> str:
        if self._is("temporary"):
            return NOT_NOW
        if self._is("reject"):
            return NEVER
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        hanging = self._is("hang")
        if not hanging:
            self._take(envelope)
            return "250 2.0.0 OK"
        # A sender who gives up meanwhile cancels this call, not the taking: he is left not knowing.
        taking = asyncio.create_task(self._take_after(hanging.seconds, envelope))
        self._hanging.add(taking)  # the loop alone would let it be collected
        taking.add_done_callback(self._hanging.discard)
        await asyncio.shield(taking)
        return "250 2.0.0 OK"

    async def _take_after(self, seconds: float, envelope: Envelope) -> None:
        await asyncio.sleep(seconds)
        self._take(envelope)

    def _take(self, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        message = message_from_bytes(raw, policy=policy.default)
        message_id = message["message-id"] or hashlib.sha256(raw).hexdigest()
        self._journal.take_message(str(message_id), as_kept(message, envelope), outside_now())


def as_kept(message: EmailMessage, envelope: Envelope) -> dict[str, Any]:
    """A message as `GET /mail` shows it; `to` is the envelope's, which is who truly gets it."""
    text = message.get_body(("plain", "html"))
    return {
        "message_id": str(message["message-id"] or ""),
        "from": envelope.mail_from or "",
        "to": envelope.rcpt_tos,
        "subject": str(message["subject"] or ""),
        "text": text.get_content() if text else "",
        "attachments": [_attachment(part) for part in message.iter_attachments()],
    }


def _attachment(part: EmailMessage) -> dict[str, Any]:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else part.as_bytes()  # a message attached whole has no payload
    return {
        "filename": part.get_filename() or "",
        "content_type": part.get_content_type(),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_base64": b64encode(content).decode(),
    }
