"""The only source of now.

`now` is the clock of cases and the law: in a demonstration or a test it can be moved, for all processes at once,
through one small file. `machine_now` is never moved: leases, heartbeats and signatures measure the machine, not a case.
"""

from datetime import UTC, datetime, timedelta

from shared.settings import settings

_read: tuple[int, timedelta] = (0, timedelta())


class ClockCannotMove(RuntimeError):
    """Somebody tried to move the clock of a production system."""


def machine_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The time by which cases are judged, aware, in UTC."""
    return machine_now() + offset()


def offset() -> timedelta:
    """How far the demonstration's clock stands ahead of the machine's; zero in production."""
    global _read  # noqa: PLW0603  # one small cache per process, keyed by the file's change time
    path = settings().clock_file
    if path is None:
        return timedelta()
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return timedelta()
    if changed != _read[0]:
        _read = (changed, timedelta(seconds=float(path.read_text() or 0)))
    return _read[1]


def advance(by: timedelta) -> datetime:
    """Move the demonstration's clock forward for every process and return the new now.

    Raises `ClockCannotMove` where the environment has no movable clock, and for a step backwards.
    """
    path = settings().clock_file
    if path is None:
        raise ClockCannotMove("The clock can be moved in a demonstration or a test only.")
    if by < timedelta():
        raise ClockCannotMove("The clock moves forward only: duties that fell due stay due.")
    fresh = path.with_suffix(".new")
    fresh.write_text(str((offset() + by).total_seconds()))
    fresh.replace(path)
    return now()
