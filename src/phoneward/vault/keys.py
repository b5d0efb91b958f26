"""Key files: each holds the master key, sealed under one password (restic `internal/repository/key.go`)."""

import getpass
import hashlib
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.crypto import SealError, SealingKey
from phoneward.vault.errors import FileMissingError, KeyFileError, WeakKeyCostError, WrongPasswordError
from phoneward.vault.storage.base import Storage
from phoneward.vault.storage.retrying import under_new_names

SALT_SIZE = 64
MAX_KEYS_TRIED = 20
"""As in restic: opening tries this many key files at most, so that a hostile repository cannot keep it busy."""

_MAX_KEY_FILE = 64 * 1024
_MAX_MEMORY = 256 * 2**20
"""restic's own calibration stops at 60 MiB; a key file that asks for more than this is refused, not tried."""
_MAX_WORK = 2**25
"""Bound on N·r·p: about eight seconds; restic calibrates to half a second."""

_CALIBRATED_N = 32768
_CALIBRATED_R = 8
_CALIBRATION_TIME_S = 0.5
_CALIBRATION_P_MAX = 64


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """The cost of one password guess (RFC 7914, section 2).

    Raises:
        ValueError: not valid for scrypt, or beyond what any honest key file asks for.
    """

    n: int
    r: int
    p: int

    def __post_init__(self) -> None:
        if self.n < 2 or self.n & (self.n - 1) or self.r < 1 or self.p < 1:
            raise ValueError("not valid scrypt parameters")
        if self.memory > _MAX_MEMORY or self.n * self.r * self.p > _MAX_WORK:
            raise ValueError("scrypt parameters ask for too much memory or time")

    @property
    def memory(self) -> int:
        """Bytes of memory one derivation takes: 128·N·r, and 128·r·p for the blocks."""
        return 128 * self.r * (self.n + self.p)

    def derive(self, password: str, salt: bytes) -> SealingKey:
        """Return the key that a password makes with this salt."""
        kdf = Scrypt(salt=salt, length=64, n=self.n, r=self.r, p=self.p)
        return SealingKey.from_bytes(kdf.derive(password.encode("utf-8", "surrogateescape")))


class NewKeyCost:
    """The cost for a key file about to be written: never below the floor, which a key file once written keeps.

    Raises:
        WeakKeyCostError: below N=32768, r=8, p=1.
    """

    def __init__(self, cost: ScryptCost) -> None:
        if cost.n < _CALIBRATED_N or cost.r < _CALIBRATED_R:
            raise WeakKeyCostError
        self.cost = cost

    @classmethod
    def calibrated(cls) -> Self:
        """Return the cost that takes about half a second on this computer within 60 MiB, restic's bounds.

        N=32768 with r=8 is the largest power of two within 60 MiB; only p is left to measure.
        """
        once = ScryptCost(_CALIBRATED_N, _CALIBRATED_R, 1)
        start = time.perf_counter()
        once.derive("", bytes(SALT_SIZE))
        taken = time.perf_counter() - start
        p = max(1, min(_CALIBRATION_P_MAX, int(_CALIBRATION_TIME_S / max(taken, 1e-6))))
        return cls(ScryptCost(_CALIBRATED_N, _CALIBRATED_R, p))

    @classmethod
    def _below_the_floor(cls, cost: ScryptCost) -> Self:
        """Only for tests, which derive keys by the hundred."""
        new = object.__new__(cls)
        new.cost = cost
        return new


class KeyFile(msgspec.Struct, frozen=True, kw_only=True):
    """A key file's JSON, field for field. It is not encrypted; `data` is."""

    created: str
    username: str = ""
    hostname: str = ""
    kdf: str
    n: int = msgspec.field(name="N")
    r: int
    p: int
    salt: bytes
    data: bytes


class _Mac(msgspec.Struct, frozen=True):
    k: bytes
    r: bytes


class _MasterKey(msgspec.Struct, frozen=True):
    mac: _Mac
    encrypt: bytes


def seal_master_key(
    master: SealingKey, password: str, cost: NewKeyCost, *, username: str = "", hostname: str = ""
) -> bytes:
    """Return the bytes of a new key file that opens with the password; whose it is, unless said, this computer says."""
    salt = os.urandom(SALT_SIZE)
    plain = msgspec.json.encode(_MasterKey(mac=_Mac(k=master.mac_k, r=master.mac_r), encrypt=master.encrypt))
    scrypt = cost.cost
    return msgspec.json.encode(
        KeyFile(
            created=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            username=readable(username) or _user_name(),
            hostname=readable(hostname or socket.gethostname()),
            kdf="scrypt",
            n=scrypt.n,
            r=scrypt.r,
            p=scrypt.p,
            salt=salt,
            data=scrypt.derive(password, salt).seal(plain),
        )
    )


