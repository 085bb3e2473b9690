"""The sandbox: one process that stands in for the outside world, on loopback addresses only."""

import asyncio
import signal
import threading
from pathlib import Path

from deploy.sandbox.callbacks import Callbacks
from deploy.sandbox.gateway import Gateway
from deploy.sandbox.journal import Journal
from deploy.sandbox.mailbox import Mailbox
from deploy.sandbox.modes import Modes
from deploy.sandbox.routes import HttpServer, http_server
from deploy.sandbox.signatures import key_of


def serve(http_port: int, smtp_port: int, webhook_secret: str, callback_url: str, folder: Path) -> None:
    """Serve HTTP and SMTP until SIGTERM or SIGINT; to be called in a process's main thread.

    `webhook_secret` (`whsec_<base64>`) signs both ways. The journal is kept in `folder`. Raises `SecretUnusable`,
    and `OSError` where a port is taken.
    """
    journal, modes, key = Journal(folder), Modes(), key_of(webhook_secret)
    callbacks = Callbacks(journal, key, callback_url)
    http = http_server(http_port, Gateway(journal, modes, callbacks, key))
    asyncio.run(_until_told_to_stop(http, callbacks, Mailbox(journal, modes), smtp_port))


async def _until_told_to_stop(http: HttpServer, callbacks: Callbacks, mailbox: Mailbox, smtp_port: int) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, told.set)
    smtp = await loop.create_server(mailbox.connection, "127.0.0.1", smtp_port)
    callbacks.start()
    threading.Thread(target=http.serve_forever, name="http", daemon=True).start()
    await told.wait()
    smtp.close()
    http.server_close()
