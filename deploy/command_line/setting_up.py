"""Commands that set a system up, and the played demonstration."""

from pathlib import Path

import click

from shared.migrations import migrate as bring
from shared.settings import SERVICES, SettingMissing, required


@click.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--to", default="head", help="A version, or base to take everything down.")
def migrate(service: str, to: str) -> None:
    """Bring a service's database to a version, as the owner that <SERVICE>_OWNER_DATABASE_URL names."""
    try:
        bring(service, required(f"{service.upper()}_OWNER_DATABASE_URL"), f"{service}_app", to)
    except SettingMissing as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{service} is at {to}.")


@click.command()
@click.option("--port", type=int, default=8000)
@click.option(
    "--referral",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A referral to play instead of the built-in one.",
)
@click.pass_obj
def demo(var: Path, port: int, referral: Path | None) -> None:
    """Play one case from referral to publication, and one down the anonymous route, against the running system."""
    from deploy.demo.play import play

    raise SystemExit(play(f"http://127.0.0.1:{port}", var, referral))
