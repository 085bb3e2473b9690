"""The public site: bringing over what the partnership has published before, and taking it down."""

from pathlib import Path

import click

from services.publish.past_import import TABLE, Incoming, Preview, preview_import, rows_of_table, take_import
from services.publish.past_items import withdraw_past_item
from services.publish.public_site.old_pages import rows_of_pages
from services.publish.service import SERVICE
from shared.identity.viewer import SYSTEM
from shared.web.problems import Problem


@click.group()
def site() -> None:
    """The public site."""


@site.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--apply", "take", is_flag=True, help="Take it. Without this, it is only shown what would be taken.")
def import_past(folder: Path, take: bool) -> None:
    """Bring over reviews from FOLDER: reviews.csv with its PDFs, or the former site's saved pages with theirs."""
    rows = rows_of_table(folder) if (folder / TABLE).exists() else rows_of_pages(folder)
    with SERVICE.transaction() as session:
        preview = preview_import(session, folder, rows)
        show(preview)
        if preview.faults:
            raise click.ClickException("Mend this first; nothing was taken.")
        if not take:
            click.echo("Nothing was taken. Look at it, then run it again with --apply.")
            return
        count = take_import(session, preview)
    click.echo(f"{count} taken; the site shows them within a minute. Behind nginx, reload it for the old addresses.")


@site.command("withdraw")
@click.argument("slug")
@click.option("--reasons", required=True, help="Why.")
@click.option("--by", "ordered_by", required=True, help="Who ordered it, by name.")
def withdraw_past(slug: str, reasons: str, ordered_by: str) -> None:
    """Take down /reviews/SLUG, brought over from the former site, with its documents."""
    try:
        with SERVICE.transaction() as session:
            withdraw_past_item(session, SYSTEM, slug, reasons, ordered_by)
    except Problem as problem:
        raise click.ClickException(problem.detail or f"Nothing that was brought over is at /reviews/{slug}.") from None
    click.echo(
        f"/reviews/{slug} and its documents are taken down within a minute. Purge the CDN's copies, if there is one."
    )


def show(preview: Preview) -> None:
    for incoming in preview.reviews:
        _show_one(incoming)
    for fault in preview.faults:
        click.echo(f"FAULT  {fault}")


def _show_one(incoming: Incoming) -> None:
    values = incoming.values
    click.echo(f"/reviews/{incoming.slug}  {values['type']}, {values['pseudonym']}, published {values['published_on']}")
    for kind, (content, pages, _) in incoming.files.items():
        click.echo(f"    {kind}: {pages} pages, {len(content) // 1000} KB cleaned")
    for address in values["old_addresses"]:
        click.echo(f"    {address} leads here")
    for note in incoming.notes:
        click.echo(f"    LOOK  {note}")
