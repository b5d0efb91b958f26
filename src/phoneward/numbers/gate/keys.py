"""What a database that leaks must not tell: numbers are sealed, and found again by keyed hashes.

There are only some thousand million numbers, so that a plain hash of one is no secret at all: whoever has the table
tries them all. Everything here needs the service's secret, which is a file and never in the database.
"""

import base64
import hashlib
import hmac
import os
import re
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from phoneward.numbers.gate.secret_errors import SealBrokenError

E164: Final = re.compile(r"\+[1-9][0-9]{4,14}")
"""As CAMARA's definitions have it (`PhoneNumber`)."""
SECRET_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SHORT: Final = 20


class Keys:
    """Keys made from one secret.

    Args:
        secret: at least 32 random bytes.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise ValueError("the secret is too short")
        self._sealing = AESGCM(_derived(secret, "number"))
        self._number_key = _derived(secret, "number hash")
        self._account_key = _derived(secret, "account")
        self._chain_key = _derived(secret, "audit chain")

    def seal(self, number: str, account: str) -> str:
        """Return a number that only `unseal` with the same account reads: AES-256-GCM, random nonce, base64."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._sealing.encrypt(nonce, number.encode(), account.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unseal(self, sealed: str, account: str) -> str:
        """Return the number.

        Raises:
            SealBrokenError: another account's, or changed.
        """
        try:
            data = base64.b64decode(sealed, validate=True)
            return self._sealing.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], account.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError from error

    def number_hash(self, number: str) -> str:
        """Return what a number is found by: HMAC-SHA-256 in hex."""
        return hmac.digest(self._number_key, number.encode(), hashlib.sha256).hex()

    def pseudonym(self, account: str) -> str:
        """Return an account's name in the audit log and in keys of actions."""
        return hmac.digest(self._account_key, account.encode(), hashlib.sha256).hex()[:_SHORT]

    def check(self) -> str:
        """Return by which these keys are known; says nothing of the secret."""
        return self.chained("", "the secret of this service")

    def chained(self, before: str, entry: str) -> str:
        """Return what an entry of the audit log is chained with to the one before it."""
        return hmac.digest(self._chain_key, f"{before}\n{entry}".encode(), hashlib.sha256).hex()


def mask(number: str) -> str:
    """Return what people may see of a number: the country's code and the last two digits."""
    import phonenumbers

    try:
        country = f"+{phonenumbers.parse(number).country_code}"
    except phonenumbers.NumberParseException:
        country = "+"
    return f"{country}…{number[-2:]}"


def _derived(secret: bytes, label: str) -> bytes:
    return HKDFExpand(SHA256(), SECRET_BYTES, f"phoneward gate: {label}".encode()).derive(secret)
