"""What the identifier check finds in a text, and what it leaves alone."""

import random
import time
from typing import Any

import pytest

from services.publish.avoided_weeks import DATED
from services.publish.cleaning.passages import Passage
from services.publish.findings import DECIDED_EACH_TIME
from services.publish.identifying.finding_words import NAMES, finding_why, finding_words
from services.publish.identifying.identifiers import find_identifiers
from services.publish.identifying.jigsaw import WHY
from services.publish.identifying.known_identifiers import VARIANTS, known_identifiers
from services.publish.identifying.misspelt_names import SHORTEST, NearlyKnown, is_near
from services.publish.identifying.ordinary_words import is_ordinary_word
from services.publish.identifying.plain_text import places_in, with_its_capitals
from services.publish.identifying.towns import TOWNS_THAT_ARE_WORDS, towns
from services.publish.nspcc_proof import COUNTED

CHILD = [
    {"kind": "name", "value": "Zoë Sample-Jones"},
    {"kind": "date-of-birth", "value": "2019-03-12"},
    {"kind": "nhs-number", "value": "9434765919"},
    {"kind": "address", "value": "12 Invented Street, Hereford, HR1 1AA"},
    {"kind": "setting", "value": "St Invented's Primary School"},
]


def found(text: str, identifiers: Any = CHILD, area: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    passages = [Passage("text", 1, text)]
    return [(each.kind, each.compared) for each in find_identifiers(passages, known_identifiers(identifiers, area))]


@pytest.mark.parametrize(
    "text",
    ["Zoë said", "ZOE's mother", "Zo\u00ad\u200bë", "Sample-\nJones", "Sam-\nple-Jones", "Jones, Zoë", "Mr Jones"],
)
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert {kind for kind, _ in found(text)} == {"name"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Smple-Jnes", "misspelt-name"),
        ("Ms Jonse said", "misspelt-name"),
        ("the S4mple family", "misspelt-name"),
        ("J0nes", "misspelt-name"),
        ("S a m p l e", "misspelt-name"),
        ("zoesample-jones", "name"),
        ("Zоё", "name"),  # in Cyrillic letters
        ("the Jones's house", "name"),
        ("Child ZS", "initials"),
        ("Z.S. said", "initials"),
        ("then ZS left", "initials"),
    ],
)
def test_a_name_that_is_nearly_written_is_found(text: str, kind: str) -> None:
    listed = [{"kind": "name", "value": "Zoë"}, {"kind": "name", "value": "Sample-Jones"}]
    assert kind in {each for each, _ in found(text, CHILD if "zoesample" in text else listed)}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Liz said", {"nickname"}),
        ("to Lizzie.", {"nickname"}),
        ("Elisabeth said", {"misspelt-name"}),
        ("Ms O'Hara", {"name"}),
        ("Ms OHara", {"name"}),
        ("Catharine", {"misspelt-name"}),
        ("Will said so", {"name"}),
        ("they will say so", set()),
        ("with Al at home", {"name"}),
        ("all al fresco", set()),
        ("then T. Oakridge came", {"name"}),
        ("Oakrigde", {"misspelt-name"}),
        ("OAKR1DGE", {"misspelt-name"}),
        ("Oakbridge", {"misspelt-name"}),
        ("a rough ridge of oak", set()),
    ],
)
def test_nicknames_words_that_are_names_and_misspellings(text: str, kinds: set[str]) -> None:
    names = [{"kind": "name", "value": each} for each in ("Elizabeth", "O'Hara", "Katharine", "Will", "Al", "Oakridge")]
    assert {kind for kind, _ in found(text, names)} == kinds


def test_a_misspelt_name_that_is_always_written_small_is_found() -> None:
    assert [kind for kind, _ in found("then oakrigde and oakrigde", [{"kind": "name", "value": "Oakridge"}])] == [
        "misspelt-name"
    ]


