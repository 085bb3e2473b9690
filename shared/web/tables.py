"""Rows of a table as a phone shows them: one under the other, each cell with the name of its column before it."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from markupsafe import Markup

_OPENED = re.compile(r"<(tr|th|td)\b")


def under(rows: Markup, heads: Sequence[object]) -> Markup:
    """Drawn `rows` (`<tr>` elements, no cell of which spans several columns), each cell with its column's name."""
    names: Iterator[object] = iter(())

    def name(found: re.Match[str]) -> str:
        nonlocal names
        if found[1] == "tr":
            names = chain(heads, repeat(""))
            return found[0]
        return Markup('<{} data-label="{}"').format(found[1], next(names))

    return Markup(_OPENED.sub(name, rows))  # noqa: S704  # `rows` is what a template has drawn and escaped
