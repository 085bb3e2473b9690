"""People who sign in: the first of them, before anybody can invite by the pages, and the demonstration's codes."""

import json
from pathlib import Path

import click
import pyotp

from services.notify.people import invite
from services.notify.service import SERVICE
from shared.identity.roles import ROLES
from shared.identity.viewer import SYSTEM
from shared.web.problems import Problem


@click.group()
def people() -> None:
    """People who sign in."""


@people.command("invite")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--agency", required=True, help="The agency's id, as the directory has it.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([*ROLES]), help="May be repeated.")
def send(email: str, name: str, agency: str, roles: tuple[str, ...]) -> None:
    """Give somebody access: a link to choose a password goes to their e-mail address."""
    try:
        with SERVICE.transaction() as session:
            invite(session, SYSTEM, agency, name, email, roles)
    except Problem as problem:
        raise click.ClickException(" ".join([problem.detail, *(e["message"] for e in problem.errors)])) from problem
    click.echo(f"A link is on its way to {email}.")


@people.command("code")
@click.argument("email")
@click.pass_obj
def code(var: Path, email: str) -> None:
    """The code that the app of one of the demonstration's invented people shows now."""
    file = var / "demo" / "credentials.json"
    known = json.loads(file.read_text())["people"] if file.exists() else []
    secret = next((person["totp_secret"] for person in known if person["email"] == email), None)
    if secret is None:
        raise click.ClickException(
            "The demonstration on this machine has no such person: see var/demo/credentials.json."
        )
    click.echo(pyotp.TOTP(secret).now())
