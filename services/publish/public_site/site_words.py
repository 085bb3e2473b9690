"""The words of the public site's frame, in the partnership's language: one file a language, each with the same names."""

import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "site_words"
ENGLISH = "en"


@cache
def site_words(language: str = ENGLISH) -> dict[str, str]:
    """The frame's words by name. Raises `FileNotFoundError` for a language that nobody has translated to."""
    return tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))


def languages() -> list[str]:
    """The languages that the frame has."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
