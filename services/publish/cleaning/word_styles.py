"""How a Word file's paragraphs look and count: styles with what they are based on, and the numbers before paragraphs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from services.publish.cleaning.word_package import W

DEEPEST = 30  # styles based on one another
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def value_of(parent: etree._Element | None, name: str, attribute: str = "val") -> str | None:
    """An attribute of a child; an empty text for a child that is there without it."""
    child = parent.find(f"{W}{name}") if parent is not None else None
    return None if child is None else child.get(f"{W}{attribute}", "")


def is_on(value: str | None) -> bool:
    return value is not None and value not in ("0", "false", "off", "none")


class Styles:
    """The styles of a file, asked for one property of a run or a paragraph."""

    def __init__(self, part: etree._Element | None) -> None:
        found = part.iter(f"{W}style") if part is not None else ()
        self.by_id: dict[str, etree._Element] = {each.get(f"{W}styleId", ""): each for each in found}
        defaults = part.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr") if part is not None else None
        self.defaults: etree._Element | None = defaults
        self.normal = next((key for key, each in self.by_id.items() if each.get(f"{W}default") == "1" and each.get(f"{W}type") == "paragraph"), "")  # fmt: skip

    def chain(self, style: str | None) -> list[etree._Element]:
        """A style and those it is based on, nearest first."""
        found: list[etree._Element] = []
        while style and style in self.by_id and len(found) < DEEPEST:
            found.append(self.by_id[style])
            style = value_of(found[-1], "basedOn")
        return found

    def name(self, style: str | None) -> str:
        """The name under which Word knows a style, in small letters."""
        return next((value_of(each, "name") or "" for each in self.chain(style)), "").lower()

    def of_run(
        self, run: etree._Element | None, paragraph_style: str | None, name: str, attribute: str = "val"
    ) -> str | None:
        """One property of a run: its own, its style's, its paragraph's style's, or the document's."""
        styles = [*self.chain(value_of(run, "rStyle")), *self.chain(paragraph_style or self.normal)]
        for place in (run, *(each.find(f"{W}rPr") for each in styles), self.defaults):
            found = value_of(place, name, attribute)
            if found is not None:
                return found
        return None

    def heading_level(self, properties: etree._Element | None, style: str | None) -> int | None:
        """1 to 6 for a heading; 1 for a title; None for a paragraph."""
        for place in (properties, *(each.find(f"{W}pPr") for each in self.chain(style))):
            level = value_of(place, "outlineLvl")
            if level and level.isdigit() and int(level) < 9:
                return min(int(level) + 1, 6)
        for each in self.chain(style):
            name = (value_of(each, "name") or "").lower()
            if name == "title":
                return 1
            if name.startswith("heading ") and name[8:].isdigit():
                return min(int(name[8:]), 6)
        return None

    def numbering(self, properties: etree._Element | None, style: str | None) -> tuple[str, int] | None:
        """The list that a paragraph is in, and its level."""
        for place in (properties, *(each.find(f"{W}pPr") for each in self.chain(style))):
            number = place.find(f"{W}numPr") if place is not None else None
            if number is not None:
                list_id, level = value_of(number, "numId"), value_of(number, "ilvl") or "0"
                return (list_id, min(int(level), 8)) if list_id and list_id != "0" and level.isdigit() else None
        return None


@dataclass
class Numbers:
    """Counts the paragraphs of each list as Word does, and gives each its number as Word shows it."""

    levels: Mapping[str, Mapping[int, etree._Element]]
    counted: dict[str, list[int | None]] = field(default_factory=dict)

    def label(self, list_id: str, level: int) -> str | None:
        """The number before a paragraph, such as `1.2`; None for a bullet."""
        levels = self.levels.get(list_id, {})
        definition = levels.get(level)
        kind = value_of(definition, "numFmt") or "bullet"
        if kind in ("bullet", "none"):
            return None
        counts = self.counted.setdefault(list_id, [None] * 9)
        last = counts[level]
        counts[level] = _first(definition) if last is None else last + 1
        counts[level + 1 :] = [None] * (8 - level)
        text = value_of(definition, "lvlText") or f"%{level + 1}."
        for each in range(level + 1):
            at = counts[each]
            shown = _written(_first(levels.get(each)) if at is None else at, value_of(levels.get(each), "numFmt"))
            text = text.replace(f"%{each + 1}", shown)
        return text


def _first(definition: etree._Element | None) -> int:
    start = value_of(definition, "start") or "1"
    return int(start) if start.isdigit() else 1


def numbers_of(part: etree._Element | None) -> Numbers:
    """The lists that a file defines."""
    if part is None:
        return Numbers({})
    abstract = {each.get(f"{W}abstractNumId"): _levels(each) for each in part.iter(f"{W}abstractNum")}
    return Numbers(
        {each.get(f"{W}numId", ""): abstract.get(value_of(each, "abstractNumId"), {}) for each in part.iter(f"{W}num")}
    )


def _levels(abstract: etree._Element) -> dict[int, etree._Element]:
    found = ((each.get(f"{W}ilvl", ""), each) for each in abstract.iter(f"{W}lvl"))
    return {int(level): each for level, each in found if level.isdigit()}


def _written(number: int, kind: str | None) -> str:
    if kind in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 % 20 + 1)
        return letters.upper() if kind == "upperLetter" else letters
    if kind in ("lowerRoman", "upperRoman"):
        roman, left = "", number % 4000
        for worth, sign in ROMAN:
            roman, left = roman + sign * (left // worth), left % worth
        return roman.upper() if kind == "upperRoman" else roman
    return f"{number:02}" if kind == "decimalZero" else str(number)
