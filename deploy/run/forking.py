"""What the kernel is asked for around a fork: to die with the parent, to stop being root."""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>

# Loaded at import: between fork and exec there is no place for a loader.
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """An account of the machine that a server runs under instead of root."""

    name: str
    uid: int
    gid: int


def account(name_or_uid: str | int) -> Account:
    """The account of that name or number. Raises `KeyError` where the machine has none."""
    entry = pwd.getpwnam(name_or_uid) if isinstance(name_or_uid, str) else pwd.getpwuid(name_or_uid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def die_with_parent(farewell: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process `farewell` when its parent ends, even by kill -9. Linux only.

    Call it after any change of user: the kernel forgets the wish when the user changes.
    """
    if libc is not None:
        libc.prctl(SET_PARENT_DEATH_SIGNAL, int(farewell))


def drop_root(who: Account | None) -> None:
    if who is not None:
        os.setgroups([])
        os.setgid(who.gid)
        os.setuid(who.uid)


def execute(arguments: list[str], who: Account | None, farewell: int, environment: Mapping[str, str]) -> NoReturn:
    """Become the program, as `who`, told `farewell` when the parent ends. Raises `OSError` where it cannot start."""
    drop_root(who)
    die_with_parent(farewell)
    os.execve(arguments[0], arguments, dict(environment))  # noqa: S606  # our own server, by its full path


def processes_in(folder: Path) -> list[int]:
    """The processes whose working folder it is. A server of ours works in the folder of what it stores."""
    place = str(folder.resolve())
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if working_folder(entry) == place]


def working_folder(process: Path) -> str | None:
    try:
        return str((process / "cwd").readlink())
    except OSError:  # it ended meanwhile, or is another user's: not ours either way
        return None


def children_of(pid: int) -> list[int]:
    """The direct children of a process, for whoever wants to kill one of them."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
