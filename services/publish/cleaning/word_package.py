"""A Word file opened: its parts, what came along with them, and what cannot be cleaned, refused with the reason.

Nothing of the file goes on as it is: a PDF is made of its words, tables and pictures (word_reading.py), so what is not
read there is left behind. Here is told what that was.
"""

import io
import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from services.publish.cleaning.passages import CannotClean

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
STRICT = "http://purl.oclc.org/ooxml/"
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
MOST_PARTS = 5_000
MOST_BYTES = 250_000_000  # of all parts, unpacked
LONGEST_PART = 60_000_000  # of one part in XML
DAMAGED = "The file cannot be read as a Word document: it is damaged. Save it again in Word as .docx and upload it."
BOMB = (
    "The Word file unpacks to far more than a report can have, as files do that are made to stop programs. "
    "Ask where it comes from, save it anew with smaller pictures and upload it."
)
DEFINITIONS = (
    "The Word file has definitions that Word does not write, as files do that are made to stop programs. "
    "Ask where it comes from, save it anew in Word as .docx and upload it."
)
MACROS = "The Word file has macros. Save it as a Word document without macros (.docx) and upload it."

# What stands in a part, by the beginning of its name; the first that fits counts.
LEFT_BEHIND = (
    ("docprops/thumbnail", "thumbnails"),
    ("docprops/custom", "custom properties"),
    ("docprops/", "document properties"),
    ("word/comments", "comments"),
    ("word/people", "names of those who commented"),
    ("word/embeddings", "embedded objects"),
    ("word/activex", "embedded objects"),
    ("word/header", "headers and footers"),
    ("word/footer", "headers and footers"),
    ("word/glossary", "building blocks"),
    ("word/printersettings", "printer settings"),
    ("customxml/", "custom XML"),
    ("customui/", "buttons of its own"),
    ("_xmlsignatures/", "signatures"),
    ("xl/", "embedded objects"),
    ("word/fonts/", "embedded fonts"),
)
USED = ("word/document", "word/styles", "word/numbering", "word/footnotes", "word/endnotes", "word/media/")
SILENT = ("[content_types].xml", "_rels/", "word/_rels/", "word/theme/", "word/settings", "word/websettings", "word/fonttable", "word/stylesWithEffects".lower())  # fmt: skip


@dataclass(frozen=True)
class WordPackage:
    """The parts that are read, by name, the relations of the main part and its notes, and what was left behind."""

    body: etree._Element
    parts: Mapping[str, etree._Element]
    relations: Mapping[str, Mapping[str, str]]  # of a part: id -> target
    files: zipfile.ZipFile
    names: Mapping[str, str]  # small name -> name
    left_behind: frozenset[str]

    def picture(self, part: str, relation: str) -> bytes | None:
        """The bytes of an embedded picture; None where it is outside the file or is not there."""
        target = self.relations.get(part, {}).get(relation, "")
        name = self.names.get(_inside(part, target).lower())
        return self.files.read(name) if name else None


def open_word(content: bytes) -> WordPackage:
    """The file's parts. Raises `CannotClean` for what is damaged, has macros, or unpacks to too much."""
    try:
        files = zipfile.ZipFile(io.BytesIO(content))
        names = {info.filename.lower(): info.filename for info in files.infolist()}
        _refuse(files, names)
        parts = {name: _part(files, names[name]) for name in names if _is_read(name)}
        relations = {name: _relations(files, names, name) for name in parts}
    except CannotClean:
        raise
    except etree.LxmlError as error:  # it names the setting under which it would read more
        raise CannotClean(BOMB if "XML_PARSE_HUGE" in str(error) else DAMAGED) from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ValueError, EOFError, OSError):
        raise CannotClean(DAMAGED) from None
    except NotImplementedError:  # zipfile's word for a way of packing that it does not know
        raise CannotClean("The Word file is packed in a way that cannot be read. Save it anew and upload it.") from None
    except RuntimeError:  # and for a file that wants a password
        raise CannotClean("The Word file is packed with a password. Save it without one and upload it again.") from None
    main = next((parts[name] for name in parts if name.startswith("word/document")), None)
    body = main.find(f"{W}body") if main is not None else None
    if body is None:
        raise CannotClean(DAMAGED)
    return WordPackage(body, parts, relations, files, names, frozenset(_left_behind(files, names)))


def _refuse(files: zipfile.ZipFile, names: Mapping[str, str]) -> None:
    infos = files.infolist()
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise CannotClean(BOMB)
    if len(names) < len(infos):  # one name twice: readers differ on which of the two they show
        raise CannotClean(DAMAGED)
    kinds = files.read(names["[content_types].xml"]) if "[content_types].xml" in names else b""
    if b"macroEnabled" in kinds or any("vbaproject" in name or "vbadata" in name for name in names):
        raise CannotClean(MACROS)
    if any("afchunk" in name for name in names):
        raise CannotClean("The Word file has another document inside it. Copy its words in, and upload it again.")


def _is_read(name: str) -> bool:
    return name.endswith(".xml") and name.startswith(("word/document", "word/styles.", "word/numbering", "word/footnotes", "word/endnotes", "word/header", "word/footer"))  # fmt: skip


def _part(files: zipfile.ZipFile, name: str) -> etree._Element:
    with files.open(name) as part:
        content = part.read(LONGEST_PART + 1)
    if len(content) > LONGEST_PART:
        raise CannotClean(BOMB)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise CannotClean(DEFINITIONS)
    if STRICT.encode() in content:
        raise CannotClean("The Word file is saved as Strict Open XML. Save it as an ordinary Word document (.docx).")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(content, parser)


def _relations(files: zipfile.ZipFile, names: Mapping[str, str], part: str) -> dict[str, str]:
    folder, _, file = part.rpartition("/")
    name = names.get(f"{folder}/_rels/{file}.rels")
    if name is None:
        return {}
    return {each.get("Id", ""): each.get("Target", "") for each in _part(files, name).iter(RELATIONSHIP)}


def _inside(part: str, target: str) -> str:
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def _left_behind(files: zipfile.ZipFile, names: Mapping[str, str]) -> set[str]:
    found = set()
    for name in names:
        known = next((words for begins, words in LEFT_BEHIND if name.startswith(begins)), None)
        if known:
            found.add(known)
        elif not name.endswith("/") and not name.startswith((*USED, *SILENT)):
            found.add("parts that no page shows")
    settings = names.get("word/settings.xml")
    if settings:
        found |= _in_settings(files.read(settings))
    return found


def _in_settings(settings: bytes) -> set[str]:
    signs = {
        b"<w:attachedTemplate": "the address of a template",
        b"<w:mailMerge": "the address of a list for letters",
        b"<w:docVar ": "document variables",
        b"<w:rsid": "marks of editing sessions",
    }
    return {words for sign, words in signs.items() if sign in settings}
