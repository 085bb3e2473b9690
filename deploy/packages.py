"""Debian packages that no wheel can bring: installed where we may, else named with the exact command.

Run by the Makefile before there is a venv, so it needs nothing but Python: `python3 deploy/packages.py venv chromium`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from importlib.util import find_spec

VENV = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"

# By the name the Makefile uses: the Debian package, and how to tell that its purpose is served already.
PACKAGES: dict[str, tuple[str, Callable[[], bool]]] = {
    "venv": (VENV, lambda: find_spec("ensurepip") is not None),
    "pango": ("libpangoft2-1.0-0", lambda: find_library("pangoft2-1.0") is not None),
    "harfbuzz": ("libharfbuzz-subset0", lambda: find_library("harfbuzz-subset") is not None),
    "npm": ("npm", lambda: shutil.which("npm") is not None),
    "nginx": ("nginx-light", lambda: shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is not None),
    "chromium": ("chromium-headless-shell", lambda: shutil.which("chromium-headless-shell") is not None),
}


def missing(wanted: list[str]) -> list[str]:
    """The Debian packages still needed for the names asked for. Raises `KeyError` for a name that is not ours."""
    return [package for package, is_there in map(PACKAGES.__getitem__, wanted) if not is_there()]


def privilege() -> list[str] | None:
    """What to put before a command of the administrator's, or None where we may not give one."""
    if os.geteuid() == 0:
        return []
    asked = ["sudo", "--non-interactive", "true"]
    allowed = shutil.which("sudo") and subprocess.run(asked, capture_output=True, check=False).returncode == 0
    return ["sudo", "--non-interactive"] if allowed else None


def install(packages: list[str]) -> None:
    """Install the packages, or leave with the one line that the administrator has to type."""
    rights = privilege()
    if rights is None or not shutil.which("apt-get"):
        sys.exit(f"This machine lacks {', '.join(packages)}. Install: sudo apt-get install --yes {' '.join(packages)}")
    quietly = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
    subprocess.run([*rights, "apt-get", "update"], check=True, **quietly)  # type: ignore[call-overload]
    chosen = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    subprocess.run([*rights, *chosen], check=True, **quietly)  # type: ignore[call-overload]


if __name__ == "__main__":
    if needed := missing(sys.argv[1:]):
        install(needed)
