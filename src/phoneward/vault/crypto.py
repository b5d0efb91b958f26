"""Sealing: AES-256 in counter mode, authenticated with Poly1305-AES, exactly as restic does it.

Source: restic `doc/design.rst` ("Keys, Encryption and MAC") and `internal/crypto/crypto.go`; Poly1305-AES is
D. J. Bernstein's paper of 2005. No cryptography of our own: the primitives are those of `cryptography` (OpenSSL).
"""

import os
import threading

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from phoneward.vault.blobs import BytesLike

NONCE_SIZE = 16
TAG_SIZE = 16
OVERHEAD = NONCE_SIZE + TAG_SIZE
"""What sealing adds to a plaintext, bytes."""

_ZERO_NONCE = bytes(NONCE_SIZE)


class SealError(Exception):
    """Sealed bytes are not what this key sealed: wrong key, or changed. Callers say which file it was."""


class SealingKey:
    """The three secrets that seal and open everything: a repository's master key, or a password's own.

    Args:
        encrypt: AES-256 key, 32 bytes.
        mac_k: AES-128 key that turns a nonce into the one-time half of the Poly1305 key, 16 bytes.
        mac_r: the other half, 16 bytes (Poly1305 itself clears the bits that must be clear).

    Safe to use from several threads: contexts that carry state are kept per thread.
    """

    def __init__(self, encrypt: bytes, mac_k: bytes, mac_r: bytes) -> None:
        if (len(encrypt), len(mac_k), len(mac_r)) != (32, 16, 16):
            raise ValueError("key parts have the wrong length")
        self.encrypt = encrypt
        self.mac_k = mac_k
        self.mac_r = mac_r
        self._contexts = threading.local()

    @classmethod
    def generate(cls) -> "SealingKey":
        """Return a new random key."""
        return cls(os.urandom(32), os.urandom(16), os.urandom(16))

    @classmethod
    def from_bytes(cls, material: bytes) -> "SealingKey":
        """Return the key made of 64 bytes of a key derivation: encrypt, k, r."""
        return cls(material[:32], material[32:48], material[48:64])

    def __repr__(self) -> str:
        return "SealingKey(…)"  # secrets stay out of logs and tracebacks

    def seal(self, plaintext: BytesLike) -> bytes:
        """Return nonce ‖ ciphertext ‖ tag: `OVERHEAD` bytes longer than the plaintext."""
        nonce = os.urandom(NONCE_SIZE)
        while nonce == _ZERO_NONCE:  # restic refuses an all-zero nonce when opening
            nonce = os.urandom(NONCE_SIZE)
        ciphertext = self._counter_mode(nonce).update(plaintext)
        return b"".join((nonce, ciphertext, Poly1305.generate_tag(self._tag_key(nonce), ciphertext)))

    def open(self, sealed: BytesLike) -> bytes:
        """Return the plaintext. The tag is verified, in constant time, before anything is decrypted.

        Raises:
            SealError: too short, sealed with another key, or changed.
        """
        if len(sealed) < OVERHEAD:
            raise SealError
        view = memoryview(sealed)
        nonce, ciphertext, tag = bytes(view[:NONCE_SIZE]), view[NONCE_SIZE:-TAG_SIZE], bytes(view[-TAG_SIZE:])
        try:
            Poly1305.verify_tag(self._tag_key(nonce), ciphertext, tag)
        except InvalidSignature as error:
            raise SealError from error
        return self._counter_mode(nonce).update(ciphertext)

    def _counter_mode(self, nonce: bytes) -> CipherContext:
        """Return this thread's AES-CTR context, set to the nonce. Encrypting and decrypting are the same."""
        context: CipherContext | None = getattr(self._contexts, "counter", None)
        if context is None:
            context = Cipher(algorithms.AES(self.encrypt), modes.CTR(nonce)).encryptor()
            self._contexts.counter = context
        else:
            context.reset_nonce(nonce)  # a new context costs 3 µs, as much as encrypting 4 KB
        return context

    def _tag_key(self, nonce: bytes) -> bytes:
        """Return the one-time Poly1305 key for the nonce: r ‖ AES-128(k, nonce)."""
        context: CipherContext | None = getattr(self._contexts, "single", None)
        if context is None:
            # One block at a time under a key used for nothing else: this is Poly1305-AES's definition, not a mode.
            context = Cipher(algorithms.AES(self.mac_k), modes.ECB()).encryptor()  # noqa: S305
            self._contexts.single = context
        return self.mac_r + context.update(nonce)
