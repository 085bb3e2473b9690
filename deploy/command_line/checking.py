"""Looking after what must hold: the audit chain, events, duties, and a demonstration's clock."""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import TextIO

import click
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from services.notify.duties import in_london
from services.notify.models import Duty
from services.notify.service import SERVICE as NOTIFY
from shared import audit as trail
from shared import clock as time
from shared.calendar import LONDON
from shared.outbox import pending, replay, replay_since
from shared.service import Service
from shared.settings import SERVICES, SettingMissing, settings

SERVICE_CHOICE = click.Choice(SERVICES)
COULD_NOT_LOOK = 2  # exit code: nothing is known, where 1 says that something is wrong


def service_named(name: str) -> Service:
    found: Service = import_module(f"services.{name}.service").SERVICE
    return found


def services_here() -> Iterator[Service]:
    """The services whose databases this process was told of; says which it was not. Raises `SettingMissing` without any."""
    known = settings().database_urls
    if not known:
        raise SettingMissing(
            "Set NOTIFY_DATABASE_URL, REVIEW_DATABASE_URL or PUBLISH_DATABASE_URL: see docs/settings.md."
        )
    for name in SERVICES:
        if name in known:
            yield service_named(name)
        else:
            click.echo(f"{name}: not looked at, since {name.upper()}_DATABASE_URL is not set here.", err=True)


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@click.option(
    "--heads",
    "kept",
    type=click.File(),
    help="Heads kept elsewhere, as `audit heads` or the log has them; - reads them from the input.",
)
def verify(kept: TextIO | None) -> None:
    """Walk the chains from their first entry. Exit 1 where one is broken, 2 where one could not be looked at."""
    try:
        elsewhere = None if kept is None else [head for head in map(trail.head_of_line, kept) if head]
    except (ValueError, KeyError) as error:
        raise click.BadParameter(f"a line holds no head as `audit heads` or the log writes it ({error}).") from error
    codes = [_verified(service, elsewhere) for service in services_here()]
    sys.exit(1 if 1 in codes else max(codes))


def _verified(service: Service, elsewhere: list[trail.Head] | None) -> int:
    """Say how one chain stands: 0 where it holds, 1 where it is broken, `COULD_NOT_LOOK` where nothing answers."""
    kept = [head for head in elsewhere or () if head.service == service.name]
    try:
        with service.transaction() as session:
            count, fault = trail.verify(session, kept)
    except DBAPIError:
        click.echo(f"{service.name}: could not be looked at, since its database does not answer.", err=True)
        return COULD_NOT_LOOK
    compared = "" if elsewhere is None else f", and so do {len(kept)} heads that were kept elsewhere"
    click.echo(f"{service.name}: {count} entries hold{compared if fault is None else ', then: ' + fault}")
    return 0 if fault is None else 1


@audit.command()
def heads() -> None:
    """The signed head of each day, a line each, to be kept where the database's owner has no hand."""
    for service in services_here():
        with service.transaction() as session:
            for head in trail.heads(session, service.name):
                click.echo(head.line())


@click.group()
def events() -> None:
    """Events between the services."""


@events.command("pending")
def list_pending() -> None:
    """What no consumer has confirmed yet, oldest first."""
    for service in services_here():
        with service.transaction() as session:
            waiting = pending(session)
        for event in waiting:
            click.echo(
                f"{event['created_at']:%Y-%m-%d %H:%M:%S}  {event['id']}  {event['type']} to {event['consumer']}, sent {event['attempts']} times"
            )


@events.command("replay")
@click.argument("service", type=SERVICE_CHOICE)
@click.argument("event_id", type=click.UUID, required=False)
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="All that it has said since then, London time."
)
def replay_event(service: str, event_id: str | None, since: datetime | None) -> None:
    """Send an event of a service, or all since a moment, again to its consumers; those who had them will know them."""
    if (event_id is None) == (since is None):
        raise click.UsageError("Give one event's id, or --since.")
    with service_named(service).transaction() as session:
        count = replay_since(session, since.replace(tzinfo=LONDON)) if since else replay(session, str(event_id))
    if not count:
        raise click.ClickException(f"{service} has no event {event_id or 'since then'}.")
    click.echo(f"{count} to be confirmed again.")


@click.group()
def clock() -> None:
    """The clock of a demonstration."""


@clock.command()
@click.option("--days", type=float, default=0)
@click.option("--hours", type=float, default=0)
def advance(days: float, hours: float) -> None:
    """Move the clock forward for every process. Refused in production."""
    try:
        now = time.advance(timedelta(days=days, hours=hours))
    except time.ClockCannotMove as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"It is now {in_london(now):%A %-d %B %Y, %H:%M}.")


@click.group()
def duties() -> None:
    """What must be told or done."""


@duties.command()
def overdue() -> None:
    """Duties past their date, the oldest first; exit 1 if there are any."""
    statement = (
        select(Duty)
        .where(Duty.status.not_in(("discharged", "cancelled")), Duty.due_at < time.now())
        .order_by(Duty.due_at)
    )
    with NOTIFY.transaction() as session:
        late = list(session.scalars(statement))
    for duty in late:
        click.echo(f"{in_london(duty.due_at):%Y-%m-%d}  {duty.id}  {duty.rule} to {duty.recipient}: {duty.status}")
    sys.exit(1 if late else 0)
