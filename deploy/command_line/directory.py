"""Agencies and their keys."""

from typing import get_args

import click

from services.notify.directory import UnknownAgency, add_agency, end_agency, issue_key, keys_of, revoke_keys, rotate_key
from services.notify.service import SERVICE
from shared.partnership import AgencyKind, partnership


@click.group()
def directory() -> None:
    """Agencies that take part."""


@directory.command("add-agency")
@click.argument("agency_id")
@click.option("--name", required=True)
@click.option("--kind", required=True, type=click.Choice(get_args(AgencyKind)))
@click.option("--email", "emails", multiple=True, help="A mailbox that is told; may be repeated.")
def add(agency_id: str, name: str, kind: str, emails: tuple[str, ...]) -> None:
    """Enter an agency, or change it. A safeguarding partner is whom the partnership's file names as one."""
    is_partner = agency_id in partnership().safeguarding_partners
    with SERVICE.transaction() as session:
        changed = add_agency(session, agency_id, name, kind, list(emails), is_partner=is_partner)
    click.echo(f"{agency_id} is entered." if changed else f"{agency_id} stands so already.")


@directory.command("end-agency")
@click.argument("agency_id")
def end(agency_id: str) -> None:
    """Take an agency out of use; its keys stop working, its records stay."""
    with SERVICE.transaction() as session, plainly():
        end_agency(session, agency_id)
    click.echo(f"{agency_id} has ended.")


@click.group()
def keys() -> None:
    """The keys of agencies' systems."""


@keys.command()
@click.argument("agency_id")
def issue(agency_id: str) -> None:
    """Issue a key. It is shown here once and stored hashed."""
    with SERVICE.transaction() as session, plainly():
        key = issue_key(session, agency_id)
    click.echo(key)


@keys.command()
@click.argument("agency_id")
def rotate(agency_id: str) -> None:
    """Issue a new key and revoke every other of the agency."""
    with SERVICE.transaction() as session, plainly():
        key = rotate_key(session, agency_id)
    click.echo(key)


@keys.command()
@click.argument("agency_id")
@click.option("--key-id", help="Only this key; without it, all of the agency's.")
def revoke(agency_id: str, key_id: str | None) -> None:
    """Revoke keys."""
    with SERVICE.transaction() as session, plainly():
        count = revoke_keys(session, agency_id, key_id)
    click.echo(f"{count} key{'' if count == 1 else 's'} revoked.")


@keys.command("list")
@click.argument("agency_id")
def list_keys(agency_id: str) -> None:
    """The keys of an agency, by id."""
    with SERVICE.transaction() as session:
        found = keys_of(session, agency_id)
    for key in found:
        state = f"revoked {key['revoked_at']:%Y-%m-%d}" if key["revoked_at"] else "in use"
        click.echo(f"{key['id']}  issued {key['issued_at']:%Y-%m-%d %H:%M}  {state}")


class plainly:  # read as a word: "with …, plainly():"
    """Turn what the directory refuses into one line for a person."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnknownAgency):
            raise click.ClickException(str(error)) from error