def test_each_word_that_is_near_a_name_is_found_though_few_pairs_are_looked_at_closely() -> None:
    names = [
        "Oake",
        "Mabon",
        "Jonas",
        "Rowena",
        "Catherine",
        "Quillfeather",
        "Thistlewaite",
        "Fitzgerald",
        "Llewelyn",
        "Sniadecki",
        "Oakridge",
    ]
    known, chance = known_identifiers({"kind": "name", "value": name} for name in names), random.Random(21)
    written = {_miswritten(name.lower(), chance) for name in names for _ in range(1500)} | {"rn4b0n"}
    words = {each for each in written if len(each) >= SHORTEST and not is_ordinary_word(each)} - known.spellings.keys()
    words -= {f"{each}s" for each in known.spellings}
    near = NearlyKnown(known, {})
    found = {word for word in words if list(near.hits_in(word))}
    assert found == {word for word in words if any(is_near(word, name) for name in known.names)}
    assert 0 < len(found) < len(words)


def _miswritten(name: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at, letter = chance.randrange(len(name)), chance.choice("aeiouhklmnrstw01")
        left_out, put_in, other = (name[at + 1 :], letter + name[at:], letter + name[at + 1 :])
        exchanged = name[at : at + 2][::-1] + name[at + 2 :]
        name = name[:at] + chance.choice((left_out, put_in, other, exchanged)) or letter
    return name


def test_a_word_that_the_document_writes_small_is_no_misspelt_name() -> None:
    assert found("Simple steps. It was simple.", [{"kind": "name", "value": "Sample"}]) == []


@pytest.mark.parametrize(
    "text",
    [
        "the twelfth of March two thousand and nineteen",
        "twelfth of March 2019",
        "March the twelfth, twenty nineteen",
        "12032019",
        "20190312",
    ],
)
def test_a_date_of_birth_in_words_is_found(text: str) -> None:
    assert [kind for kind, _ in found(f"born on {text}.")] == ["date-of-birth"]


def test_a_birthday_without_its_year_is_found() -> None:
    assert found("Her birthday is on 12 March.") == [("birthday", "12 march")]
    assert found("They met on 13 March.") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Dr Anneka Plimsoll wrote", {"name-nobody-listed"}),
        ("PC Trubshaw came", {"name-nobody-listed"}),
        ("Her friend Agnieszka told", {"name-nobody-listed"}),
        ("when Grace Thompson came", {"name-nobody-listed"}),
        ("at Marlbury Primary School", {"place-nobody-listed"}),
        ("in Stoke-under-Lyme", {"place-nobody-listed"}),
        ("near Plimsoll Street", {"place-nobody-listed"}),
        ("the St Barnabas Surgery", {"place-nobody-listed"}),
        ("they moved to Plimworth", {"name-nobody-listed"}),
        ("WHAT AGNIESZKA SAID", {"name-nobody-listed"}),
        ("WHAT PRACTITIONERS SAID AT THE CAMHS MEETING", set()),
        ("The School said. Grace was given. The Strategy Meeting in May.", set()),
        ("The Child Safeguarding Practice Review Panel and the Integrated Care Board met.", set()),
        ("Working Together to Safeguard Children, Children Act 2004", set()),
    ],
)
def test_names_and_places_that_nobody_listed_are_asked_about(text: str, kinds: set[str]) -> None:
    assert {kind for kind, _ in found(text, ())} == kinds


@pytest.mark.parametrize(
    ("text", "towns"),
    [
        ("they moved to Worcester", ["worcester"]),
        ("the school in Kidderminster, where", ["kidderminster"]),
        ("Kidderminster's workers said", ["kidderminster"]),
        ("A flat was found. Worcester was far.", ["worcester"]),
        ("WHAT AGENCIES IN WORCESTER SAID", ["worcester"]),
        ("a house in West Ham was", ["west ham"]),
        ("from Ross on Wye, or Ross Upon Wye", ["ross on wye"]),
        ("to Southend, then on", ["southend"]),
        ("to St. Albans and Saint Albans", ["st. albans", "saint albans"]),
        ("at King's Lynn or Kings Lynn", ["king's lynn", "kings lynn"]),
        ("they lived in Bath and near Reading", ["bath", "reading"]),
        ("In Deal, agencies met", ["deal"]),
        ("the town of Hook was", ["hook"]),
        ("Bath, Somerset; Hook (Hampshire)", ["bath", "hook"]),
        ("in March, Cambridgeshire", ["march"]),
        ("Bath was run. Reading was hard. The Deal was off.", []),
        ("help in Reading Recovery and at Bridge House in March", []),
        ("the bath, a sandwich in a hook", []),
        ("it was cold in Grange, and the grange", []),
        ("a West ham roll", []),
        ("then Lincoln left; Jane Lincoln said", []),
    ],
)
def test_towns_that_nobody_listed_are_asked_about(text: str, towns: list[str]) -> None:
    assert [value for kind, value in found(text, ()) if kind == "place-nobody-listed"] == towns


