"""A backup on its way from the phone, kept until it was looked through: on this computer's disk, never in the clear.

The file has no name and is gone with the program. Its key (AES-256 in counter mode) exists in memory only: what stays
on the disk is noise. Counter mode begins anywhere, so it can be read in any order.
"""

import hashlib
import os
import shutil
import tempfile
import threading
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from phoneward.errors import readable
from phoneward.phones.androidbackup.errors import AndroidBackupChangedError, AndroidBackupSpoolError
from phoneward.texts import _

BLOCK: Final = 16
KEEP_FREE: Final = 1 << 30
"""Bytes of the disk that stay free: a phone that never ends must not fill it."""

_LOOK_EVERY: Final = 64 << 20


class SealedSpool:
    """Takes bytes in, gives them back by place. One thread adds; then several may read.

    Args:
        name: what it is called in errors.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.size = 0
        self._key = os.urandom(32)
        self._file = tempfile.TemporaryFile(prefix="phoneward-", buffering=0)  # noqa: SIM115 - closed by close()
        self._sealer = Cipher(AES(self._key), CTR(bytes(BLOCK))).encryptor()
        self._digest = hashlib.sha256()
        self._guard = threading.Lock()

    def add(self, data: bytes) -> None:
        """Put bytes at its end.

        Raises:
            AndroidBackupSpoolError: the disk cannot hold them.
        """
        try:
            if self.size // _LOOK_EVERY != (self.size + len(data)) // _LOOK_EVERY:
                self._look_for_room()
            left = memoryview(self._sealer.update(data))
            while left:
                left = left[self._file.write(left) or 0 :]
        except OSError as error:
            detail = readable(error.strerror or str(error))
            raise AndroidBackupSpoolError(path=self.name, detail=detail) from error
        self._digest.update(data)
        self.size += len(data)

    def _look_for_room(self) -> None:
        if shutil.disk_usage(tempfile.gettempdir()).free < KEEP_FREE:
            raise AndroidBackupSpoolError(path=self.name, detail=_("too little room is left on this computer's disk"))

    def read_at(self, offset: int, length: int) -> bytes:
        """Return bytes; fewer only at the end.

        Raises:
            AndroidBackupChangedError: the disk does not give them back.
        """
        block, over = divmod(offset, BLOCK)
        length = min(length, max(0, self.size - offset))
        with self._guard:
            try:
                self._file.seek(block * BLOCK)
                sealed = self._file.read(over + length) or b""
                while len(sealed) < over + length and (more := self._file.read(over + length - len(sealed))):
                    sealed += more
            except OSError as error:
                detail = readable(error.strerror or str(error))
                raise AndroidBackupChangedError(path=self.name, detail=detail) from error
        opener = Cipher(AES(self._key), CTR(block.to_bytes(BLOCK, "big"))).decryptor()
        return opener.update(sealed)[over:]

    def digest(self) -> bytes:
        """Return the SHA-256 of all that was put in."""
        return self._digest.digest()

    def close(self) -> None:
        """Remove it."""
        self._file.close()
