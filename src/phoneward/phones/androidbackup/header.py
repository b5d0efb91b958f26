"""The lines at the beginning of an Android backup file, and the key behind its password.

Source: AOSP frameworks/base services/backup: `BackupManagerService`, `PerformAdbBackupTask` (writing),
`PerformAdbRestoreTask`, `utils/PasswordUtils` (reading). Xiaomi's local backup puts a few lines of its own in front.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from phoneward.phones.androidbackup.errors import (
    AndroidBackupAsTextError,
    AndroidBackupCutOffError,
    AndroidBackupDamagedError,
    AndroidBackupEmptyError,
    AndroidBackupUnknownKindError,
    NotAndroidBackupError,
)

HEADER_BYTES: Final = 16 << 10
"""Bytes in which every header ends: AOSP's takes at most 560, Xiaomi's lines hold a package and a label."""

MAX_LINE: Final = 2048
MAX_ROUNDS: Final = 10_000_000
"""AOSP always writes 10,000; this many take a few seconds."""

EMPTY_BYTES: Final = 1024
"""`adb backup` of nothing ends as a file of no bytes or of two empty tar blocks."""

BLOCK: Final = 16
KEY_BYTES: Final = 32

_MAGIC: Final = b"ANDROID BACKUP"
_MIUI: Final = b"MIUI BACKUP"
_VERSIONS: Final = range(1, 6)
_NUMBER: Final = re.compile(r"[0-9]{1,9}\Z")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,512}\Z")


@dataclass(frozen=True, slots=True)
class Encryption:
    """What an encrypted file says about its key. Sizes are checked where they are used."""

    user_salt: bytes
    checksum_salt: bytes
    rounds: int
    user_iv: bytes
    master_key_blob: bytes


@dataclass(frozen=True, slots=True)
class Header:
    """An Android backup's header.

    Attributes:
        version: 1…5.
        start: where the content begins in the file.
        encryption: None where there is none.
    """

    version: int
    compressed: bool
    start: int
    encryption: Encryption | None = None


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key of the content (AES-256-CBC)."""

    key: bytes
    iv: bytes


def parse_header(data: bytes, name: str) -> Header:
    """Return the header of a file.

    Args:
        data: its first `HEADER_BYTES`, or all of it.
        name: the file, readable; for the errors.

    Raises:
        AndroidBackupError: it is no Android backup, an empty one, or not one that can be read.
    """
    if len(data) <= EMPTY_BYTES and not data.strip(b"\0"):
        raise AndroidBackupEmptyError(path=name)
    if data.startswith((_MAGIC + b"\r", _MIUI + b"\r")):
        raise AndroidBackupAsTextError(path=name)
    if data.startswith(_MIUI + b"\n"):
        if b"\n" + _MAGIC + b"\r" in data[:MAX_LINE]:
            raise AndroidBackupAsTextError(path=name)
        inner = data.find(b"\n" + _MAGIC + b"\n", 0, MAX_LINE)
        if inner < 0:
            raise AndroidBackupCutOffError(path=name) if len(data) < MAX_LINE else NotAndroidBackupError(path=name)
        return _Lines(data, inner + 1, name).header()
    if data.startswith(_MAGIC + b"\n"):
        return _Lines(data, 0, name).header()
    if (_MAGIC + b"\n").startswith(data) or (_MIUI + b"\n").startswith(data):
        raise AndroidBackupCutOffError(path=name)
    raise NotAndroidBackupError(path=name)


