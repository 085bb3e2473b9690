"""The runs of a paragraph of a Word file: what they show, and what in them is hidden, deleted or brought from elsewhere."""

from lxml import etree
from markupsafe import escape

from services.publish.cleaning.passages import CannotClean, Concealed
from services.publish.cleaning.word_hiding import how_hidden
from services.publish.cleaning.word_package import R, W
from services.publish.cleaning.word_page import Reading, local_name
from services.publish.cleaning.word_pictures import UNCUT, picture_as_points
from services.publish.cleaning.word_styles import Styles, is_on, value_of

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
V = "{urn:schemas-microsoft-com:vml}"
DECORATIVE = "{http://schemas.microsoft.com/office/drawing/2017/decorative}decorative"
DRAWN_OTHERWISE = ("chart", "diagram", "smartart")
EMU_PER_POINT = 12700
SAFE_ADDRESSES = ("https://", "http://", "mailto:")
REMOVED_TEXT = "[removed]"


SIGNS = ("t", "tab", "br", "cr", "noBreakHyphen", "sym")
LEFT_OUT = {
    "instrText": "field codes",
    "delInstrText": "field codes",
    "delText": "tracked changes",
    "commentReference": "comments",
}


class Line:
    """One paragraph's runs."""

    def __init__(self, reading: Reading, properties: etree._Element | None, style: str | None) -> None:
        self.reading, self.properties, self.style = reading, properties, style
        self.html: list[str] = []
        self.boxes: list[etree._Element] = []

    def read(self, parent: etree._Element) -> None:
        for child in parent:
            name = local_name(child)
            if name == "r":
                self._run(child)
            elif name in ("del", "moveFrom"):
                self.reading.left_out.add("tracked changes")
            elif name in ("ins", "moveTo"):
                self.reading.left_out.add("tracked changes")
                self.read(child)
            elif name == "hyperlink":
                self._link(child)
            elif name in ("smartTag", "fldSimple", "customXml", "sdtContent", "bdo", "dir"):
                self.read(child)
            elif name == "sdt":
                self._control(child)
            elif name in ("oMath", "oMathPara"):
                self.html.append(str(escape(" ".join(each.text or "" for each in child.iter(f"{M}t")))))
            elif name == "commentRangeStart":
                self.reading.left_out.add("comments")

    def _control(self, control: etree._Element) -> None:
        self.reading.left_out.add("form fields")
        if control.find(f"{W}sdtPr/{W}showingPlcHdr") is None:
            self.read(control)

    def _link(self, link: etree._Element) -> None:
        target = self.reading.package.relations.get(self.reading.part, {}).get(link.get(f"{R}id", ""), "")
        safe = target.lower().startswith(SAFE_ADDRESSES)
        if target and not safe:
            self.reading.left_out.add("links to files and programs")
        if safe:
            self.html.append(f'<a href="{escape(target)}">')
        self.read(link)
        if safe:
            self.html.append("</a>")

    def _run(self, run: etree._Element) -> None:
        properties = run.find(f"{W}rPr")
        if properties is not None and properties.find(f"{W}rPrChange") is not None:
            self.reading.left_out.add("tracked changes")
        pieces = [piece for child in run for piece in self._pieces(child)]
        words = "".join(pieces)
        if not words:
            return
        how = how_hidden(properties, self.properties, self.style, self.reading.styles, self.reading.ground_is_known)
        bare = "".join(each.text or "" for each in run.iter(f"{W}t")).strip()
        if how and any(sign.isalnum() for sign in bare):
            self.reading.left_out.add("hidden text")
            self.reading.hidden.append(Concealed(None, how, bare))
            if how == "word-under-bar":
                self.html.append(REMOVED_TEXT)
            return
        self.html.append(_dressed(words, properties, self.reading.styles, self.style))

    def _pieces(self, child: etree._Element) -> list[str]:
        """What one child of a run shows."""
        name, reading = local_name(child), self.reading
        if name in LEFT_OUT:
            reading.left_out.add(LEFT_OUT[name])
        if name == "fldChar":
            _field(reading, child.get(f"{W}fldCharType", ""))
        if any(reading.in_code):
            return []
        if name in SIGNS:
            return [_sign(name, child)]
        if name in ("footnoteReference", "endnoteReference"):
            reading.notes.append((name.removesuffix("Reference"), child.get(f"{W}id", "")))
            return [f'<sup><a href="#note-{len(reading.notes)}">{len(reading.notes)}</a></sup>']
        if name in ("drawing", "pict", "object"):
            return self._drawing(child)
        return [piece for each in _within_a_choice(name, child) for piece in self._pieces(each)]

    def _drawing(self, drawing: etree._Element) -> list[str]:
        data = drawing.find(f".//{A}graphicData")
        kind = (data.get("uri", "") if data is not None else "").lower()
        if any(word in kind for word in DRAWN_OTHERWISE):
            raise CannotClean(
                "The Word file has a chart or a diagram that cannot be carried over safely. Copy it and insert it as a "
                "picture, with its alternative text, and upload the file again."
            )
        boxes = [box for box in drawing.iter(f"{W}txbxContent") if not _within(box, drawing, f"{W}txbxContent")]
        self.boxes += boxes
        if local_name(drawing) == "object":
            self.reading.left_out.add("embedded objects")
            return []
        found = [*drawing.iter(f"{A}blip"), *drawing.iter(f"{V}imagedata")]
        return [self._picture(drawing, each) for each in found if not _within(each, drawing, f"{W}txbxContent")]

    def _picture(self, drawing: etree._Element, blip: etree._Element) -> str:
        relation = blip.get(f"{R}embed") or blip.get(f"{R}id") or ""
        content = self.reading.package.picture(self.reading.part, relation)
        if content is None:
            self.reading.left_out.add("pictures that are not in the file")
            return ""
        cut = next(drawing.iter(f"{A}srcRect"), None)
        crop = UNCUT if cut is None else tuple(_part_of(cut.get(side)) for side in "ltrb")
        if crop != UNCUT:
            self.reading.left_out.add("the cut-off parts of pictures")
        source = picture_as_points(content, crop)  # type: ignore[arg-type]  # four sides
        extent = next(drawing.iter(f"{WP}extent"), None)
        wide, high = (_pixels(extent, side) for side in ("cx", "cy"))
        if any(
            each.get("val") == "1" for each in drawing.iter(DECORATIVE)
        ):  # as a background it is no figure to describe
            size = f"width:{wide or 100}px;height:{high or 100}px"
            return f'<span class="decoration" style="{size};background-image:url({source})"></span>'
        return f'<img src="{source}"{f" width={wide}" if wide else ""}{_alternative_text(drawing)}>'


