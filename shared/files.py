"""Files of cases, sealed, in one folder that all services see; found by an unguessable key."""

import hashlib
import os
import re
import uuid
from pathlib import Path

from shared.encryption import seal, unseal
from shared.settings import settings

_KEY = re.compile(r"[0-9a-f-]{36}")


class FileMissing(RuntimeError):
    """The store has no such file."""


def put(content: bytes) -> str:
    """Store bytes durably before anything refers to them; returns their key."""
    key = str(uuid.uuid4())  # by chance alone: its beginning names the folder
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(seal(content, f"file:{key}"))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return key


def get(key: str) -> bytes:
    """The bytes under `key`. Raises `FileMissing`."""
    try:
        return unseal(_path(key).read_bytes(), f"file:{key}")
    except FileNotFoundError:
        raise FileMissing(f"The file {key} is not in the store.") from None


def remove(key: str) -> None:
    """Let go of a file for good; one that is gone already is no fault."""
    _path(key).unlink(missing_ok=True)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise FileMissing("That is not a key of this store.")
    return settings().files_folder / key[:2] / key
