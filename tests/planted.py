"""A report with identifiers planted in it, and how many of them the check finds: `python -m tests.planted` reports it."""

from collections.abc import Callable
from dataclasses import dataclass

from services.publish.cleaning.examination import examine_pdf, examine_word
from services.publish.cleaning.passages import Examined
from services.publish.identifying.finding_words import GROUPS, group_of
from services.publish.identifying.identifiers import Found, find_identifiers
from services.publish.identifying.known_identifiers import known_identifiers
from tests.publishing import pdf
from tests.word_files import heading, paragraph, word

TITLE = "Child T1: full report"
CASE = [
    {"kind": kind, "value": value}
    for kind, value in (
        ("name", "Hester"),
        ("name", "Nolan-Price"),
        ("name", "Siobhán"),
        ("name", "O'Mara"),
        ("name", "Thomas"),
        ("name", "Oakridge"),
        ("date-of-birth", "2019-03-12"),
        ("nhs-number", "9434765919"),
        ("address", "12 Invented Street"),
        ("postcode", "HR1 1AA"),
        ("setting", "St Invented's Primary School"),
    )
]
AREA = ("Herefordshire", "Wye", "West Mercia Police")

# What is planted: the words, those in brackets that must be found, and as what.
PLANTED: tuple[tuple[str, str], ...] = (
    ("Hester", "name"),
    ("[HESTER]'s", "name"),
    ("Nolan-Price", "name"),
    ("Nolan Price", "name"),
    ("Siobhan", "name"),
    ("Siobhán", "name"),
    ("O’Mara", "name"),
    ("OMara", "name"),
    ("T. [Oakridge]", "name"),
    ("[Oakridge], Thomas", "name"),
    ("Tommy", "nickname"),
    ("Hestor", "misspelt-name"),
    ("Oakrigde", "misspelt-name"),
    ("0akridge", "misspelt-name"),
    ("O a k r i d g e", "misspelt-name"),
    ("Child [HN]", "initials"),
    ("T.O.", "initials"),
    ("12 March 2019", "date-of-birth"),
    ("12/3/19", "date-of-birth"),
    ("the [twelfth of March two thousand and nineteen]", "date-of-birth"),
    ("March the twelfth", "birthday"),
    ("943 476 5919", "nhs-number"),
    ("943-476-5919", "nhs-number"),
    ("12 Invented St", "address"),
    ("Invented Street", "address"),
    ("HR1 1AA", "postcode"),
    ("hr11aa", "postcode"),
    ("HRl 1AA", "misread-number"),
    ("St Invented's", "setting"),
    ("[Saint Invented's] Primary", "setting"),
    ("07700 900123", "phone"),
    ("01632 960001", "phone"),
    ("a.worker@agency.example", "email"),
    ("AB 12 34 56 C", "ni-number"),
    ("HR20C00123", "case-number"),
    ("crime number [22/12345/20]", "case-number"),
    ("4 May 2024", "full-date"),
    ("https://news.example/story", "web-address"),
    ("SO 512 398", "place-on-a-map"),
    ("AB12 CDE", "vehicle"),
    ("at [3.15pm]", "exact-time"),
    ("Herefordshire", "area"),
    ("West Mercia Police", "area"),
    ("the [Wye]", "area"),
    ("Dr [Quillfeather]", "name-nobody-listed"),
    ("Agnieszka", "name-nobody-listed"),
    ("Marlbury Primary School", "place-nobody-listed"),
    ("Plimsoll Street", "place-nobody-listed"),
    ("Kidderminster", "place-nobody-listed"),
    ("a worker from [Worcester]", "place-nobody-listed"),
    ("an aunt in [Bath]", "place-nobody-listed"),
    ("her friend [Grace]", "name-nobody-listed"),
    ("the [twins]", "hint-twins"),
    ("a [brother aged 6]", "hint-siblings-ages"),
    ("a family of [Jehovah's Witnesses]", "hint-religion"),
    ("father, a serving soldier", "hint-work"),
    ("a [rare genetic condition]", "hint-rare-condition"),
)
# An anonymised report as it ought to be: whatever is found in it beyond what is planted counts against precision.
SOUND = (
    "This review was commissioned by the Safeguarding Children Partnership under Working Together 2023.",
    "It considers how agencies worked together to protect a child, called Child T1 in this report.",
    "The Children Act 2004 requires local authorities to notify the Child Safeguarding Practice Review Panel.",
    "Practitioners from Children's Social Care, Health, Education and Police met at a learning event in spring.",
    "Mother agreed to meet the reviewer. Father did not respond to letters from the partnership.",
    "The Integrated Care Board and the Designated Nurse gave an analysis of health contacts.",
    "A Strategy Meeting was held and Section 47 enquiries began within the expected time.",
    "The school described a sociable child of primary school age who liked football and drawing.",
    "Professional curiosity was limited, and what adults said was accepted without a check.",
    "Early Help was offered in autumn and closed in winter when appointments were missed.",
    "The Multi-Agency Safeguarding Hub (MASH) received two contacts and recorded both.",
    "Men in the household were not included in assessments, as national reviews have found before.",
    "The GP practice recorded low mood. The health visitor was not told of it.",
    "Recommendation 1: The Partnership should seek assurance that the neglect strategy is embedded.",
    "Recommendation 2: Agencies should review how a child's voice is recorded in assessments.",
    "Signs of Safety was the practice model, and the Graded Care Profile was not used.",
    "The Equality Act 2010 was considered. Racism and other inequalities were discussed with staff.",
    "Domestic abuse was known. A MARAC discussion took place and a plan was made.",
    "Supervision was regular, and records show challenge by managers on several occasions.",
    "Reading and writing were on track. Progress in Reading Recovery was good, as was the Hope Project.",
    "In March and in May the Early Help Hub and the Street Work Team agreed the Deal, a plan of what each would do.",
    "Will the plan work? Faith, culture and language were considered, and the Child's Voice was sought.",
    "The core group met every six weeks and the plan was reviewed at each conference.",
)


