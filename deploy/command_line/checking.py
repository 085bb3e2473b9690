"""Looking after what must hold: the audit chain, events, duties, and a demonstration's clock."""

import sys
from datetime import timedelta
from importlib import import_module

import click
from sqlalchemy import select

from services.notify.duties import in_london
from services.notify.models import Duty
from services.notify.service import SERVICE as NOTIFY
from shared import audit as trail
from shared import clock as time
from shared.outbox import pending, replay
from shared.service import Service
from shared.settings import SERVICES

SERVICE_CHOICE = click.Choice(SERVICES)


def service_named(name: str) -> Service:
    found: Service = import_module(f"services.{name}.service").SERVICE
    return found


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
def verify() -> None:
    """Walk every chain from its first entry; exit 1 where one is broken."""
    broken = False
    for name in SERVICES:
        with service_named(name).transaction() as session:
            count, fault = trail.verify(session)
        broken = broken or fault is not None
        click.echo(f"{name}: {count} entries {'hold' if fault is None else 'hold, then: ' + fault}")
    sys.exit(1 if broken else 0)


@click.group()
def events() -> None:
    """Events between the services."""


@events.command("pending")
def list_pending() -> None:
    """What no consumer has confirmed yet, oldest first."""
    for name in SERVICES:
        with service_named(name).transaction() as session:
            waiting = pending(session)
        for event in waiting:
            click.echo(
                f"{event['created_at']:%Y-%m-%d %H:%M:%S}  {event['id']}  {event['type']} to {event['consumer']}, sent {event['attempts']} times"
            )


@events.command("replay")
@click.argument("service", type=SERVICE_CHOICE)
@click.argument("event_id", type=click.UUID)
def replay_event(service: str, event_id: str) -> None:
    """Send an event of a service again to all its consumers; those who had it will know it."""
    with service_named(service).transaction() as session:
        count = replay(session, str(event_id))
    if not count:
        raise click.ClickException(f"{service} has no event {event_id}.")
    click.echo(f"Goes to {count} consumer{'' if count == 1 else 's'} again.")


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