class _Lines:
    """Reads header lines one by one."""

    def __init__(self, data: bytes, start: int, name: str) -> None:
        self._data = data
        self._at = start + len(_MAGIC) + 1
        self._name = name

    def header(self) -> Header:
        """Return the header whose magic line has been seen."""
        version = self._line()
        if not _NUMBER.match(version):
            raise AndroidBackupDamagedError(path=self._name)
        if int(version) not in _VERSIONS:
            raise AndroidBackupUnknownKindError(path=self._name, version=int(version), encryption="?")
        compressed = self._number()
        encryption = self._line()
        if encryption == "none":
            return Header(int(version), bool(compressed), self._at)
        if encryption != "AES-256":
            shown = encryption[:40] if encryption.isprintable() else "?"
            raise AndroidBackupUnknownKindError(path=self._name, version=int(version), encryption=shown)
        found = Encryption(self._hex(), self._hex(), self._number(), self._hex(), self._hex())
        fits = len(found.user_iv) == BLOCK and len(found.master_key_blob) % BLOCK == 0
        if not fits or not 0 < found.rounds <= MAX_ROUNDS:
            raise AndroidBackupDamagedError(path=self._name)
        return Header(int(version), bool(compressed), self._at, found)

    def _line(self) -> str:
        end = self._data.find(b"\n", self._at, self._at + MAX_LINE)
        if end < 0:
            cut_off = len(self._data) - self._at < MAX_LINE
            raise (AndroidBackupCutOffError if cut_off else AndroidBackupDamagedError)(path=self._name)
        line = self._data[self._at : end]
        self._at = end + 1
        return line.decode("latin-1")  # as AOSP's readHeaderLine

    def _number(self) -> int:
        line = self._line()
        if not _NUMBER.match(line):
            raise AndroidBackupDamagedError(path=self._name)
        return int(line)

    def _hex(self) -> bytes:
        line = self._line()
        if not _HEX.match(line):
            raise AndroidBackupDamagedError(path=self._name)
        return bytes.fromhex(line)


def open_master_key(header: Header, password: str) -> MasterKey | None:
    """Return the key of the content; None where the password does not fit.

    Java derives keys from characters. Android 4.4 began to encode them as UTF-8; what came before, and so version 1,
    may have used the low byte of each (`PBKDF2WithHmacSHA1And8bit`): both are tried there, as AOSP does.
    """
    found = header.encryption
    assert found is not None, "asked of an encrypted file only"  # noqa: S101
    opened = _unlock(found, password.encode("utf-8", "surrogatepass"), eight_bit=False)
    if opened is None and header.version == 1:
        units = password.encode("utf-16-le", "surrogatepass")
        opened = _unlock(found, units[::2], eight_bit=True)
    return opened


def _unlock(found: Encryption, password: bytes, *, eight_bit: bool) -> MasterKey | None:
    user_key = hashlib.pbkdf2_hmac("sha1", password, found.user_salt, found.rounds, KEY_BYTES)
    cipher = Cipher(AES(user_key), CBC(found.user_iv)).decryptor()
    fields = _fields(unpadded(cipher.update(found.master_key_blob) + cipher.finalize()))
    if fields is None:
        return None
    iv, key, checksum = fields
    # AOSP's makeKeyChecksum turns the key's bytes into characters, with their sign: 0x80 becomes U+FF80.
    text = key if eight_bit else "".join(chr(b if b < 0x80 else 0xFF00 | b) for b in key).encode()
    if not hmac.compare_digest(
        hashlib.pbkdf2_hmac("sha1", text, found.checksum_salt, found.rounds, KEY_BYTES), checksum
    ):
        return None
    return MasterKey(key, iv)


def _fields(blob: bytes | None) -> tuple[bytes, bytes, bytes] | None:
    """Return IV, key and checksum of an opened master key; None where the password was not its."""
    if blob is None or len(blob) != 3 + BLOCK + 2 * KEY_BYTES:
        return None
    if (blob[0], blob[1 + BLOCK], blob[2 + BLOCK + KEY_BYTES]) != (BLOCK, KEY_BYTES, KEY_BYTES):
        return None
    return blob[1 : 1 + BLOCK], blob[2 + BLOCK : 2 + BLOCK + KEY_BYTES], blob[-KEY_BYTES:]


def unpadded(text: bytes) -> bytes | None:
    """Return a deciphered text without its PKCS #7 padding (RFC 5652, 6.3); None where that cannot be one."""
    count = text[-1] if text else 0
    if not 1 <= count <= BLOCK or text[-count:] != bytes([count]) * count:
        return None
    return text[:-count]
