"""Names are told from roles, titles, agencies and abbreviations in what people write in one line."""

import pytest

from shared.names import is_worker, people_named

NAMED = {
    "Mother (Kelly Nolan)": ["Kelly Nolan"],
    "Kelly Nolan, mother": ["Kelly Nolan"],
    "Social Worker Jo Bell": ["Jo Bell"],
    "Dr J. Oakridge": ["J. Oakridge"],
    "PC 1234 Harding": ["Harding"],
    "KELLY NOLAN": ["KELLY NOLAN"],
    "Ms de la Cruz and Mr Pugh": ["de la Cruz", "Pugh"],
    "Jo Bell, MASH": ["Jo Bell"],
}
NOBODY = ("Mother", "Mother's partner", "Front door duty manager", "Duty Social Worker", "Health visitor", "MASH", "SW1", "Child A", "Wye Valley NHS Trust", "West Mercia Police", "Tutor", "")  # fmt: skip


@pytest.mark.parametrize(("said", "names"), NAMED.items())
def test_a_name_is_found_beside_what_everybody_is_called(said: str, names: list[str]) -> None:
    assert list(people_named(said)) == names


@pytest.mark.parametrize("said", NOBODY)
def test_a_role_an_agency_or_a_letter_names_nobody(said: str) -> None:
    assert list(people_named(said)) == []


def test_a_worker_is_known_by_title_or_role_and_the_family_by_theirs() -> None:
    assert [is_worker(each) for each in ("Dr Oakridge", "Social worker Jo Bell", "Health visitor (A. Pugh)")] == [
        True
    ] * 3
    assert [is_worker(each) for each in ("Kelly Nolan", "Mother (Kelly Nolan)", "Mr Pugh", "Foster carer A. Pugh")] == [False] * 4  # fmt: skip
