"""The keys of an encrypted backup: a bag of class keys under the password, and a key of its own for each file.

    password → PBKDF2-SHA-256 (DPSL, DPIC rounds) → PBKDF2-SHA-1 (SALT, ITER rounds) → a key that unwraps (RFC 3394)
    the class keys of the bag (WPKY) → each unwraps the keys of files of its class → AES-256 in CBC mode from a zero
    block.

Source: Apple Platform Security, "Keybags for Data Protection" (the backup keybag: PBKDF2 with 10 million rounds since
iOS 10.2); the tags are those of `iphone_backup_decrypt` (MIT) and older public readers, which agree.
"""

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from phoneward.phones.iosbackup.errors import (
    IphoneBackupDamagedError,
    IphoneBackupPasswordError,
    IphoneBackupUnknownKindError,
)

BLOCK: Final = 16
KEY_BYTES: Final = 32
MAX_ROUNDS: Final = 40_000_000
"""Four times what iOS uses: a list may not keep this computer busy for hours."""

MAX_KEYBAG: Final = 1 << 20
_MAX_CLASSES: Final = 64
_BY_PASSWORD: Final = 2
_BACKUP_BAGS: Final = frozenset({1, 2, 3})
_REMEMBERED: Final = 1024


class Opener(Protocol):
    """Deciphers blocks in order."""

    def update(self, data: bytes, /) -> bytes:
        """Return the plain blocks."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of one file."""

    key: bytes = field(repr=False)

    def opener(self, before: bytes) -> Opener:
        """Return what deciphers from any block on; `before` is the ciphertext of the block before it."""
        return Cipher(AES(self.key), CBC(before)).decryptor()


class Keys:
    """The class keys of a backup.

    Args:
        keybag: `BackupKeyBag` of its `Manifest.plist`.
        password: asked once.
        name: what the backup is called in errors.

    Raises:
        IphoneBackupError: the password is another one, or the bag is none.
    """

    def __init__(self, keybag: bytes, password: Callable[[], str], name: str) -> None:
        try:
            bag = _Keybag(keybag)
        except ValueError as error:
            raise IphoneBackupDamagedError(path=name, file="Manifest.plist", detail="BackupKeyBag") from error
        if bag.kind not in _BACKUP_BAGS or bag.unknown:
            raise IphoneBackupUnknownKindError(path=name, detail=bag.unknown or f"TYPE {bag.kind}")
        typed = password().encode("utf-8", "surrogatepass")
        first = hashlib.pbkdf2_hmac("sha256", typed, bag.double_salt, bag.double_rounds, KEY_BYTES)
        key = hashlib.pbkdf2_hmac("sha1", first, bag.salt, bag.rounds, KEY_BYTES)
        self._classes: dict[int, bytes] = {}
        for number, wrapped in bag.classes.items():
            unwrapped = _unwrapped(key, wrapped)
            if unwrapped is None:
                raise IphoneBackupPasswordError(path=name)
            self._classes[number] = unwrapped
        self._known: dict[bytes, FileKey | None] = {}

    def file_key(self, wrapped: bytes) -> FileKey | None:
        """Return a file's key; None where nothing here opens it.

        Args:
            wrapped: the number of its class in four bytes, little-endian, and the key.
        """
        found = self._known.get(wrapped)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            class_key = self._classes.get(int.from_bytes(wrapped[:4], "little"))
            key = None if class_key is None else _unwrapped(class_key, wrapped[4:])
            found = self._known[wrapped] = None if key is None else FileKey(key)
        return found


class _Keybag:
    """The bag, taken apart: tag, length, value, again and again. ValueError where it is none.

    What stands before the second UUID is of the bag, each further UUID begins a class.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_KEYBAG:
            raise ValueError(len(data))
        head: dict[bytes, bytes] = {}
        classes: list[dict[bytes, bytes]] = []
        for tag, value in _tags(data):
            if tag == b"UUID" and b"UUID" in head:
                classes.append({})
            (classes[-1] if classes else head)[tag] = value
        self.kind = _number(head[b"TYPE"]) & 0x3FFFFFFF if b"TYPE" in head else -1
        self.unknown = "" if {b"DPSL", b"DPIC"} <= head.keys() else "no DPSL"
        self.classes: dict[int, bytes] = {}
        if self.unknown:
            return
        if not {b"SALT", b"ITER"} <= head.keys() or len(classes) > _MAX_CLASSES:
            raise ValueError("no keybag")
        self.salt, self.rounds = head[b"SALT"], _number(head[b"ITER"])
        self.double_salt, self.double_rounds = head[b"DPSL"], _number(head[b"DPIC"])
        if not all(0 < rounds <= MAX_ROUNDS for rounds in (self.rounds, self.double_rounds)):
            raise ValueError("rounds")
        for one in classes:
            if b"WPKY" in one and b"CLAS" in one and _number(one.get(b"WRAP", b"\0" * 4)) & _BY_PASSWORD:
                self.classes[_number(one[b"CLAS"])] = one[b"WPKY"]
        if not self.classes:
            raise ValueError("no class")


def _tags(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + 8 > len(data):
            raise ValueError("cut off")
        tag, length = struct.unpack_from(">4sI", data, at)
        if at + 8 + length > len(data):
            raise ValueError("cut off")
        yield tag, data[at + 8 : at + 8 + length]
        at += 8 + length


def _number(value: bytes) -> int:
    if len(value) != 4:
        raise ValueError("no number")
    return int.from_bytes(value, "big")


def _unwrapped(key: bytes, wrapped: bytes) -> bytes | None:
    """Return what is wrapped by RFC 3394; None where the key is another one."""
    try:
        found = aes_key_unwrap(key, wrapped)
    except (InvalidUnwrap, ValueError):
        return None
    return found if len(found) == KEY_BYTES else None
