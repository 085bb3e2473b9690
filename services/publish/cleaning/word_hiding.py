"""Whether a run of a Word file is there and not seen: marked hidden, white, tiny, or under a bar of its own colour.

Where it is not certain what stands behind a text, it counts as seen: what is read is then drawn black on white, so that
nothing can stay hidden, and the identifier check reads it like all the rest.
"""

from lxml import etree

from services.publish.cleaning.word_styles import Styles, is_on, value_of

SMALLEST = 4  # half points
NEAR = 28  # of 255, as in hidden_text.py
WHITE = (255, 255, 255)
HIGHLIGHTS = {
    "black": (0, 0, 0), "darkBlue": (0, 0, 128), "darkRed": (128, 0, 0), "darkGray": (128, 128, 128),
    "darkGreen": (0, 128, 0), "darkMagenta": (128, 0, 128), "darkCyan": (0, 128, 128), "darkYellow": (128, 128, 0),
    "white": WHITE, "blue": (0, 0, 255), "red": (255, 0, 0), "lightGray": (192, 192, 192),
}  # fmt: skip


def how_hidden(
    run: etree._Element | None,
    paragraph: etree._Element | None,
    style: str | None,
    styles: Styles,
    ground_is_known: bool,
) -> str | None:
    """How a run is hidden, as a key of `HOW`; None where it is seen. `ground_is_known` is false within shapes and tables."""
    if is_on(styles.of_run(run, style, "vanish")) or is_on(styles.of_run(run, style, "specVanish")):
        return "word-hidden"
    size = styles.of_run(run, style, "sz")
    if size and size.isdigit() and int(size) < SMALLEST:
        return "word-tiny"
    colour = _colour(styles.of_run(run, style, "color"), (0, 0, 0))
    bar = HIGHLIGHTS.get(value_of(run, "highlight") or "") or _fill(styles.of_run(run, style, "shd", "fill"))
    if bar is not None:
        return "word-under-bar" if colour and _alike(colour, bar) and bar != WHITE else None
    behind = _fill(value_of(paragraph, "shd", "fill"))
    if colour and behind is not None:
        return "word-pale" if _alike(colour, behind) else None
    return "word-pale" if ground_is_known and colour and _alike(colour, WHITE) else None


def _colour(written: str | None, otherwise: tuple[int, int, int]) -> tuple[int, int, int] | None:
    if not written or written == "auto":
        return otherwise
    return _fill(written)


def _fill(written: str | None) -> tuple[int, int, int] | None:
    if not written or len(written) != 6:
        return None
    try:
        return int(written[:2], 16), int(written[2:4], 16), int(written[4:], 16)
    except ValueError:
        return None


def _alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(mine - its) <= NEAR for mine, its in zip(one, other, strict=True))
