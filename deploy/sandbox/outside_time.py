"""The outside world's time: in a demonstration it moves with the cases, or a receipt would precede what it confirms."""

import os

from shared import clock


def outside_now() -> str:
    """RFC 3339, in UTC. Alone (without CLOCK_FILE) the sandbox needs none of the services' settings."""
    return (clock.now() if os.environ.get("CLOCK_FILE") else clock.machine_now()).isoformat()