@dataclass(frozen=True)
class Outcome:
    """What was planted and not found, and what was found and not planted."""

    missed: tuple[tuple[str, str], ...]
    found: tuple[Found, ...]
    beyond: tuple[Found, ...]

    def precision(self, group: str | None = None) -> float:
        """The part of findings, of one group or of all, that are on something planted."""
        found = [each for each in self.found if group in (None, group_of(each.kind))]
        beyond = [each for each in self.beyond if group in (None, group_of(each.kind))]
        return 1 - len(beyond) / len(found) if found else 1.0


def sentences() -> list[str]:
    return [*SOUND, *(f"It was said that {_written(words)} was there." for words, _ in PLANTED)]


def _written(words: str) -> str:
    return words.replace("[", "").replace("]", "")


def _sought(words: str) -> str:
    return words.partition("[")[2].partition("]")[0] or words


def as_pdf() -> Examined:
    return examine_pdf(pdf(*sentences()), TITLE)


def as_word() -> Examined:
    return examine_word(word(heading("Findings") + "".join(map(paragraph, sentences()))), TITLE)


FORMS: dict[str, Callable[[], Examined]] = {"PDF": as_pdf, "Word": as_word}


def outcome(examined: Examined) -> Outcome:
    """Look through a document with everything planted in it."""
    found = find_identifiers(examined.passages, known_identifiers(CASE, AREA))
    texts = [each for each in found if each.place == "text"]
    kinds = {kind: _letters(" ".join(each.value for each in texts if each.kind == kind)) for _, kind in PLANTED}
    missed = [(words, kind) for words, kind in PLANTED if _letters(_sought(words)) not in kinds[kind]]
    planted = _letters(" ".join(words for words, _ in PLANTED))
    beyond = [each for each in texts if not any(_letters(part) in planted for part in each.value.split(", "))]
    return Outcome(tuple(missed), tuple(texts), tuple(beyond))


def _letters(words: str) -> str:
    import unicodedata

    folded = unicodedata.normalize("NFKD", words.casefold())
    return "".join(sign for sign in folded if sign.isalnum())


def main() -> None:
    for form, examined in FORMS.items():
        came = outcome(examined())
        recall = 1 - len(came.missed) / len(PLANTED)
        print(f"{form}: {len(PLANTED)} planted, recall {recall:.3f}, precision {came.precision():.3f}")
        for group in GROUPS:
            print(f"  {came.precision(group):.3f}  {group}")
        for words, kind in came.missed:
            print(f"  missed: {words} as {kind}")
        for each in came.beyond:
            print(f"  beyond: {each.kind}: {each.value}")


if __name__ == "__main__":
    main()
