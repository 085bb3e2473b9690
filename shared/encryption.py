"""Personal data at rest and in events: AES-256-GCM under rotating keys, and keyed hashes to search by.

A sealed value carries the name of its key, so old values stay readable while `ENCRYPTION_KEYS` grows at its front.
The context (table and column, or event) is authenticated with it: a value moved elsewhere does not open.
"""

import base64
import binascii
import hashlib
import hmac
import os
from functools import cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from shared.settings import SettingMissing, settings

NONCE_BYTES = 12
KEY_BYTES = 32
LONGEST_NAME = 255  # of a key: its length is stored in a byte


class CannotDecrypt(RuntimeError):
    """A sealed value does not open: its key is not in the ring, or it was altered or moved."""


@cache
def keys() -> dict[str, AESGCM]:
    """The ring, by the keys' names. Raises `SettingMissing` naming the entry that is no key."""
    ring: dict[str, AESGCM] = {}
    for number, pair in enumerate(settings().encryption_keys.split(","), start=1):
        name, _, encoded = pair.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != KEY_BYTES or not name.isascii() or not 0 < len(name) <= LONGEST_NAME or name in ring:
            raise SettingMissing(
                f"Set ENCRYPTION_KEYS to name:base64,name:base64 of {KEY_BYTES}-byte keys, each name once; "
                f"entry {number} is not so. docs/settings.md says how to make one."
            )
        ring[name] = AESGCM(key)
    return ring


def seal(plain: bytes, context: str) -> bytes:
    """Encrypt under the first key of the ring, bound to `context`."""
    name, key = next(iter(keys().items()))
    nonce = os.urandom(NONCE_BYTES)
    return bytes([len(name)]) + name.encode() + nonce + key.encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made in the same context. Raises `CannotDecrypt`."""
    start = 1 + sealed[0]
    name = sealed[1:start].decode(errors="replace")
    key = keys().get(name)
    if key is None:
        raise CannotDecrypt(f"The key {name!r} is not in ENCRYPTION_KEYS.")
    try:
        return key.decrypt(sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :], context.encode())
    except InvalidTag:
        raise CannotDecrypt(f"A value of {context} was altered or moved.") from None


def seal_json(value: Any, context: str) -> bytes:
    return seal(orjson.dumps(value), context)


def unseal_json(sealed: bytes, context: str) -> Any:
    return orjson.loads(unseal(sealed, context))


def keyed_hash(*parts: str) -> bytes:
    """A 32-byte hash that only this partnership's key can make, for finding equal values without storing them."""
    return hmac.digest(settings().search_key, "\x1f".join(parts).encode(), hashlib.sha256)


class Encrypted(TypeDecorator[Any]):
    """A column that holds any JSON value, sealed. The context is `table.column`; give it to the type."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else seal_json(value, self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else unseal_json(bytes(value), self.context)
