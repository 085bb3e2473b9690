"""What identifies by its shape, whoever it belongs to: numbers with their check digits, addresses, dates, places on a map.

Every pattern reads a text once, whatever is in it: none may take longer than the text is long.
"""

import re
from collections.abc import Iterator

from services.publish.identifying.dates_in_text import dates_in
from services.publish.identifying.known_identifiers import POSTCODE, Known
from shared.web.fields import is_uk_postcode, nhs_number_fits

Hit = tuple[str, int, int]

TEN_DIGITS = re.compile(r"(?<![\d.])\d{3}[ .-]{0,2}\d{3}[ .-]{0,2}\d{4}(?!\d)")
NI_NUMBER = re.compile(
    r"(?<![a-z0-9])(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z][ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[a-d](?![a-z0-9])"
)
PHONE = re.compile(r"(?<![\d+])(?:(?:\+|00)44 ?\(?0?\)?|\(?0)\d(?:[ ().-]{0,2}\d){8,9}(?!\d)")
EMAIL = re.compile(
    r"(?<![a-z0-9._%+-])[a-z0-9._%+'-]{1,64} ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}"
)
WEB_ADDRESS = re.compile(r"(?<![a-z0-9])(?:https?://|www\.)[^\s<>\"')\]]{4,300}")
HANDLE = re.compile(r"(?<![\w@.])@[a-z][a-z0-9_.]{2,30}")
EVERYBODYS = re.compile(
    r"^(?:https?://)?(?:(?:www\.|assets\.publishing\.service\.)?gov\.uk|(?:www\.)?legislation\.gov\.uk|(?:www\.)?ons\.gov\.uk"
    r"|(?:www\.|learning\.|library\.)?nspcc\.org\.uk|(?:www\.)?nice\.org\.uk)(?=[/:?#.,;]|$)"
)  # the law's, the government's, the NSPCC's: a council's or a newspaper's names an area
CASE_NUMBERS = (
    re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}[cpfz]\d{5}(?![a-z0-9])"),  # family court
    re.compile(r"(?<![a-z0-9/])(?:cr/)?\d{2}/\d{3,6}/\d{2}(?![\d/])"),  # police
    re.compile(r"(?<![a-z0-9])[a-z]{2,8}-20\d\d-\d{3,6}(?!\d)"),  # references such as ours
    re.compile(r"\[20\d\d\] (?:ewfc|ewhc|ewca|ewcop|uksc) \d{1,4}(?: \([a-z]+\))?"),  # neutral citations
    re.compile(
        r"(?<!\w)(?:case|crime|incident|hospital|patient|police|court|claim|log|reference|mosaic|liquidlogic|unit) ?"
        r"(?:number|no\.?|ref(?:erence)?\.?|id|log):? ?(?=[a-z/-]{0,6}\d)[a-z0-9/-]{4,20}(?!\w)"
    ),
)
PUPIL_NUMBER = re.compile(r"(?<![a-z0-9])[a-hj-np-rt-z]\d{11}[0-9a-z]?(?![a-z0-9])")
PUPILS_CHECK = "abcdefghjklmnpqrtuvwxyz"
VEHICLE = re.compile(r"(?<![a-z0-9])[a-hj-prtv-y][a-y]\d{2} ?[a-hj-pr-z]{3}(?![a-z0-9])")
ON_A_MAP = (
    re.compile(r"(?<![\d.])5\d\.\d{4,}, ?-?\d\.\d{4,}"),  # degrees
    re.compile(r"(?<![a-z0-9])[hnst][a-hj-z] ?\d{3,5} ?\d{3,5}(?![a-z0-9])"),  # the national grid
    re.compile(r"///[a-z]+\.[a-z]+\.[a-z]+"),  # three words
)
CLOCK_TIME = re.compile(r"(?<![\d.:])(?:[01]?\d|2[0-3])[:.][0-5]\d ?(?:am|pm|hours|hrs)(?!\w)")


def shapes_in(text: str, known: Known) -> Iterator[Hit]:
    """Every shape in a text in small letters, with its kind and span."""
    yield from _numbers(text, known)
    for kind, pattern in (("ni-number", NI_NUMBER), ("email", EMAIL), ("handle", HANDLE), ("exact-time", CLOCK_TIME)):
        yield from ((kind, *match.span()) for match in pattern.finditer(text))
    yield from (
        ("web-address", *match.span()) for match in WEB_ADDRESS.finditer(text) if not EVERYBODYS.match(match[0])
    )
    yield from (("vehicle", *match.span()) for match in VEHICLE.finditer(text))
    yield from (("pupil-number", *m.span()) for m in PUPIL_NUMBER.finditer(text) if _is_pupil_number(m[0]))
    for kind, patterns in (("case-number", CASE_NUMBERS), ("place-on-a-map", ON_A_MAP)):
        taken: set[int] = set()
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            if taken.isdisjoint(range(*match.span())):
                taken |= set(range(*match.span()))
                yield kind, *match.span()
    yield from ((kind, start, end) for kind, start, end in dates_in(text, known.dates))


def _numbers(text: str, known: Known) -> Iterator[Hit]:
    """Postcodes and NHS numbers; telephone numbers that are none; and the case's own, misread by a scanner."""
    postcodes = [match.span() for match in POSTCODE.finditer(text) if is_uk_postcode(match[0].replace("-", " "))]
    numbers = [match.span() for match in TEN_DIGITS.finditer(text) if nhs_number_fits(re.sub(r"\D", "", match[0]))]
    yield from (("postcode", *span) for span in postcodes)
    yield from (("nhs-number", *span) for span in numbers)
    yield from (("phone", *match.span()) for match in PHONE.finditer(text) if match.span() not in numbers)
    if known.misread:
        for match in known.misread.finditer(text):
            if match.span() not in postcodes and match.span() not in numbers:
                yield "misread-number", *match.span()


def _is_pupil_number(written: str) -> bool:
    """The check letter of a unique pupil number: its digits weighted 2 to 12, modulo 23 (DfE's rule)."""
    digits = written[1:13].ljust(12, "0")
    if not digits[:11].isdigit():
        return False
    last = int(digits[11]) if digits[11].isdigit() else 0
    total = sum(int(digit) * weight for weight, digit in enumerate(digits[:11], 2)) + last * 13
    return PUPILS_CHECK[total % 23] == written[0]
