"""Asking the scanner, over both kinds of socket, in its own protocol; what it does not do costs nothing but time."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.run.ports import free_port
from shared.settings import SettingMissing, settings
from shared.virus_scan import Clean, Infected, NotScanned, scan
from tests.scanner import EICAR, scanner_at


@pytest.fixture
def scanner(ground: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def at(address: str) -> None:
        monkeypatch.setenv("CLAMD_ADDRESS", address)
        settings.cache_clear()

    yield at
    settings.cache_clear()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_malware_is_found_and_what_holds_none_is_clean(
    scanner: Callable[[str], None], tmp_path: Path, kind: str
) -> None:
    with scanner_at("tcp://127.0.0.1:0" if kind == "tcp" else f"unix://{tmp_path}/clamd") as address:
        scanner(address)
        assert scan(b"Notes of the strategy meeting.") == Clean()
        assert scan(EICAR) == Infected("Eicar-Test-Signature")
        assert scan(b"x" * 3_000_000 + EICAR) == Infected("Eicar-Test-Signature")
        assert scan(b"") == Clean()


def test_a_scanner_that_is_away_or_hangs_up_has_scanned_nothing(scanner: Callable[[str], None]) -> None:
    scanner(f"tcp://127.0.0.1:{free_port()}")
    assert scan(b"x") == NotScanned("no answer (ConnectionRefusedError)", unreachable=True)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        scanner(f"tcp://127.0.0.1:{listening.getsockname()[1]}")
        listening.close()
        assert isinstance(scan(b"x"), NotScanned)


def test_what_the_scanner_cannot_scan_is_not_taken_for_clean(scanner: Callable[[str], None]) -> None:
    with scanner_at("tcp://127.0.0.1:0") as address:
        scanner(address)
        assert scan(b"too long for this scanner") == NotScanned("INSTREAM size limit exceeded. ERROR")


@pytest.mark.parametrize("address", ["clamav:3310", "tcp://clamav", "http://clamav:3310", "unix:"])
def test_an_address_of_another_shape_stops_the_process_with_a_sentence(
    scanner: Callable[[str], None], address: str
) -> None:
    scanner(address)
    with pytest.raises(SettingMissing, match="CLAMD_ADDRESS"):
        settings()
