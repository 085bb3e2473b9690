"""What the identifier check looks for in one document: what is known of its case, and what names the area.

Its digest is kept with each check, so that a check by older knowledge, or by an older program, is seen to be one.
"""

import json

from services.publish.identifying.identifiers import CHECK_VERSION
from services.publish.identifying.known_identifiers import Known, known_identifiers
from services.publish.models import Publication
from shared.encryption import keyed_hash
from shared.partnership import partnership


def known_of(publication: Publication, kind: str) -> Known:
    """What must not appear in a document of this kind.

    The words that name the area are always looked for, and count on the anonymous route. The page about improvements
    names the area and may not name the review; there the pseudonym is looked for instead.
    """
    if kind == "improvements":
        return known_identifiers(publication.identifiers, (), [publication.pseudonym])
    return known_identifiers(publication.identifiers, _area_words())


def _area_words() -> tuple[str, ...]:
    words = partnership()
    agencies = (agency.name for agency in words.agencies)
    return (*words.identifying_words, *agencies, words.name, words.short_name, words.authority.name)


def knowledge_digest(publication: Publication) -> bytes:
    """One value for all that a check looks for; keyed, since it is over names."""
    known = sorted((each["kind"], each["value"]) for each in publication.identifiers)
    return keyed_hash("knowledge", json.dumps([CHECK_VERSION, known, publication.pseudonym, *_area_words()]))
