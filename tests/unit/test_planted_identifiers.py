"""Everything that is planted in a report is found, in PDF and in Word, and little besides."""

import pytest

from tests.planted import FORMS, PLANTED, outcome


@pytest.mark.parametrize("form", FORMS)
def test_everything_planted_is_found_and_little_besides(form: str) -> None:
    came = outcome(FORMS[form]())
    assert came.missed == ()
    assert len(came.found) >= len({words for words, _ in PLANTED}) - 5  # one hint or name may hold several
    assert came.precision() >= 0.9, came.beyond