def test_a_town_that_the_document_writes_small_counts_after_a_word_of_place_only() -> None:
    assert found("A derby. Worcester worcester. Worcester was far.", ()) == []
    assert found("A worcester sauce from Worcester.", ()) == [("place-nobody-listed", "worcester")]


def test_the_list_of_towns_has_those_of_the_kingdom_and_no_others() -> None:
    assert len(towns()) > 4000
    assert {"kidderminster", "llandudno", "bangor", "perth", "newcastle upon tyne", "bromyard"} <= towns()
    assert not {"paris", "springfield illinois", "dublin", "boston massachusetts", "ottawa"} & towns()
    assert towns() >= TOWNS_THAT_ARE_WORDS


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("that day Grace came home", ["grace"]),
        ("Then Faith left.", ["faith"]),
        ("said Rose's mother and Hope.", ["rose's", "hope"]),
        ("Grace was given. Hope is needed. Will it be?", []),
        ("the Hope of all, in May, for Early Hope", []),
        ("they said grace and rose; AMAZING GRACE", []),
    ],
)
def test_a_given_name_that_is_a_word_is_asked_about_in_the_middle_of_a_sentence(text: str, names: list[str]) -> None:
    assert [value for kind, value in found(text, ()) if kind == "name-nobody-listed"] == names


def test_a_name_nobody_listed_is_asked_about_once_with_its_pages() -> None:
    passages = [Passage("text", number, "Then Agnieszka left.") for number in (2, 5, 9)]
    (asked,) = find_identifiers(passages, known_identifiers(()))
    assert (asked.page, asked.times) == (2, 3)
    assert asked.context.endswith("Pages 2, 5, 9.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The twins were at home", "hint-twins"),
        ("a brother aged 6 and", "hint-siblings-ages"),
        ("her 7-year-old sister", "hint-siblings-ages"),
        ("children aged 2, 4 and 9", "hint-siblings-ages"),
        ("the youngest of seven children", "hint-place-in-family"),
        ("aged 7 weeks and 3 days", "hint-exact-age"),
        ("The family are Jehovah's Witnesses", "hint-religion"),
        ("a Lithuanian mother", "hint-origin"),
        ("Father was a serving police officer", "hint-work"),
        ("a rare genetic disorder", "hint-rare-condition"),
        ("as reported in the press", "hint-in-the-news"),
        ("was sentenced to 12 years", "hint-in-court"),
        ("died in a house fire", "hint-how-it-happened"),
        ("the only Black family", "hint-only-one"),
        ("on Boxing Day", "hint-a-day"),
    ],
)
def test_what_only_together_says_who_it_was_is_a_warning_with_its_reason(text: str, kind: str) -> None:
    assert kind in {each for each, _ in found(text, ())}
    assert len(WHY[kind]) > 30


