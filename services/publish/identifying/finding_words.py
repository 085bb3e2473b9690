"""What each kind of finding is called where people read it, and why it is asked about."""

from collections.abc import Sequence

from services.publish.cleaning.passages import Picture
from services.publish.identifying import jigsaw

NAMES: dict[str, tuple[str, str]] = {
    "name": ("A name of the case", "It is in the case's record. Use a role or the pseudonym."),
    "alias": ("A name of the case", "It is in the case's record. Use a role or the pseudonym."),
    "professional": ("A worker's name", "They referred the case, answered about it or worked on it. Give their role."),
    "review-team": (
        "Who led or signed the review",
        "Their names lead to the area, which the anonymous route keeps back.",
    ),
    "nickname": ("Perhaps a nickname", "It is a usual short form of a name of the case."),
    "misspelt-name": ("Perhaps a misspelt name", "It is nearly a name of the case, or read wrongly by a scanner."),
    "initials": ("Initials", "They are those of people in the case's record."),
    "date-of-birth": ("A date of birth", "It is in the case's record. Give an age in years."),
    "expected-date-of-delivery": ("An expected date of delivery", "It is in the case's record."),
    "date-of-death": ("A date of death", "It is in the case's record. Give the year, or the age."),
    "incident-date": ("The date of the incident", "A day finds a news report. Give the month or the season."),
    "birthday": ("A birthday", "It is the day and month of a date in the case's record."),
    "address": ("An address", "It is in the case's record."),
    "setting": ("A school or setting", "It is in the case's record. Say what kind of school it is."),
    "postcode": ("A postcode", "It leads to a few houses."),
    "nhs-number": ("An NHS number", "Its check digit fits."),
    "misread-number": ("A number of the case", "It is one of the case's, read wrongly by a scanner or typed wrongly."),
    "ni-number": ("A National Insurance number", "It has the shape of one."),
    "pupil-number": ("A unique pupil number", "Its check letter fits."),
    "case-number": ("A case number", "Who has the file, or the court's list, has the name."),
    "phone": ("A telephone number", "It leads to somebody, unless it is a helpline's."),
    "email": ("An e-mail address", "It names somebody, or whose they are."),
    "web-address": ("A web address", "What stands there may give the name or the area."),
    "handle": ("A name on social media", "It leads to somebody."),
    "vehicle": ("A vehicle's number", "It leads to its keeper."),
    "place-on-a-map": ("A place on the map", "It leads to a house."),
    "full-date": ("A full date", "A day finds a news report. Give the month or the season."),
    "exact-time": ("A time of day", "With a day or a place it finds a news report."),
    "area": ("Names the area", "On the anonymous route nothing may say where it was."),
    "pseudonym": ("The review's pseudonym", "This page may not say which review it is about."),
    "name-nobody-listed": ("Perhaps a name", "It looks like a name and is not in the case's record. Whose is it?"),
    "place-nobody-listed": (
        "Perhaps a place",
        "It looks like a place, a school or a service. Does it say where it was?",
    ),
    "hidden-text": ("Hidden text", "It is in the file though readers do not see it: anybody can copy it out."),
    "hidden-in-word": ("Hidden text, taken out", "Readers did not see it in Word. Is anything missing that they need?"),
    "picture": ("A picture", "Look at this picture for words, faces, school badges or house numbers."),
    "page-without-text": (
        "A page without text",
        "No program here can read it. Look at it for words, faces, school badges or house numbers.",
    ),
    "hint-twins": ("Twins or more", ""),
    "hint-siblings-ages": ("Ages of brothers and sisters", ""),
    "hint-place-in-family": ("Place in the family", ""),
    "hint-exact-age": ("An exact age", ""),
    "hint-religion": ("Religion", ""),
    "hint-origin": ("Nationality or origin", ""),
    "hint-work": ("A parent's work", ""),
    "hint-rare-condition": ("A rare condition", ""),
    "hint-in-the-news": ("In the news", ""),
    "hint-in-court": ("Verdict or sentence", ""),
    "hint-how-it-happened": ("An unusual place or manner", ""),
    "hint-only-one": ("The only one", ""),
    "hint-a-day": ("A day that everybody remembers", ""),
}

OF_THE_CASE = ("Something of the case", "It is in the case's record.")  # of a kind that another service names anew


def finding_words(kind: str) -> str:
    """A kind of finding by its name."""
    return NAMES.get(kind, OF_THE_CASE)[0]


def finding_why(kind: str) -> str:
    """Why it is asked about, in a sentence."""
    return jigsaw.WHY.get(kind) or NAMES.get(kind, OF_THE_CASE)[1]


GROUPS = IDENTIFIES, PICTURES, UNLISTED, HINTS = (
    "What identifies somebody",
    "Pictures, which no program here can read: does any of them show who it was?",
    "Names and places that nobody listed: does any of them lead to the family?",
    "Hints that only together say who it was: does the learning need them?",
)
MOST_PAGES_NAMED = 12
POINTS_IN_A_CENTIMETRE = 72 / 2.54


def group_of(kind: str) -> str:
    """Under which of `GROUPS` a finding is listed."""
    if kind in jigsaw.WHY:
        return HINTS
    if kind in ("picture", "page-without-text"):
        return PICTURES
    return UNLISTED if kind.endswith("-nobody-listed") else IDENTIFIES


def pages_named(pages: Sequence[int]) -> str:
    """The first of several pages, in a sentence after the words before; nothing for one page."""
    named = ", ".join(map(str, pages[:MOST_PAGES_NAMED])) + (" and more" if len(pages) > MOST_PAGES_NAMED else "")
    return f" Pages {named}." if len(pages) > 1 else ""


def picture_words(picture: Picture) -> str:
    """What is known of a picture, or of a page without text, besides what it shows."""
    if not picture.digest:
        return "This page shows something and has no text to check."
    size = "It is drawn as a pattern, or as a letter of a font."
    if picture.pages:
        width, height = (side / POINTS_IN_A_CENTIMETRE for side in (picture.width, picture.height))
        size = f"It is {width:.1f} by {height:.1f} cm."
    said = f"Its alternative text: “{picture.alternative}”." if picture.alternative else "It has no alternative text."
    return f"{size} {said}{pages_named(picture.pages)}"


def small_pictures_words(count: int) -> str:
    """How many pictures nobody is asked about, for who reads the document."""
    which = "1 small picture is" if count == 1 else f"{count} different small pictures are"
    return f"{which} not asked about: under about 2 cm, or too low for a line of words."
