"""The web page that a Word file becomes, as it grows while the file is read."""

from dataclasses import dataclass, field

from lxml import etree

from services.publish.cleaning.passages import Concealed
from services.publish.cleaning.word_package import WordPackage
from services.publish.cleaning.word_styles import Styles, numbers_of


@dataclass
class Reading:
    """The page as it grows, and what was left out on the way."""

    package: WordPackage
    html: list[str] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    hidden: list[Concealed] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    in_code: list[bool] = field(default_factory=list)  # of fields within one another: whether we are in its code
    open_lists: int = 0
    depth: int = 0
    ground_is_known: bool = True
    part: str = "word/document.xml"

    def __post_init__(self) -> None:
        parts = self.package.parts
        self.styles = Styles(parts.get("word/styles.xml"))
        self.numbers = numbers_of(parts.get("word/numbering.xml"))
        self.part = next(name for name in parts if name.startswith("word/document"))


def local_name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
