"""The commands. Against the system on this machine they find its settings by themselves; elsewhere, the environment."""

import json
import os
import sys
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from deploy.command_line.checking import COULD_NOT_LOOK, audit, clock, duties, events
from deploy.command_line.directory import directory, keys
from deploy.command_line.people import people
from deploy.command_line.restoring import restored
from deploy.command_line.setting_up import demo, migrate
from deploy.command_line.site import site
from shared.partnership import PartnershipWrong
from shared.settings import SettingMissing

PROJECT = Path(__file__).resolve().parents[2]


@click.group()
@click.option(
    "--var",
    type=click.Path(path_type=Path),
    default=PROJECT / "var",
    help="Where the system on this machine keeps its state.",
)
@click.pass_context
def safeguarding(context: click.Context, var: Path) -> None:
    """Safeguarding Reviews, for the partnership office."""
    context.obj = var
    known = var / "run" / "system.json"
    if "ENVIRONMENT" not in os.environ and known.exists():
        os.environ.update(json.loads(known.read_text())["environment"])


for _group in (directory, keys, people, audit, events, clock, duties, site, restored, migrate, demo):
    safeguarding.add_command(_group)


def main() -> None:
    """Run a command. What keeps it from looking at all is one sentence and another exit code than what it finds."""
    try:
        safeguarding(prog_name="safeguarding")
    except (SettingMissing, PartnershipWrong) as error:
        reason = str(error)
    except OperationalError:
        reason = "The database does not answer."
    click.echo(reason, err=True)
    sys.exit(COULD_NOT_LOOK)


if __name__ == "__main__":
    main()
