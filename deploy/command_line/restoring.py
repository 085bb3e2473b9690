"""After a restore from a backup: the public site held, and what was said since the backup, as far as anything still knows it."""

from collections.abc import Iterator
from datetime import datetime

import click
import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from deploy.command_line.checking import services_here
from services.notify.duties import in_london
from services.publish.service import SERVICE as PUBLISH
from services.publish.site_hold import differences, hold_site, let_site_go_on
from shared.service import Service

LAST_ENTRY = text("SELECT entry FROM audit_entries ORDER BY number DESC LIMIT 1")
# What takes a right away, by id: notify decides it, and the other services keep copies.
TAKEN_AWAY = {
    "Access ended": text(
        "SELECT id::text, 'person ' || name || ', ' || agency_id AS of FROM people WHERE ended_at IS NOT NULL"
    ),
    "Agency ended": text("SELECT id, 'agency ' || id AS of FROM agencies WHERE ended_at IS NOT NULL"),
    "Key revoked": text(
        "SELECT id::text, 'key ' || id || ' of ' || agency_id AS of FROM api_keys WHERE revoked_at IS NOT NULL"
    ),
    "Kept from a case": text(
        "SELECT id::text, 'person ' || person_id || ', incident ' || incident_id AS of FROM bars WHERE lifted_at IS NULL"
    ),
}
CONFIRMED = text("SELECT event_id::text, consumer, created_at FROM event_deliveries WHERE confirmed_at IS NOT NULL")
HEARD = text("SELECT event_id::text FROM inbox")


@click.command()
@click.option(
    "--confirm", is_flag=True, help="All that was said since the backup is said again: let the public site go on."
)
def restored(confirm: bool) -> None:
    """Hold the public site as it stands, and say what has to be done again. Run it before any worker is started."""
    with PUBLISH.transaction() as session:
        changed = let_site_go_on(session) if confirm else hold_site(session)
    if confirm:
        click.echo("The public site goes on." if changed else "The public site was not held.")
        return
    click.echo(
        "The public site is held: nothing goes live or is drawn anew."
        if changed
        else "The public site is held already."
    )
    services = list(services_here())
    for line in (*_ends(services), *_of_the_site(), *_of_rights(services), *_of_events(services)):
        click.echo(line)
    click.echo(
        "Do again what was decided since the backup (docs/runbooks/restore-from-backup.md), then: restored --confirm"
    )


def _ends(services: list[Service]) -> Iterator[str]:
    for service in services:
        with service.transaction() as session:
            last = session.scalar(LAST_ENTRY)
        if last:
            yield f"{service.name}: its records end on {_moment(orjson.loads(last)['at'])}."


def _moment(at: str | datetime) -> str:
    return f"{in_london(datetime.fromisoformat(at) if isinstance(at, str) else at):%-d %B %Y, %H:%M}"


def _of_the_site() -> Iterator[str]:
    with PUBLISH.transaction() as session:
        gone, unknown = differences(session)
    yield from (f"Taken down since: {address}" for address in gone)
    yield from (f"On the site, and the records do not know it: {address}" for address in unknown)


def _of_rights(services: list[Service]) -> Iterator[str]:
    """What a copy still knows to have ended and notify does not."""
    databases = {service.name: service for service in services}
    if (notify := databases.pop("notify", None)) is None:
        return
    for what, query in TAKEN_AWAY.items():
        with notify.transaction() as session:
            known = {row.id for row in session.execute(query)}
        since: dict[str, str] = {}
        for service in databases.values():
            with service.transaction() as session:
                since |= {row.id: row.of for row in session.execute(query) if row.id not in known}
        yield from (f"{what} since: {of}" for of in since.values())


def _of_events(services: list[Service]) -> Iterator[str]:
    """Events that a consumer once confirmed and, being older now, does not have: nobody would send them again."""
    heard = {}
    for service in services:
        with service.transaction() as session:
            heard[service.name] = set(session.scalars(HEARD))
    for service in services:
        with service.transaction() as session:
            yield from _not_heard(session, service.name, heard)


def _not_heard(session: Session, source: str, heard: dict[str, set[str]]) -> Iterator[str]:
    lost: dict[str, list[datetime]] = {}
    for row in session.execute(CONFIRMED):
        if row.consumer in heard and row.event_id not in heard[row.consumer]:
            lost.setdefault(row.consumer, []).append(row.created_at)
    for consumer, moments in lost.items():
        first = in_london(min(moments))
        yield (
            f"{consumer} lacks {len(moments)} events of {source} that it once confirmed: "
            f"events replay {source} --since {first:%Y-%m-%dT%H:%M}"
        )
