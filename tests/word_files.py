"""Word files made by the tests, part by part, so that a name can be hidden in each place where Word keeps things."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.hiding import SECRET, photograph

SPACES = " ".join(
    f'xmlns:{short}="{address}"'
    for short, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
    }.items()
)
STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="x"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
"""
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class Hidden:
    """Where a name is hidden: in the body, in parts beside it, or in relations of the body."""

    body: str = ""
    parts: Mapping[str, str | bytes] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    told: str = ""  # what the editor is told was removed


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(words: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{words if words.startswith('<') else run(words)}</w:p>"


def heading(words: str, level: int = 1) -> str:
    return paragraph(words, f'<w:pStyle w:val="Heading{level}"/>')


def table(*rows: tuple[str, ...], head: bool = True) -> str:
    drawn = ""
    for number, row in enumerate(rows):
        cells = "".join(f"<w:tc><w:tcPr/>{paragraph(cell)}</w:tc>" for cell in row)
        drawn += f"<w:tr><w:trPr>{'<w:tblHeader/>' if head and number == 0 else ''}</w:trPr>{cells}</w:tr>"
    return f"<w:tbl><w:tblPr/>{drawn}</w:tbl>"


def picture(relation: str = "rIdP", alt: str = "A graph of contacts", crop: str = "", decorative: bool = False) -> str:
    mark = '<a:ext uri="x"><adec:decorative val="1"/></a:ext>' if decorative else ""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="914400"/><wp:docPr id="1" name="Picture" descr="{alt}">{mark}</wp:docPr>'
        f'<a:graphic><a:graphicData uri="picture"><pic:pic><pic:blipFill><a:blip r:embed="{relation}"/>{crop}</pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def word(
    body: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    relations: Mapping[str, str] | None = None,
    types: str = TYPES,
) -> bytes:
    """A Word file with the given body, further parts by name, and relations of the body by id."""
    listed = "".join(f'<Relationship Id="{key}" Target="{value}"/>' for key, value in (relations or {}).items())
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        "word/styles.xml": f"<w:styles {SPACES}>{STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {SPACES}>{NUMBERING}</w:numbering>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files | dict(parts or {})).items():
            archive.writestr(name, content)
    return out.getvalue()


def with_hidden(hidden: Hidden) -> bytes:
    return word(heading("The learning") + paragraph("Agencies share.") + hidden.body, hidden.parts, hidden.relations)


def split_photograph() -> bytes:
    """A picture whose left half is black and whose right half, cut off in Word, is red."""
    from PIL import Image

    picture = Image.new("RGB", (80, 40), "black")
    picture.paste((255, 0, 0), (40, 0, 80, 40))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _core(tag: str) -> str:
    return f'<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:{tag}>{SECRET}</dc:{tag}></cp:coreProperties>'


FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
PLACES: dict[str, Hidden] = {
    "core properties": Hidden(parts={"docProps/core.xml": _core("creator")}, told="document properties"),
    "custom properties": Hidden(parts={"docProps/custom.xml": _core("child")}, told="custom properties"),
    "application properties": Hidden(parts={"docProps/app.xml": _core("Manager")}, told="document properties"),
    "a thumbnail": Hidden(parts={"docProps/thumbnail.jpeg": photograph()}, told="thumbnails"),
    "a comment": Hidden(
        body=f'<w:p><w:commentRangeStart w:id="1"/>{run("Seen.")}<w:r><w:commentReference w:id="1"/></w:r></w:p>',
        parts={"word/comments.xml": f"<w:comments {SPACES}>{paragraph(SECRET)}</w:comments>"},
        told="comments",
    ),
    "who commented": Hidden(parts={"word/people.xml": f"<p>{SECRET}</p>"}, told="names of those who commented"),
    "a deletion": Hidden(
        body=f'<w:p><w:del w:author="{SECRET}"><w:r><w:delText>{SECRET}</w:delText></w:r></w:del>{run("Seen.")}</w:p>',
        told="tracked changes",
    ),
    "a deleted paragraph": Hidden(body=f"<w:del>{paragraph(SECRET)}</w:del>", told="tracked changes"),
    "a move": Hidden(body=f"<w:p><w:moveFrom>{run(SECRET)}</w:moveFrom></w:p>", told="tracked changes"),
    "who changed the format": Hidden(
        body=paragraph(run("Seen.", f'<w:rPrChange w:author="{SECRET}"><w:rPr/></w:rPrChange>')), told="tracked changes"
    ),
    "hidden text": Hidden(body=paragraph(run(SECRET, "<w:vanish/>")), told="hidden text"),
    "a hidden style": Hidden(body=paragraph(run(SECRET, '<w:rStyle w:val="Secret"/>')), told="hidden text"),
    "white text": Hidden(body=paragraph(run(SECRET, '<w:color w:val="FFFFFF"/>')), told="hidden text"),
    "nearly white text": Hidden(body=paragraph(run(SECRET, '<w:color w:val="F2F4F0"/>')), told="hidden text"),
    "tiny text": Hidden(body=paragraph(run(SECRET, '<w:sz w:val="2"/>')), told="hidden text"),
    "a black bar": Hidden(body=paragraph(run(SECRET, '<w:highlight w:val="black"/>')), told="hidden text"),
    "a shaded bar": Hidden(body=paragraph(run(SECRET, '<w:shd w:fill="000000"/>')), told="hidden text"),
    "a header": Hidden(
        parts={"word/header1.xml": f"<w:hdr {SPACES}>{paragraph(SECRET)}</w:hdr>"}, told="headers and footers"
    ),
    "a footer": Hidden(
        parts={"word/footer1.xml": f"<w:ftr {SPACES}>{paragraph(SECRET)}</w:ftr>"}, told="headers and footers"
    ),
    "a field's code": Hidden(
        body=f"<w:p>{FIELD.format('begin')}<w:r><w:instrText>{SECRET}</w:instrText></w:r>{run(SECRET)}{FIELD.format('separate')}"
        f"{run('Seen.')}{FIELD.format('end')}</w:p>",
        told="field codes",
    ),
    "an embedded object": Hidden(
        body='<w:p><w:r><w:object><o:OLEObject/><v:shape><v:imagedata r:id="rIdP"/></v:shape></w:object></w:r></w:p>',
        parts={"word/embeddings/oleObject1.bin": SECRET, "word/media/image1.png": split_photograph()},
        relations={"rIdP": "media/image1.png"},
        told="embedded objects",
    ),
    "custom XML": Hidden(parts={"customXml/item1.xml": f"<x>{SECRET}</x>"}, told="custom XML"),
    "building blocks": Hidden(parts={"word/glossary/document.xml": f"<x>{SECRET}</x>"}, told="building blocks"),
    "a template's address": Hidden(
        parts={"word/settings.xml": f'<w:settings {SPACES}><w:attachedTemplate w:val="{SECRET}"/></w:settings>'},
        told="the address of a template",
    ),
    "document variables": Hidden(
        parts={
            "word/settings.xml": f'<w:settings {SPACES}><w:docVar w:name="x" w:val="{SECRET}"/><w:rsid w:val="0A"/></w:settings>'
        },
        told="document variables",
    ),
    "a bookmark's name": Hidden(
        body=f'<w:p><w:bookmarkStart w:id="1" w:name="{SECRET.replace(" ", "_")}"/>{run("Seen.")}</w:p>'
    ),
    "a form's placeholder": Hidden(
        body=f"<w:p><w:sdt><w:sdtPr><w:alias w:val='{SECRET}'/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run(SECRET)}</w:sdtContent></w:sdt></w:p>",
        told="form fields",
    ),
    "a link to a file": Hidden(
        body=f'<w:p><w:hyperlink r:id="rIdL">{run("Seen.")}</w:hyperlink></w:p>',
        relations={"rIdL": "file:///C:/Users/Hester%20Nolan/report.docx"},
        told="links to files and programs",
    ),
    "a photograph's notes": Hidden(
        body=paragraph(picture()),
        parts={"word/media/image1.jpeg": photograph()},
        relations={"rIdP": "media/image1.jpeg"},
    ),
    "a part of no use": Hidden(parts={"word/secret.bin": SECRET}, told="parts that no page shows"),
    "a fallback": Hidden(
        body=f"<w:p><w:r><mc:AlternateContent><mc:Choice><w:t>Seen.</w:t></mc:Choice><mc:Fallback><w:t>{SECRET}</w:t></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    ),
}