def parse_key_file(raw: bytes) -> tuple[KeyFile, ScryptCost]:
    """Return a key file's fields and its cost, within bounds.

    Raises:
        ValueError: not a key file, or one made to harm; the text says what, in plain words.
    """
    if len(raw) > _MAX_KEY_FILE:
        raise ValueError(_("it is far too long."))
    try:
        key_file = msgspec.json.decode(raw, type=KeyFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(_("it is not a key file.")) from error
    if key_file.kdf != "scrypt":
        raise ValueError(_("it uses a method other than scrypt."))
    if len(key_file.salt) != SALT_SIZE:
        raise ValueError(_("its salt has the wrong length."))
    try:
        cost = ScryptCost(key_file.n, key_file.r, key_file.p)
    except ValueError as error:
        raise ValueError(_("it asks for too much memory or time, or makes no sense.")) from error
    return key_file, cost


def open_key_file(raw: bytes, password: str) -> SealingKey | None:
    """Return the master key, or None when the password does not fit.

    Raises:
        ValueError: as `parse_key_file`, or the sealed content makes no sense.
    """
    key_file, cost = parse_key_file(raw)
    try:
        plain = cost.derive(password, key_file.salt).open(key_file.data)
    except SealError:
        return None
    try:
        master = msgspec.json.decode(plain, type=_MasterKey)
        return SealingKey(master.encrypt, master.mac.k, master.mac.r)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ValueError(_("its content makes no sense.")) from error


def key_age_s(raw: bytes) -> float:
    """Return how many seconds ago a key file says it was made; 0 where it does not say."""
    with suppress(ValueError, OverflowError):
        created = datetime.fromisoformat(parse_key_file(raw)[0].created)
        return time.time() - created.timestamp() if created.tzinfo else 0.0
    return 0.0


def find_master_key(
    storage: Storage, password: str, fits: Callable[[SealingKey], bool] = lambda _master: True
) -> tuple[SealingKey, FileId]:
    """Try the password on every key file (at most `MAX_KEYS_TRIED`), and return the master key and the file's name.

    Args:
        storage: where they lie.
        password: what somebody typed.
        fits: whether a master key is this vault's. Where nothing may be removed, an `init` that gave way leaves its key
            file, perhaps with the same password: it is passed over for one that fits, and returned where none does.

    Raises:
        WrongPasswordError: it fits none.
        KeyFileError: it fits none, and a key file that might have fitted is damaged.
        StorageError: the key files cannot be read.
    """
    broken: KeyFileError | None = None
    stray: tuple[SealingKey, FileId] | None = None
    tried = 0
    for name, size in sorted(storage.list(FileType.KEY)):
        try:
            raw = load_key_file(storage, name, size)
            parse_key_file(raw)  # what is no key file costs no derivation, and must not use up the tries
            tried += 1
            if tried > MAX_KEYS_TRIED:
                break
            master = open_key_file(raw, password)
        except FileMissingError:
            continue  # somebody removed this key meanwhile
        except ValueError as error:
            broken = KeyFileError(name=f"keys/{name}", problem=str(error))
            continue
        if master is not None and fits(master):
            return master, name
        if master is not None:
            stray = stray or (master, name)
            continue
        if hashlib.sha256(raw).hexdigest() != name:
            broken = KeyFileError(name=f"keys/{name}", problem=_("its content was changed."))
    if stray is not None:
        return stray
    if broken is not None:
        raise broken
    raise WrongPasswordError(location=storage.location)


def load_key_file(storage: Storage, name: FileId, size: int) -> bytes:
    """Return a key file's bytes, cut where no honest one is longer."""
    return storage.load(FileType.KEY, name, 0, min(size, _MAX_KEY_FILE + 1))


def save_key(
    storage: Storage,
    master: SealingKey,
    password: str,
    cost: NewKeyCost,
    *,
    username: str = "",
    hostname: str = "",
    sending: Callable[[FileId], None] = lambda _name: None,
) -> FileId:
    """Store a new key file for the password and return its name; durable on return.

    Args:
        storage: where to.
        master: what it holds.
        password: opens it.
        cost: of guessing the password.
        username: whose it is; empty for this person's.
        hostname: of which computer; empty for this one's.
        sending: hears of each name just before it is sent. There are several where a try ended unclear: then a file of
            an earlier name, which opens the same, may be there as well, or come yet.
    """

    def save() -> FileId:
        raw = seal_master_key(master, password, cost, username=username, hostname=hostname)
        name = FileId(hashlib.sha256(raw).hexdigest())
        sending(name)
        storage.save(FileType.KEY, name, [raw])
        return name

    return under_new_names(save)


def _user_name() -> str:
    try:
        return readable(getpass.getuser())
    except (KeyError, OSError, ImportError):  # no such user in the system's list (containers), none set on Windows
        return ""
