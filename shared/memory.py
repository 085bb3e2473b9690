"""What this process knows is kept from others of the same user, such as a child that a stranger's file has taken over."""

import ctypes
import sys

SET_DUMPABLE = 4  # PR_SET_DUMPABLE of <linux/prctl.h>


def keep_memory_to_oneself() -> None:
    """Let no process but root's read this one's memory or environment, nor any core file hold them; so for its forks.

    Linux only. It ends where another program is executed: what that is told is told to it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)
