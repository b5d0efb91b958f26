"""Writes Android backup files for tests, after AOSP's writers; shares no code with the reader.

Sources: libs/androidfw/BackupHelpers.cpp (`write_tarfile`), services/backup `PerformAdbBackupTask`
(`emitAesBackupHeader`, `writeAppManifest`) and `utils/PasswordUtils`.
"""

import hashlib
import os
import zlib
from dataclasses import dataclass

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ROUNDS = 10_000


@dataclass(frozen=True)
class Put:
    """One member: a file, or a folder where `content` is None."""

    path: bytes
    content: bytes | None = b""
    mode: int = 0o600
    mtime: int = 1_500_000_000
    type: bytes = b""
    link: bytes = b""


def header_block(path: bytes, put: Put, size: int, kind: bytes, prefix: bytes = b"") -> bytes:
    block = bytearray(512)
    block[0 : len(path[:100])] = path[:100]
    block[100:108] = b"%06o \0" % put.mode
    block[108:116] = b"010000\0\0"
    block[116:124] = b"010000\0\0"
    block[124:136] = (b"%011o" % size)[:11] + b"\0"
    block[136:148] = (b"%o" % put.mtime).ljust(12, b"\0")[:12]
    block[156:157] = kind
    block[157 : 157 + len(put.link)] = put.link
    block[257:265] = b"ustar\x0000"
    block[345 : 345 + len(prefix[:155])] = prefix[:155]
    block[148:156] = b" " * 8
    block[148:155] = b"%06o\0" % (sum(block) & 0xFFFF)
    return bytes(block)


def pax_record(key: bytes, value: bytes) -> bytes:
    """As POSIX wants it: the length counts itself."""
    length = len(key) + len(value) + 3
    while len(b"%d" % length) + len(key) + len(value) + 3 != length:
        length = len(b"%d" % length) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def member(put: Put) -> bytes:
    content = put.content
    kind = put.type or (b"5" if content is None else b"0")
    data = content or b""
    parts = put.path.split(b"/")
    prefix = b"/".join(parts[: 3 if parts[0] == b"apps" else 1])
    below = put.path[len(prefix) + 1 :]
    out = b""
    if len(prefix) >= 155 or len(below) >= 100 or any(byte & 0x80 for byte in put.path):
        pax = pax_record(b"size", b"%d" % len(data)) + pax_record(b"path", put.path)
        out += header_block(b"PaxHeader/" + parts[-1][:80], put, len(pax), b"x", prefix) + padded(pax)
    if len(put.path) > 100:
        out += header_block(below, put, len(data), kind, prefix)
    else:
        out += header_block(put.path, put, len(data), kind)
    return out + padded(data)


def tar(puts: list[Put]) -> bytes:
    return b"".join(member(put) for put in puts) + bytes(1024)


def manifest(package: str, *, version: int = 7, level: int = 28, installer: str = "com.android.vending") -> Put:
    text = f"1\n{package}\n{version}\n{level}\n{installer}\n0\n1\n3082aa\n"
    return Put(f"apps/{package}/_manifest".encode(), text.encode(), mtime=0)


def _java_chars(data: bytes) -> bytes:
    """`(char) b` of signed bytes, in UTF-8."""
    return "".join(chr((byte - 256 if byte > 127 else byte) & 0xFFFF) for byte in data).encode("utf-8")


def _cbc(key: bytes, iv: bytes, text: bytes) -> bytes:
    pkcs = padding.PKCS7(128).padder()
    sealer = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return sealer.update(pkcs.update(text) + pkcs.finalize()) + sealer.finalize()


def archive(
    content: bytes,
    *,
    version: int = 5,
    compressed: bool = True,
    password: str | None = None,
    eight_bit: bool = False,
    rounds: int = ROUNDS,
    front: bytes = b"",
) -> bytes:
    """Return a whole file around a tar stream. `eight_bit`: keys as Android before 4.4 derived them."""
    head = front + b"ANDROID BACKUP\n%d\n%d\n" % (version, compressed)
    body = zlib.compress(content, 9) if compressed else content
    if password is None:
        return head + b"none\n" + body
    user_salt, check_salt, key, iv, user_iv = (os.urandom(n) for n in (64, 64, 32, 16, 16))
    secret = bytes(ord(c) & 0xFF for c in password) if eight_bit else password.encode()
    checked = key if eight_bit else _java_chars(key)
    user_key = hashlib.pbkdf2_hmac("sha1", secret, user_salt, rounds, 32)
    checksum = hashlib.pbkdf2_hmac("sha1", checked, check_salt, rounds, 32)
    blob = _cbc(user_key, user_iv, b"\x10" + iv + b"\x20" + key + b"\x20" + checksum)
    lines = [b"AES-256", user_salt.hex().upper().encode(), check_salt.hex().upper().encode(), b"%d" % rounds]
    lines += [user_iv.hex().upper().encode(), blob.hex().upper().encode()]
    return head + b"\n".join(lines) + b"\n" + _cbc(key, iv, body)
