"""Packages from npm that a test runs: installed as its package-lock.json has them, in a folder of their own."""

import shutil
import subprocess
from pathlib import Path


def installed(folder: Path, home: Path) -> Path:
    """What `folder`'s lock file names, installed under `home`; the folder with the packages."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(folder / name, home)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    return home / "node_modules"
