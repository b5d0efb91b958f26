"""`<key-sets>`: public keys that decide about updates instead of the signer (AOSP `parseKeySets`)."""

import base64
import binascii

from phoneward.apk.errors import ManifestError
from phoneward.texts import words


class KeySetReader:
    """Collects what one `<key-sets>` says, in the order of the file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._keys: dict[str, bytes] = {}
        self._sets: dict[str, set[str]] = {}
        self._improper: set[str] = set()
        self._upgrade: dict[str, None] = {}
        self._current = ""

    def take(self, tag: str, name: str, value: str | None) -> None:
        """Read one `<key-set>`, `<public-key>` or `<upgrade-key-set>`.

        Raises:
            ManifestError: a key is used before it is said, or said twice differently.
        """
        if tag == "upgrade-key-set":
            self._upgrade.setdefault(name)
        elif tag == "key-set":
            self._current = name
            self._sets[name] = set()
        else:
            self._public_key(name, value)

    def _public_key(self, name: str, value: str | None) -> None:
        if value is not None:
            key = _public_key(value)
            if key is None:
                self._improper.add(self._current)
                return
            if self._keys.setdefault(name, key) != key:
                raise self._error()
        elif name not in self._keys:
            raise self._error()
        self._sets[self._current].add(name)

    def finish(self) -> tuple[tuple[tuple[str, tuple[bytes, ...]], ...], tuple[str, ...]]:
        """Return the sets with their keys, and the names of those that decide about updates.

        Raises:
            ManifestError: a key is called as a set is, or a set that decides is not defined.
        """
        if self._keys.keys() & self._sets.keys():
            raise self._error()
        usable = {
            name: tuple(sorted(self._keys[key] for key in keys))
            for name, keys in self._sets.items()
            if keys and name not in self._improper
        }
        if not self._upgrade.keys() <= usable.keys():
            raise self._error()
        return tuple(usable.items()), tuple(self._upgrade)

    def _error(self) -> ManifestError:
        return ManifestError(file=self._file, problem=words("what it says of the keys of its updates makes no sense"))


def _public_key(encoded: str) -> bytes | None:
    """Return a key's DER (SubjectPublicKeyInfo) where it is RSA, EC or DSA, as `parsePublicKey`; else None."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    try:
        der = base64.b64decode("".join(encoded.split()))
        key = load_der_public_key(der)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        return None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