@pytest.mark.parametrize(
    "text",
    [
        "12/03/2019",
        "12.3.19",
        "12-03-2019",
        "2019-03-12",
        "12 March 2019",
        "12th of March 2019",
        "March 12, 2019",
        "12 Mar 19",
    ],
)
def test_a_date_of_birth_is_found_in_every_usual_form(text: str) -> None:
    assert found(f"born {text} in the town") == [("date-of-birth", text.casefold())]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("943 476 5919", "nhs-number"),
        ("943.476.5919", "nhs-number"),
        ("943 476 S919", "misread-number"),
        ("HR1 lAA", "misread-number"),
        ("hr1-1aa", "postcode"),
        ("07700 900123", "phone"),
        ("020 7946 0018", "phone"),
        ("0044 1632 960001", "phone"),
        ("https://news.example/story/12", "web-address"),
        ("www.marchford.gov.uk/children", "web-address"),
        ("@some_mum_2", "handle"),
        ("HR20C00123", "case-number"),
        ("crime reference 22/12345/20", "case-number"),
        ("INC-2026-0004", "case-number"),
        ("hospital number A123456", "case-number"),
        ("[2020] EWFC 12", "case-number"),
        ("AB12 CDE", "vehicle"),
        ("52.0567, -2.7160", "place-on-a-map"),
        ("SO 512 398", "place-on-a-map"),
        ("at 3.15pm", "exact-time"),
        ("hr11aa", "postcode"),
        ("AB 12 34 56 C", "ni-number"),
        ("+44 1432 000000", "phone"),
        ("(01432) 000 000", "phone"),
        ("a.worker@agency.example", "email"),
        ("on 4 May 2024", "full-date"),
        ("near Invented Street", "address"),
        ("at St Invented's", "setting"),
    ],
)
def test_a_shape_that_identifies_is_found(text: str, kind: str) -> None:
    assert [each for each, _ in found(f"It was {text}, they said.")] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "In spring 2019 agencies met; section 16C(1) of the Act.",
        "In spring 2019 agencies met; section 16C(1) of the Act.",
        "Look at https://www.gov.uk/government/publications/working-together and www.legislation.gov.uk/ukpga/2004/31.",
        "943 476 5918 is no NHS number, nor is 12,000,000.",
        "The year 2019-20 and 31/31/2020.",
        "Joneses and the sampled.",
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_words_of_the_area_are_found_as_whole_words() -> None:
    assert found("The Wye at Hay-on-Wye, and byewye", (), ("Wye", "Hay-on-Wye")) == [
        ("area", "wye"),
        ("area", "hay-on-wye"),
    ]


def test_a_report_of_a_hundred_pages_takes_no_more_than_five_seconds() -> None:
    page = "The agencies shared what they knew with Zoë on 4 May 2024 and 01432 000000. " * 45
    started = time.perf_counter()
    hits = find_identifiers([Passage("text", n, page) for n in range(100)], known_identifiers(CHILD))
    assert time.perf_counter() - started < 5
    assert len(hits) == 300


@pytest.mark.parametrize(
    ("text", "shown", "around"),
    [
        ("Then ZOË came.", "ZOË", "Then ZOË came."),
        ("Then Zoe\u0308 came.", "Zoë", "Then Zoë came."),
        ("The café knew Zo\u00adë\u2019s aunt, \u201cMiß\u201d.", "Zoë’s", "The café knew Zoë’s aunt, “Miß”."),
        ("Then Sam-\r\nple\n  came – late.", "Sample", "Then Sample came – late."),
        ("Straße 9. Zoë and Zoe.", "Zoë", "Straße 9. Zoë and Zoe."),
    ],
)
def test_what_is_found_is_shown_as_it_is_written_and_compared_as_it_is_meant(
    text: str, shown: str, around: str
) -> None:
    hits = find_identifiers([Passage("text", 1, text)], known_identifiers(CHILD))
    (name,) = [each for each in hits if each.kind == "name"]
    assert (name.value.removesuffix("’s"), name.context) == (shown.removesuffix("’s"), around)
    assert name.compared in ("zoe", "sample")


@pytest.mark.parametrize(
    "text", ["ﬁn Zoë  \n x", "a\u00a0-\u2011\nb", "Sam\u00ad-\nple \u200b\u200b x", "e\u0301\u0301 ½ ǅ", ""]
)
def test_each_sign_of_the_plain_text_has_its_place_in_the_text(text: str) -> None:
    assert len(places_in(text)) == len(with_its_capitals(text))
    assert all(0 <= place < len(text) for place in places_in(text))


def test_the_places_of_a_long_text_with_many_blanks_are_found_at_once() -> None:
    text = "word  \n" * 150_000
    started = time.perf_counter()
    assert len(places_in(text)) == len(with_its_capitals(text))
    assert time.perf_counter() - started < 5  # one after the other out of the middle took fourteen seconds


def test_every_kind_that_can_be_found_is_called_by_words() -> None:
    kinds = {*VARIANTS, *DATED, *WHY, *COUNTED, *DECIDED_EACH_TIME}
    assert kinds - NAMES.keys() == set()
    text = "On 2026-03-20 at 3.15pm the quill ran."
    known = known_identifiers([{"kind": "incident-date", "value": "2026-03-20"}, {"kind": "pet", "value": "quill"}])
    for found in find_identifiers([Passage("text", 1, text)], known):
        assert finding_words(found.kind) and finding_why(found.kind), found.kind
