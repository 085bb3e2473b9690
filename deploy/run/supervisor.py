"""Keep a handful of programs running: fork them from one warm parent, start again what ends, stop all in order.

The parent has one thread and no connection, so that a fork copies nothing half-done. It takes its signals one by one
with `sigtimedwait`; there is no handler that could interrupt anything.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.run.forking import die_with_parent

TO_WATCH = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM}
LONGEST_PAUSE = 5.0  # seconds between two starts of a program that keeps ending
STEADY_AFTER = 20.0  # seconds after which a program counts as running well
LARGEST_LOG = 20_000_000  # bytes; a larger log is set aside at the next start


class StopWasAsked(Exception):  # a wish, not an error
    """Somebody pressed Ctrl-C or sent TERM."""


@dataclass(frozen=True)
class Program:
    """Something to keep running: a function that does not return, called in a forked child."""

    name: str
    run: Callable[[], object]
    farewell: signal.Signals = signal.SIGTERM
    grace: float = 10  # seconds between the farewell and kill -9
    stage: int = 0  # programs of a lower stage are stopped first


@dataclass
class Kept:
    """A program and how it fares."""

    program: Program
    pid: int = 0
    born: float = 0
    ended: int = 0  # times in a row that it ended soon after its start
    due: float = 0  # when to start it again


@dataclass
class Supervisor:
    """The programs under `folder` (`run/` for pids, `logs/`). One per process."""

    folder: Path
    kept: dict[str, Kept] = field(default_factory=dict)
    say: Callable[[str], object] = print

    def __post_init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, TO_WATCH)
        for place in ("run", "logs"):
            (self.folder / place).mkdir(parents=True, exist_ok=True)

    def start(self, programs: Iterable[Program]) -> None:
        for program in programs:
            self.kept[program.name] = Kept(program)
            self._spawn(self.kept[program.name])

    def finish(self, program: Program) -> int:
        """Run a program to its end, everything else being looked after meanwhile; its exit code.

        Raises `StopWasAsked`.
        """
        once = Kept(program)
        self._spawn(once)
        while True:
            gone, status = os.waitpid(once.pid, os.WNOHANG)
            if gone:
                self._pid_file(program).unlink()
                return os.waitstatus_to_exitcode(status)
            self.step(once)

    def watch(self) -> None:
        """Look after everything until somebody asks for the end. Raises `StopWasAsked`."""
        while True:
            self.step()

    def step(self, once: Kept | None = None) -> None:
        """Wait for the next thing to happen, half a second at most, and see to it."""
        happened = signal.sigtimedwait(TO_WATCH, self._wait())
        if happened and happened.si_signo != signal.SIGCHLD:
            if once:
                end_group(once.pid, signal.SIGKILL)
            raise StopWasAsked
        for one in self.kept.values():
            self._note_end(one)
            if not one.pid and time.monotonic() >= one.due and not self._is_held(one):
                self._spawn(one)

    def stop(self) -> None:
        """Say farewell to everything, the lowest stage first, and wait; a second Ctrl-C ends all at once."""
        for stage in sorted({one.program.stage for one in self.kept.values()}):
            self._stop_stage([one for one in self.kept.values() if one.pid and one.program.stage == stage])

    def _stop_stage(self, leaving: list[Kept]) -> None:
        until = time.monotonic() + max((one.program.grace for one in leaving), default=0)
        for one in leaving:
            send(one.pid, one.program.farewell)
        while any(one.pid for one in leaving):
            happened = signal.sigtimedwait(TO_WATCH, 0.1)
            impatient = happened and happened.si_signo != signal.SIGCHLD
            for one in leaving:
                if one.pid and (impatient or time.monotonic() > until):
                    self.say(f"{one.program.name} did not stop in time and was ended.")
                    end_group(one.pid, signal.SIGKILL)
                self._note_end(one)

    def _wait(self) -> float:
        """Seconds until the next start is due; a released program is noticed within half a second."""
        pauses = [one.due - time.monotonic() for one in self.kept.values() if not one.pid and not self._is_held(one)]
        return min(0.5, max(0.0, min(pauses, default=0.5)))

    def _is_held(self, one: Kept) -> bool:
        return (self.folder / "run" / f"{one.program.name}.hold").exists()

    def _note_end(self, one: Kept) -> None:
        if not one.pid:
            return
        gone, status = os.waitpid(one.pid, os.WNOHANG)
        if not gone:
            return
        end_group(one.pid, signal.SIGKILL)  # what it left behind must not work beside its successor
        lived = time.monotonic() - one.born
        one.ended = 0 if lived > STEADY_AFTER else one.ended + 1
        one.due = time.monotonic() + pause_before_start(one.ended)
        self._log(one.program, f"ended with {os.waitstatus_to_exitcode(status)} after {lived:.1f} s")
        one.pid = 0
        self._pid_file(one.program).unlink(missing_ok=True)

    def _spawn(self, one: Kept) -> None:
        one.born = time.monotonic()
        one.pid = os.fork() or self._be(one.program)
        fresh = self._pid_file(one.program).with_suffix(".new")
        fresh.write_text(str(one.pid))
        fresh.replace(self._pid_file(one.program))

    def _pid_file(self, program: Program) -> Path:
        return self.folder / "run" / f"{program.name}.pid"

    def _be(self, program: Program) -> int:
        """In the child: a group of its own (Ctrl-C is the parent's to pass on), its own log, dying with the parent."""
        code = 1
        try:
            os.setpgid(0, 0)
            die_with_parent()
            self._redirect(program)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, TO_WATCH)
            program.run()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
            if isinstance(leaving.code, str):  # what Python itself would say on leaving
                print(leaving.code, file=sys.stderr)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _redirect(self, program: Program) -> None:
        log = self.folder / "logs" / f"{program.name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for ours, theirs in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(ours, theirs)

    def _log(self, program: Program, what: str) -> None:
        with (self.folder / "logs" / "supervisor.log").open("a") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {program.name} {what}\n")


def pause_before_start(ended: int) -> float:
    """Seconds to wait before a program is started again that ended `ended` times in a row: 0, 0.1, 0.2, 0.4 … 5."""
    return 0.0 if ended == 0 else min(LONGEST_PAUSE, 0.05 * 2**ended)


def send(pid: int, farewell: signal.Signals) -> None:
    try:
        os.kill(pid, farewell)
    except ProcessLookupError:
        return  # it ended by itself just now, which is what was wanted


def end_group(pid: int, farewell: signal.Signals) -> None:
    """Signal a program and what it started, all of which share its process group."""
    try:
        os.killpg(pid, farewell)
    except ProcessLookupError:
        return  # nothing of it is left, which is what was wanted
