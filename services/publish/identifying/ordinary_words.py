"""Which words are ordinary English, and which are names: by lists that ship with packages, loaded where first asked."""

from functools import cache

from services.publish.identifying.names_that_are_words import NAMES_THAT_ARE_WORDS
from services.publish.identifying.plain_text import each_word, plain

# Whose names people in England bear: the lists of faker by country, where they are written in Latin letters.
COUNTRIES = each_word(
    "en_GB en_IE en_US en_IN en_PK en_NG en_KE ga_IE pl_PL ro_RO pt_PT es_ES it_IT fr_FR de_DE lt_LT lv_LV hu_HU "
    "cs_CZ sk_SK tr_TR nl_NL sv_SE hr_HR ha_NG ig_NG yo_NG zu_ZA"
)
# Words that a list has as somebody's name, or that are too rare for a list of common words, and that name nobody here.
NEVER_NAMES = frozenset(
    each_word(
        "ally arts assure aunt baby back bail bare basic bath bite brick brother cage canal car care carer carry "
        "cases charm chat children's clear comfort commission company court cousin curiosity dad date daughter day "
        "deep duty each early else experience fall fancy fate father fathers ferry floor forum fresh glasses "
        "governor graded grandfather grandmother gun harm harsh hub innocent job junk kick kidney kill kiss lead "
        "left life lips lot lower loyal mad made mall marry mate mile more mother mothers mum nail nanny neglect "
        "nhs one over owe pages panel parent parents partner per pleasant post practice profile real relief ridge "
        "ring room safeguarding said sales sample see service seven shine sibling side silence simple sister smart "
        "sole son stepfather stepmother strategy tank than theme till too tool toolkit tore triennial uncle urban "
        "voice wash were win"
    )
)
ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "'s", "ness", "al", "ally")

OF_NAMES = ("s", "es", "ly", "ness")  # a name may well end in -ing or -er


@cache
def given_names() -> frozenset[str]:
    """Given names, in plain small letters."""
    from nicknames import name_triplets
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    found = {*FREQUENCY_LISTS["female_names"], *FREQUENCY_LISTS["male_names"]}
    found |= {name for each in name_triplets() for name in (each.name1, each.name2)}
    return frozenset(found) | _listed("first_names")


@cache
def family_names() -> frozenset[str]:
    """Family names, in plain small letters."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["surnames"]) | _listed("last_names")


def _listed(which: str) -> frozenset[str]:
    from importlib import import_module

    found: set[str] = set()
    for country in COUNTRIES:
        provider = import_module(f"faker.providers.person.{country}").Provider
        for name in dir(provider):
            if name.startswith(which) or name.startswith(which.replace("names", "name_")):
                given = getattr(provider, name)
                words = given if isinstance(given, tuple | list | dict) else ()
                found |= {plain(word) for word in words if isinstance(word, str) and word.isascii() | word.isalpha()}
    return frozenset(name for name in found if len(name) > 2 and name.replace("-", "").replace("'", "").isalpha())


@cache
def _words() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    found = {*FREQUENCY_LISTS["english_wikipedia"], *FREQUENCY_LISTS["us_tv_and_film"]}
    return frozenset(found - given_names() - family_names()) | NAMES_THAT_ARE_WORDS | NEVER_NAMES


@cache
def is_ordinary_word(word: str, endings: tuple[str, ...] = ENDINGS) -> bool:
    """Whether a word in small letters is ordinary English: itself, or what it is made of with an ending."""
    known = _words()
    if word in known:
        return True
    stems = (word.removesuffix(ending) for ending in endings if word.endswith(ending))
    return any(stem in known or f"{stem}e" in known for stem in stems if len(stem) > 2)
