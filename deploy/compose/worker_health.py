"""Whether a service's worker does its work, for a container's health check: what is wrong in words, and exit 1.

Asked of the age of the last sweep and of the oldest event: workers have been seen up and no longer consuming.
"""

import sys
from importlib import import_module

from shared.health import what_is_wrong


def main() -> None:
    wrong = what_is_wrong(import_module(f"services.{sys.argv[1]}.service").SERVICE)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
