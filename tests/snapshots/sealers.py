"""Sealers for tests of single parts: a real key, and none at all."""

import hashlib
import hmac

from phoneward.vault import SealError


class KeyedSealer:
    """Authenticates with HMAC-SHA-256; does not hide anything."""

    def __init__(self, key: bytes = b"key") -> None:
        self._key = key

    def seal(self, plaintext: bytes) -> bytes:
        return hmac.digest(self._key, plaintext, hashlib.sha256) + plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        tag, plaintext = sealed[:32], sealed[32:]
        if not hmac.compare_digest(tag, hmac.digest(self._key, plaintext, hashlib.sha256)):
            raise SealError
        return plaintext


class OpenSealer:
    """Seals nothing, so that a fuzzer reaches what lies behind."""

    def seal(self, plaintext: bytes) -> bytes:
        return plaintext

    def open_sealed(self, sealed: bytes) -> bytes:
        return sealed
