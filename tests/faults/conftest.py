"""One running system for all faults, each test with incidents of its own; whatever a test broke is whole again after it."""

from collections.abc import Iterator

import pytest

from tests.running import Running, start_under, until


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = start_under(tmp_path_factory.mktemp("faults"), WORKER_PROCESSES="2")
    yield Running(started)
    started.stop_and_forget()


@pytest.fixture
def running(system: Running) -> Iterator[Running]:
    system.behave()
    yield system
    system.behave()
    until(lambda: system.system.runs("broker") and system.system.runs("postgres"), "the servers to run")
