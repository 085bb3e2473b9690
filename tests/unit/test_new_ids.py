"""Identifiers: in the order of their making, of the standard's shape, and with nothing in common but the time."""

import uuid

from shared.database import new_id


def test_identifiers_are_of_version_7_and_never_the_same() -> None:
    made = [new_id() for _ in range(5000)]
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in made} == {(7, uuid.RFC_4122)}
    assert len(set(made)) == len({each[-12:] for each in made}) == len(made)


def test_one_that_was_made_later_stands_behind_in_an_index() -> None:
    times = [uuid.UUID(new_id()).int >> 80 for _ in range(5000)]
    assert times == sorted(times)


def test_all_bits_but_those_of_time_and_shape_are_chance() -> None:
    made = [uuid.UUID(new_id()).int for _ in range(200)]
    chance = [bit for bit in range(76) if bit not in (62, 63)]
    assert all({each >> bit & 1 for each in made} == {0, 1} for bit in chance)
