"""Rows of a table as a phone shows them: one under the other, each cell with the name of its column before it."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from markupsafe import Markup

_OPENED = re.compile(r"<(tr|th|td)\b")
_ROLES = {"th": "rowheader", "td": "cell"}  # what is drawn as a block is no table to a browser unless it is said to be


def under(rows: Markup, heads: Sequence[object]) -> Markup:
    """Drawn `rows` (`<tr>` elements, no cell of which spans several columns), each cell with its role and column's name."""
    names: Iterator[object] = iter(())

    def say(found: re.Match[str]) -> str:
        nonlocal names
        tag = found[1]
        if tag == "tr":
            names = chain(heads, repeat(""))
            return '<tr role="row"'
        return Markup('<{} role="{}" data-label="{}"').format(tag, _ROLES[tag], next(names))

    return Markup(_OPENED.sub(say, rows))  # noqa: S704  # `rows` is what a template has drawn and escaped
