"""The programs of one machine, each a function that runs in a process forked from the warm parent."""

import gc
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from deploy.run.environment import Place
from deploy.run.forking import die_with_parent
from deploy.run.supervisor import Program
from shared.settings import SERVICES

WORTH_SHARING = (
    "deploy.run.front",
    *(f"services.{service}.worker" for service in SERVICES),
    "deploy.scheduler",
    "deploy.sandbox.server",
    "celery.apps.worker",
    "celery.apps.beat",
    "celery.backends.base",
    "celery.concurrency.prefork",
    "celery.events",
    "celery.worker.autoscale",
    "celery.worker.consumer",
    "celery.worker.control",
    "celery.worker.pidbox",
    "celery.worker.strategy",
    "kombu.transport.redis",
    "redbeat.schedulers",
    "granian",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg",
    "prometheus_client",
    "shared.celery_app",
    "shared.delivery.sealed_mail",
    "holidays.countries",  # 12 MB, which every process would otherwise import for itself at its first date
)


def load_what_all_share() -> None:
    """Import once what every process needs, so that a fork shares its memory and starts at once."""
    for name in WORTH_SHARING:
        import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a child would otherwise touch, and so copy, every page


def programs(place: Place) -> list[Program]:
    """Everything that serves, in the order of starting. Number of processes: API_PROCESSES, WORKER_PROCESSES."""
    return [
        Program("sandbox", partial(run_sandbox, place), stage=1),
        Program("api", partial(run_api, place.port), grace=15),
        *(Program(f"worker-{service}", partial(run_worker, service), grace=15) for service in SERVICES),
        Program("scheduler", run_scheduler),
    ]


def run_api(port: int) -> None:
    """Serve the three services and the public site. Granian forks its processes, which share our memory."""
    from granian.constants import HTTPModes, Interfaces, Loops
    from granian.server import Server

    server = Server(
        "deploy.run.front:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        loop=Loops.asyncio,
        workers=int(os.environ.get("API_PROCESSES", "1")),
        blocking_threads=int(os.environ.get("API_THREADS", "8")),
        workers_kill_timeout=10,
    )
    server.serve(target_loader=application_in_child, wrap_loader=False)


def application_in_child() -> Callable[..., Any]:
    die_with_parent()
    application: Callable[..., Any] = import_module("deploy.run.front").application
    return application


def run_worker(service: str) -> None:
    """Work off one service's queue until told to stop; what is running then is finished first."""
    from celery.signals import worker_process_init

    worker_process_init.connect(lambda **_: die_with_parent(), weak=False)
    celery = import_module(f"services.{service}.worker").celery
    # Started without Celery's command line, which brings 8 MB that a worker never uses.
    worker = celery.Worker(
        hostname=f"{service}@{socket.gethostname()}",
        queues=[service],
        pool_cls="prefork",
        concurrency=int(os.environ.get("WORKER_PROCESSES", "1")),
        without_mingle=True,  # one queue, no talk with other workers: the greeting alone costs a second of the start
        without_gossip=True,
        without_heartbeat=True,
        loglevel="WARNING",
        quiet=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


def run_scheduler() -> None:
    celery = import_module("deploy.scheduler").celery
    celery.Beat(loglevel="WARNING", quiet=True).run()


def run_sandbox(place: Place) -> None:
    from deploy.sandbox.server import serve

    callback = f"{place.url}/notify/api/v1/callbacks/receipts"
    folder = place.var / "sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    serve(place.sandbox_port, place.smtp_port, os.environ["SANDBOX_WEBHOOK_SECRET"], callback, folder)
