"""What every page and message reads of the database, kept in the process for a few seconds so that none waits for it."""

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from services.notify.service import SERVICE

SECONDS = 5.0
Value = TypeVar("Value")


class Fresh(Generic[Value]):
    """A value that `read` gives, a few seconds old at most."""

    def __init__(self, read: Callable[[Session], Value]) -> None:
        self._read = read
        self._until = 0.0

    def __call__(self) -> Value:
        if monotonic() > self._until:
            with SERVICE.transaction() as session:
                self._value = self._read(session)
            self._until = monotonic() + SECONDS
        return self._value

    def read_again(self) -> None:
        """Have the next asker read it, since it has just been changed."""
        self._until = 0.0
