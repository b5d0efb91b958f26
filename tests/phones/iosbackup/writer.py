"""Writes iPhone backups as Finder and iTunes do, with SQLite, plistlib and libraries of cryptography.

It shares no code with the reader. What it writes is opened by `iphone_backup_decrypt` too, an independent reader
(`test_oracle.py`), and its lists have the columns and keys of mvt's public fixture.
"""

import datetime as dt
import hashlib
import os
import plistlib
import sqlite3
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

UDID = "00008030-001A2B3C4D5E6F70"
MADE = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
PASSWORD = "correct horse 密码"
ROUNDS = 1000
"""Rounds of PBKDF2; an iPhone uses ten million."""

_FILE, _FOLDER, _LINK = 1, 2, 4
_SCHEMA = """
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
"""


def file_id(domain: str, path: str | bytes) -> str:
    """What Apple calls a content: the SHA-1 of domain and path."""
    name = path.encode() if isinstance(path, str) else path
    return hashlib.sha1(domain.encode() + b"-" + name, usedforsecurity=False).hexdigest()


def mbfile(
    path: str,
    *,
    size: int,
    mode: int,
    mtime_s: int,
    ctime_s: int | None = None,
    key: bytes | None = None,
    target: str | None = None,
    protection: int = 3,
) -> bytes:
    """The archived description of one file."""
    fields: dict[str, object] = {
        "LastModified": mtime_s, "Flags": 0, "GroupID": 501,
        "LastStatusChange": mtime_s if ctime_s is None else ctime_s,
        "RelativePath": plistlib.UID(2), "Birth": mtime_s, "Size": size, "InodeNumber": 184673, "Mode": mode,
        "UserID": 501, "ProtectionClass": protection,
    }  # fmt: skip
    objects: list[object] = ["$null", fields, path]
    if key is not None:
        objects.append({"NS.data": key, "$class": plistlib.UID(len(objects) + 1)})
        fields["EncryptionKey"] = plistlib.UID(len(objects) - 1)
        objects.append({"$classname": "NSMutableData", "$classes": ["NSMutableData", "NSData", "NSObject"]})
    if target is not None:
        fields["Target"] = plistlib.UID(len(objects))
        objects.append(target)
    fields["$class"] = plistlib.UID(len(objects))
    objects.append({"$classname": "MBFile", "$classes": ["MBFile", "NSObject"]})
    archive = {
        "$version": 100000, "$archiver": "NSKeyedArchiver", "$top": {"root": plistlib.UID(1)}, "$objects": objects,
    }  # fmt: skip
    return plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)


def sealed(content: bytes, key: bytes) -> bytes:
    """AES-256 in CBC mode from a zero block, padded as PKCS #7 says."""
    more = 16 - len(content) % 16
    encryptor = Cipher(AES(key), CBC(bytes(16))).encryptor()
    return encryptor.update(content + bytes([more]) * more) + encryptor.finalize()


@dataclass
class Keybag:
    """A backup keybag with class keys of its own."""

    password: str
    classes: dict[int, bytes] = field(default_factory=lambda: {number: os.urandom(32) for number in range(1, 12)})

    def blob(self) -> bytes:
        salt, double_salt = os.urandom(20), os.urandom(20)
        first = hashlib.pbkdf2_hmac("sha256", self.password.encode(), double_salt, ROUNDS, 32)
        key = hashlib.pbkdf2_hmac("sha1", first, salt, ROUNDS, 32)
        head = [
            (b"VERS", _number(5)), (b"TYPE", _number(1)), (b"UUID", os.urandom(16)), (b"HMCK", os.urandom(40)),
            (b"WRAP", _number(0)), (b"SALT", salt), (b"ITER", _number(ROUNDS)), (b"DPWT", _number(0)),
            (b"DPIC", _number(ROUNDS)), (b"DPSL", double_salt),
        ]  # fmt: skip
        for number, class_key in self.classes.items():
            head += [
                (b"UUID", os.urandom(16)), (b"CLAS", _number(number)), (b"WRAP", _number(2)), (b"KTYP", _number(0)),
                (b"WPKY", aes_key_wrap(key, class_key)),
            ]  # fmt: skip
        return b"".join(tag + struct.pack(">I", len(value)) + value for tag, value in head)

    def wrapped(self, key: bytes, protection: int = 3) -> bytes:
        return struct.pack("<I", protection) + aes_key_wrap(self.classes[protection], key)


def _number(value: int) -> bytes:
    return struct.pack(">I", value)


