"""Signed statements: who the client is (private_key_jwt), and for whom it asks (JWT bearer).

RFC 7523 and the CAMARA Security and Interoperability Profile, sections "Client Authentication" and "JWT Bearer Flow".
"""

import datetime as dt
import secrets
from collections.abc import Callable
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

LIFETIME_S = 120
"""Seconds from `iat` to `exp`. The profile allows 300."""

MAX_KEY_FILE = 64 * 1024
ALGORITHMS = ("RS256", "PS256", "ES256")


class KeyFileError(ValueError):
    """The file holds no key for the algorithm. The text says why and holds nothing of the file."""


class Signer:
    """A client's private key and what it is for. Printed, it shows neither.

    Args:
        key: RSA of at least 2048 bits for RS256 and PS256, P-256 for ES256.
        clock: returns now, aware.
    """

    def __init__(
        self,
        key: RSAPrivateKey | EllipticCurvePrivateKey,
        *,
        client_id: str,
        algorithm: str,
        key_id: str | None,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.client_id = client_id
        self._key = key
        self._algorithm = algorithm
        self._headers = {"kid": key_id} if key_id else None
        self._clock = clock
        self.behind_s = 0
        """How far the other side's clock is behind ours, in seconds, where it is known to be."""

    def client(self, audience: str) -> str:
        """Return the client assertion for one request to `audience`: new each time, since it is refused twice."""
        return self._sign({"sub": self.client_id, "aud": audience})

    def grant(self, audience: str, *, number: str, scope: str) -> str:
        """Return the assertion that asks for a token for `number`: the grant of the JWT bearer flow."""
        return self._sign({"sub": f"tel:{number}", "aud": audience, "scope": scope})

    def learn_clock(self, date: dt.datetime) -> bool:
        """Take the other side's clock from its Date header; return whether it differs from what was assumed.

        An `iat` later than the time of receipt MUST be refused there, so a second is kept free for what the header
        rounds off. More than 15 minutes are not believed.
        """
        behind = int((self._clock() - date).total_seconds()) + 1
        if abs(behind) > 900 or abs(behind - self.behind_s) <= 1:
            return False
        self.behind_s = behind
        return True

    def _sign(self, claims: dict[str, object]) -> str:
        issued = int(self._clock().timestamp()) - self.behind_s
        unique = {"iss": self.client_id, "iat": issued, "exp": issued + LIFETIME_S, "jti": secrets.token_urlsafe(24)}
        return jwt.encode(unique | claims, self._key, algorithm=self._algorithm, headers=self._headers)


def load_key(path: Path, algorithm: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """Return the private key in a PEM file without a passphrase.

    Raises:
        KeyFileError: it cannot be read, or is not a key for `algorithm`.
    """
    try:
        with path.open("rb") as file:
            pem = file.read(MAX_KEY_FILE + 1)
        key = load_pem_private_key(pem[:MAX_KEY_FILE], password=None)
    except OSError as error:
        raise KeyFileError(error.strerror or "cannot be read") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError("no private key in PEM without a passphrase") from None
    if algorithm == "ES256":
        if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
            return key
        raise KeyFileError("ES256 needs a key on the curve P-256")
    if isinstance(key, RSAPrivateKey) and key.key_size >= 2048:
        return key
    raise KeyFileError(f"{algorithm} needs an RSA key of at least 2048 bits")
