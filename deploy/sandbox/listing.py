"""`GET /`: what has arrived, for a person to look at. References and times only: what was sent stays out of sight."""

from collections.abc import Callable
from html import escape

from deploy.sandbox.journal import Arrival, Journal

LATEST = 200
PAGE = """<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sandbox: what arrived</title>
<style>body {{ font: 1.1rem/1.5 sans-serif; margin: 2rem; }}
td, th {{ padding: .3rem 1.5rem .3rem 0; text-align: left; }}
caption {{ font-weight: bold; text-align: left; }} table {{ margin-bottom: 2rem; }}</style></head>
<body><main>
<h1>Sandbox: what arrived</h1>
<p>This machine stands in for the outside world. Nothing here has left it.</p>
{tables}
</main></body>
</html>
"""
TABLE = """<table><caption>{caption}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{rows}
</tbody></table>"""


def page(journal: Journal) -> bytes:
    deliveries, messages = journal.deliveries(), journal.messages()
    tables = (
        _table(
            "Notifications", ("Receipt", "Recipient", "Delivery", "First came", "Times"), deliveries, _delivery_cells
        ),
        _table("E-mails", ("Message", "First came", "Times"), messages, _message_cells),
    )
    return PAGE.format(tables="\n".join(tables)).encode()


def _delivery_cells(each: Arrival) -> tuple[str, ...]:
    return each.receipt, each.recipient, each.delivery, each.first_at, str(each.attempts)


def _message_cells(each: Arrival) -> tuple[str, ...]:
    message_id = each.delivery.split(" ", 1)[0]  # the rest of the key is who got it
    return message_id, each.first_at, str(each.attempts)


def _table(
    title: str, head: tuple[str, ...], arrivals: list[Arrival], cells: Callable[[Arrival], tuple[str, ...]]
) -> str:
    latest = arrivals[-LATEST:][::-1]
    rows = "\n".join(_row(cells(each)) for each in latest)
    shown = f"{title}: {len(arrivals)}" + (f", the latest {LATEST}" if len(arrivals) > LATEST else "")
    columns = "".join(f'<th scope="col">{escape(column)}</th>' for column in head)
    return TABLE.format(caption=shown, head=columns, rows=rows)


def _row(cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