def _pixels(extent: etree._Element | None, side: str) -> int:
    written = extent.get(side, "") if extent is not None else ""
    return min(int(written) // EMU_PER_POINT * 4 // 3, 3000) if written.isdigit() else 0


def _within_a_choice(name: str, child: etree._Element) -> list[etree._Element]:
    """What is shown of something written in two ways, or with its pronunciation beside it."""
    if name == "ruby":
        return list(child.iterfind(f"{W}rubyBase/{W}r/{W}t"))
    if name != "AlternateContent":
        return []
    chosen = child.find(f"{MC}Choice")
    within = chosen if chosen is not None else child.find(f"{MC}Fallback")
    return list(within) if within is not None else []


def _within(element: etree._Element, top: etree._Element, tag: str) -> bool:
    for ancestor in element.iterancestors():
        if ancestor is top:
            return False
        if ancestor.tag == tag:
            return True
    return False


def _part_of(written: str | None) -> float:
    """A side that is cut off, written in thousandths of a per cent."""
    try:
        return int(written or "0") / 100_000
    except ValueError:
        return 0.0


def _alternative_text(drawing: etree._Element) -> str:
    described = next(drawing.iter(f"{WP}docPr"), None)
    words = (described.get("descr") or described.get("title") or "").strip() if described is not None else ""
    return f' alt="{escape(words)}"' if words else ""


def _field(reading: Reading, kind: str) -> None:
    if kind == "begin":
        reading.in_code.append(True)
    elif kind == "separate" and reading.in_code:
        reading.in_code[-1] = False
    elif kind == "end" and reading.in_code:
        reading.in_code.pop()


def _sign(name: str, child: etree._Element) -> str:
    if name == "t":
        return str(escape("".join(c for c in child.text or "" if c.isprintable() or c == " ")))
    if name == "sym":
        code = child.get(f"{W}char", "")
        letter = chr(int(code, 16)) if len(code) == 4 and all(c in "0123456789abcdefABCDEF" for c in code) else ""
        return "•" if "\ue000" <= letter <= "\uf8ff" else str(escape(letter))
    return {"tab": " ", "noBreakHyphen": "\u2011"}.get(name, "" if child.get(f"{W}type") == "page" else "<br>")


def _dressed(words: str, properties: etree._Element | None, styles: Styles, style: str | None) -> str:
    if is_on(styles.of_run(properties, None, "strike")):
        words = f"<s>{words}</s>"
    if is_on(value_of(properties, "b")) and styles.heading_level(None, style) is None:
        words = f"<strong>{words}</strong>"
    if is_on(value_of(properties, "i")):
        words = f"<em>{words}</em>"
    tag = {"superscript": "sup", "subscript": "sub"}.get(value_of(properties, "vertAlign") or "")
    return f"<{tag}>{words}</{tag}>" if tag else words
