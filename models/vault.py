"""The vault: AES-256-GCM bound to the row it stands in, and a keyed blind index for look-up."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A sealed value does not open here: another key, another row, or altered."""


class KeyFormatError(ValueError):
    """A key is not NAME:BASE64 with 32 bytes inside."""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Sealing keys by name, newest first, and the key of the blind index. Never printed."""

    sealing: Mapping[str, bytes]
    index: bytes

    def __repr__(self) -> str:
        return "Keys(...)"


def read_keys(sealing: str, index: str) -> Keys:
    """Reads `k2:BASE64,k1:BASE64` (the first one seals) and the index key `BASE64`. Raises KeyFormatError."""
    named: dict[str, bytes] = {}
    for item in sealing.split(","):
        name, separator, encoded = item.strip().partition(":")
        if not separator or not name.isalnum():
            raise KeyFormatError("a sealing key is written NAME:BASE64")
        named[name] = _key_bytes(encoded)
    return Keys(named, _key_bytes(index))


def _key_bytes(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except ValueError as error:
        raise KeyFormatError("a key is BASE64") from error
    if len(key) != KEY_BYTES:
        raise KeyFormatError(f"a key has {KEY_BYTES} bytes")
    return key


class Vault:
    """Seals and opens values; a value opens only in the table, row and column it was sealed for."""

    def __init__(self, keys: Keys, random_bytes: Callable[[int], bytes]) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.sealing.items()}
        self._newest = next(iter(keys.sealing))
        self._index_key = keys.index
        self._random_bytes = random_bytes

    def seal(self, place: str, text: str) -> str:
        """`place` is `table.column/row id`; gives `v1.KEY.BASE64(nonce + ciphertext)`."""
        nonce = self._random_bytes(NONCE_BYTES)
        bound = f"v1.{self._newest}|{place}".encode()
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), bound)
        return f"v1.{self._newest}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, place: str, sealed: str) -> str:
        """The text sealed for this place. Raises SealError."""
        version, _, rest = sealed.partition(".")
        name, _, encoded = rest.partition(".")
        if version != "v1" or name not in self._ciphers:
            raise SealError("sealed with a key that is not here")
        raw = base64.b64decode(encoded)
        try:
            return (
                self._ciphers[name]
                .decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"v1.{name}|{place}".encode())
                .decode()
            )
        except InvalidTag as error:
            raise SealError("does not belong to this row, or was altered") from error

    def index(self, kind: str, value: str) -> str:
        """A keyed hash that finds a value without opening it; `kind` keeps equal values of two kinds apart."""
        return hmac.new(self._index_key, f"{kind}|{value}".encode(), hashlib.sha256).hexdigest()
