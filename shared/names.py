"""Names of people in what others write in one line: without titles, and without the roles that everybody has."""

import re
from collections.abc import Iterator

TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "sir", "dame", "rev", "prof", "professor"])
WORKERS_TITLES = frozenset(["dr", "pc", "dc", "ds", "di", "dci", "sgt", "insp", "nurse", "sister"])
RANKS = frozenset(["detective", "sergeant", "inspector", "constable", "superintendent", "officer"])
WORKERS_ROLES = RANKS | frozenset(
    [
        "accident",
        "adviser",
        "advisor",
        "advocate",
        "ambulance",
        "analyst",
        "approver",
        "assistant",
        "associate",
        "author",
        "cafcass",
        "carers",
        "chair",
        "chief",
        "children",
        "childrens",
        "clinical",
        "clinician",
        "community",
        "consultant",
        "coordinator",
        "core",
        "counsellor",
        "crew",
        "dentist",
        "deputy",
        "designated",
        "director",
        "doctor",
        "door",
        "duty",
        "early",
        "emergency",
        "executive",
        "front",
        "general",
        "gp",
        "hco",
        "head",
        "headteacher",
        "health",
        "help",
        "hv",
        "independent",
        "iro",
        "key",
        "lado",
        "lead",
        "legal",
        "liaison",
        "manager",
        "mash",
        "mental",
        "midwife",
        "midwives",
        "named",
        "neonatal",
        "nursery",
        "occupational",
        "of",
        "for",
        "and",
        "the",
        "out-of-hours",
        "on",
        "call",
        "paediatric",
        "paediatrician",
        "paramedic",
        "pastoral",
        "physiotherapist",
        "police",
        "practice",
        "practitioner",
        "principal",
        "probation",
        "professional",
        "psychiatrist",
        "psychologist",
        "radiographer",
        "reader",
        "receptionist",
        "registrar",
        "reviewer",
        "reviewing",
        "safeguarding",
        "school",
        "secretary",
        "senco",
        "senior",
        "service",
        "services",
        "social",
        "solicitor",
        "specialist",
        "staff",
        "student",
        "support",
        "surgeon",
        "sw",
        "sws",
        "teacher",
        "team",
        "teaching",
        "therapist",
        "tutor",
        "unit",
        "ward",
        "worker",
        "workers",
        "youth",
    ]
)
FAMILYS_ROLES = frozenset(
    [
        "adult",
        "aunt",
        "aunty",
        "auntie",
        "baby",
        "boyfriend",
        "brother",
        "brothers",
        "carer",
        "child",
        "children",
        "cousin",
        "dad",
        "daughter",
        "ex",
        "ex-partner",
        "family",
        "father",
        "foster",
        "friend",
        "girlfriend",
        "gran",
        "grandad",
        "grandfather",
        "grandma",
        "grandmother",
        "grandparent",
        "grandparents",
        "half",
        "half-brother",
        "half-sister",
        "her",
        "his",
        "household",
        "husband",
        "infant",
        "lodger",
        "maternal",
        "member",
        "mgf",
        "mgm",
        "mother",
        "mum",
        "neighbour",
        "nan",
        "newborn",
        "older",
        "parent",
        "parents",
        "partner",
        "paternal",
        "person",
        "pgf",
        "pgm",
        "relative",
        "sibling",
        "siblings",
        "sister",
        "sisters",
        "son",
        "step",
        "stepfather",
        "stepmother",
        "subject",
        "the",
        "their",
        "twin",
        "twins",
        "unborn",
        "uncle",
        "unknown",
        "wife",
        "with",
        "young",
        "younger",
    ]
)
ROLES = WORKERS_ROLES | FAMILYS_ROLES
BODIES = re.compile(
    r"\b(council|trust|hospital|school|academy|police|surgery|nhs|charity|refuge|nursery|constabulary|board|icb|"
    r"partnership|college|university|housing|association|society|centre|clinic)\b",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"[,;:()/&\[\]]| - | – |\band\b")
LINKING = frozenset(
    [
        "al",
        "bin",
        "bint",
        "da",
        "de",
        "del",
        "den",
        "der",
        "di",
        "du",
        "el",
        "la",
        "le",
        "o",
        "san",
        "st",
        "ten",
        "van",
        "von",
        "y",
    ]
)
LONGEST_ABBREVIATION = 5


def without_title(said: str) -> str:
    """The name alone of "Dr J. Oakridge, named nurse": its title and the role behind it are words that everybody has."""
    name = re.split(r"[,(/]| - ", said, maxsplit=1)[0]
    return " ".join(part for part in name.split() if _bare(part) not in TITLES | WORKERS_TITLES)


def people_named(said: str) -> Iterator[str]:
    """The names in a line that may hold names, roles or both: "Mother (Kelly Nolan)" has one, "Duty manager" none.

    A name is what is written with capitals and is no title, no role, no abbreviation and no body's name.
    """
    for part in BETWEEN.split(said):
        words = part.split()
        names = [word for word in words if _bare(word) not in TITLES | WORKERS_TITLES | ROLES]
        if not part.isupper() or len(names) < 2:
            names = [word for word in names if not _is_abbreviation(word)]
        whole = any(len(word.strip(".")) > 1 for word in names) and not BODIES.search(part)
        if whole and all(_may_be_of_a_name(word) for word in names):
            yield " ".join(names)


def is_worker(said: str) -> bool:
    """Whether a line speaks of somebody at work, by a title or a role."""
    words = {_bare(word) for word in BETWEEN.sub(" ", said).split()}
    return bool(words & (WORKERS_TITLES | WORKERS_ROLES)) and not words & (FAMILYS_ROLES - WORKERS_ROLES)


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.strip(".").casefold())


def _is_abbreviation(word: str) -> bool:
    return ("." not in word and word.isupper() and 1 < len(word) <= LONGEST_ABBREVIATION) or bool(
        re.search(r"\d", word)
    )


def _may_be_of_a_name(word: str) -> bool:
    return word[0].isupper() or word.casefold() in LINKING
