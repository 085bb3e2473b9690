"""The outside world's time: in a demonstration it moves with the cases, or a receipt would precede what it confirms."""

import os
from datetime import timedelta
from pathlib import Path

from shared.clock import machine_now


def outside_now() -> str:
    """RFC 3339, in UTC."""
    return (machine_now() + moved_ahead()).isoformat()


def moved_ahead() -> timedelta:
    """How far CLOCK_FILE says the demonstration's clock was moved.

    Read here, not through `shared.clock.now`, which needs every setting of the services: the outside world has none.
    """
    path = Path(os.environ.get("CLOCK_FILE") or os.devnull)
    return timedelta(seconds=float(path.read_text() or 0)) if path.exists() else timedelta()
