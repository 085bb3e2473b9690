"""The record that the NSPCC catalogues, in its own order, and the words of the e-mails to it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.publish.public_site.site_page import type_name
from services.publish.public_site.site_pages import theme_name

UNNAMED = "Unnamed"
# Where the collection's own keyword for a theme is known from its published lists; other themes stand as they are.
KEYWORDS = {
    "domestic-abuse": ("family violence",),
    "parental-separation": ("separation", "partner relations"),
    "chronic-illness": ("children with chronic illnesses", "health services"),
}


@dataclass(frozen=True)
class Catalogued:
    """What a record is made of. `partnership` is None where it may not be named; files are kind and SHA-256."""

    year: int
    partnership: str | None
    pseudonym: str
    kind: str
    title: str
    what_happened: str | None
    themes: Sequence[str]
    recommendations: str | None
    keywords: Sequence[str]
    files: Sequence[tuple[str, str]]
    our_reference: str


def catalogue_record(of: Catalogued) -> dict[str, str]:
    """The record by its headings: year, partnership and pseudonym first, as the collection lists reviews."""
    partnership = of.partnership or UNNAMED
    keywords = of.keywords or [word for theme in of.themes for word in keywords_of(theme)]
    return {
        "Review": f"{of.year} - {partnership} - {of.pseudonym}",
        "Year": str(of.year),
        "Partnership": partnership,
        "Pseudonym": of.pseudonym,
        "Type": type_name(of.kind),
        "Title": of.title,
        "What happened": of.what_happened or "See the report.",
        "Learning themes": ", ".join(theme_name(theme) for theme in of.themes) or "See the report.",
        "Recommendations": of.recommendations or "See the report.",
        "Keywords": ", ".join(dict.fromkeys(keywords)) or "None given.",
        "Files": ", ".join(f"{kind.replace('-', ' ')} (SHA-256 {sha256})" for kind, sha256 in of.files),
        "Our reference": of.our_reference,
    }


def keywords_of(theme: str) -> tuple[str, ...]:
    """The collection's keywords for a theme, where they are known, else the theme in words."""
    return KEYWORDS.get(theme) or (theme.replace("-", " "),)


def record_text(record: Mapping[str, str], replaced: Sequence[tuple[str, str]] = ()) -> str:
    """The record as the words of an e-mail; `replaced` are the earlier deposits, by our reference and day, that it replaces."""
    lines = "\n".join(f"{name}: {value}" for name, value in record.items())
    asked = f"Please acknowledge this by e-mail, and give our reference: {record['Our reference']}"
    first = "A case review for the National Collection of Case Reviews."
    if replaced:
        earlier = " and ".join(f"on {sent_on} (our reference {reference})" for reference, sent_on in replaced)
        first = (
            "A corrected case review for the National Collection of Case Reviews.\n\n"
            f"It replaces, record and files, what we sent you {earlier}.\n"
            "Please take the earlier out of the collection, and do not show it or give it to anybody."
        )
    return f"{first}\n\n{lines}\n\n{asked}\n"


def withdrawal_text(pseudonym: str, our_reference: str, sent_on: str) -> str:
    """The words that ask to hold back what was deposited."""
    return (
        f"On {sent_on} we sent you a case review for the National Collection of Case Reviews: {pseudonym}.\n"
        "We have withdrawn it. Please do not show it, or give it to anybody, until you hear from us again.\n"
        f"Please tell us when that is done, with our reference: {our_reference}\n"
    )


def chase_text(pseudonym: str, our_reference: str, sent_on: str) -> str:
    """The words that ask whether a deposit came."""
    return (
        f"On {sent_on} we sent you a case review for the National Collection of Case Reviews: {pseudonym}.\n"
        f"We have had no acknowledgement yet. Did it come? Please answer with our reference: {our_reference}\n"
    )