class BackupWriter:
    """A backup folder that is being made."""

    def __init__(self, folder: Path, *, password: str | None = None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.keybag = None if password is None else Keybag(password)
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(_SCHEMA)
        self.info: dict[str, object] = {
            "Device Name": "Mia’s iPhone", "Display Name": "Mia’s iPhone", "Product Name": "iPhone 11",
            "Product Type": "iPhone12,1", "Product Version": "17.4", "Build Version": "21E219",
            "Target Identifier": UDID, "Unique Identifier": UDID, "Target Type": "Device",
            "Last Backup Date": MADE.replace(tzinfo=None), "Installed Applications": [], "Applications": {},
            "iTunes Version": "12.13",
        }  # fmt: skip
        self.manifest: dict[str, object] = {
            "IsEncrypted": password is not None, "Version": "10.0", "Date": MADE.replace(tzinfo=None),
            "SystemDomainsVersion": "24.0", "WasPasscodeSet": True, "Applications": {},
            "Lockdown": {"DeviceName": "Mia’s iPhone", "UniqueDeviceID": UDID, "ProductVersion": "17.4"},
        }  # fmt: skip
        self.status: dict[str, object] = {
            "SnapshotState": "finished", "BackupState": "new", "IsFullBackup": False, "Version": "3.3",
            "Date": MADE.replace(tzinfo=None), "UUID": "2D4D1445-FCB4-47F6-A789-941C77FBE73B",
        }  # fmt: skip

    def app(self, bundle: str, version: str = "1.0") -> None:
        """Name an app of the person's."""
        metadata = plistlib.dumps({"softwareVersionBundleId": bundle, "bundleShortVersionString": version})
        installed, applications = self.info["Installed Applications"], self.info["Applications"]
        assert isinstance(installed, list)
        assert isinstance(applications, dict)
        installed.append(bundle)
        applications[bundle] = {"iTunesMetadata": metadata, "PlaceholderIcon": b"\x89PNG"}

    def file(
        self, domain: str, path: str, content: bytes, *, mtime_s: int = 1_700_000_000, mode: int = 0o644, size: int = -1
    ) -> str:
        """Put a file in; returns the name of its content. `size` is what the list says of it."""
        name = file_id(domain, path)
        key = wrapped = None
        if self.keybag is not None and content:
            key = os.urandom(32)
            wrapped = self.keybag.wrapped(key)
        said = mbfile(
            path, size=len(content) if size < 0 else size, mode=stat.S_IFREG | mode, mtime_s=mtime_s, key=wrapped
        )
        self.row(name, domain, path, _FILE, said)
        self.content(name, content if key is None else sealed(content, key))
        return name

    def content(self, name: str, data: bytes) -> None:
        place = self.folder / name[:2] / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)

    def dir(self, domain: str, path: str, *, mtime_s: int = 1_700_000_000, mode: int = 0o755) -> None:
        said = mbfile(path, size=0, mode=stat.S_IFDIR | mode, mtime_s=mtime_s, protection=0)
        self.row(file_id(domain, path), domain, path, _FOLDER, said)

    def link(self, domain: str, path: str, target: str) -> None:
        said = mbfile(path, size=0, mode=stat.S_IFLNK | 0o755, mtime_s=1_700_000_000, target=target, protection=0)
        self.row(file_id(domain, path), domain, path, _LINK, said)

    def row(self, name: object, domain: object, path: object, flags: object, said: bytes | None) -> None:
        """Put any row in; text as bytes need not be UTF-8."""
        as_text = "CAST(? AS TEXT)" if isinstance(path, bytes) else "?"
        self._database.execute(
            f"INSERT OR REPLACE INTO Files VALUES (?, ?, {as_text}, ?, ?)",  # noqa: S608 - ours
            (name, domain, path, flags, said),
        )

    def finish(self) -> Path:
        """Write the lists; returns the folder."""
        self._database.commit()
        place = self.folder / "Manifest.db"
        place.unlink(missing_ok=True)
        data = self._database.serialize()
        if self.keybag is not None:
            key = os.urandom(32)
            self.manifest |= {"BackupKeyBag": self.keybag.blob(), "ManifestKey": self.keybag.wrapped(key, 4)}
            data = sealed(data, key)
        place.write_bytes(data)
        (self.folder / "Info.plist").write_bytes(plistlib.dumps(self.info))
        (self.folder / "Manifest.plist").write_bytes(plistlib.dumps(self.manifest, fmt=plistlib.FMT_BINARY))
        (self.folder / "Status.plist").write_bytes(plistlib.dumps(self.status, fmt=plistlib.FMT_BINARY))
        return self.folder
