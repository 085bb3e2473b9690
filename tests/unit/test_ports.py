"""Servers of one system never get the same port, however few are left."""

import pytest

from deploy.run import ports
from deploy.run.environment import ports_for


@pytest.fixture
def few_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(port for port in range(ports.FIRST, ports.LAST) if all(map(ports.is_free, range(port, port + 4))))
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 4)


@pytest.mark.usefixtures("few_are_left")
def test_the_servers_of_one_system_get_a_port_each() -> None:
    for _ in range(20):
        assert len(set(ports_for(0))) == 3


@pytest.mark.usefixtures("few_are_left")
def test_a_chosen_port_brings_its_neighbours_where_they_are_free() -> None:
    assert ports_for(ports.FIRST) == (ports.FIRST, ports.FIRST + 1, ports.FIRST + 2)
