"""Keys, and what is signed with them. PyJWT does the cryptography; all claims are checked by their readers.

Source: RFC 7515, 7517, 7519; which algorithms a key may be used with is decided by the key alone, never by the message
(RFC 8725, 3.1: else a public key could be taken for a shared secret).
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from phoneward.errors import readable
from phoneward.numbers.simulator.errors import ClientKeyError, SimulatorPartMissingError
from phoneward.texts import _

MAX_JWT: Final = 8192
ALGORITHMS: Final = ("ES256", "ES384", "PS256", "RS256", "EdDSA")
_MIN_RSA_BITS: Final = 2048
_MAX_KEY_FILE: Final = 64 << 10

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class BadTokenError(Exception):
    """A JWT that was not signed by this key, or is none. The text says why, for people who integrate."""


def require_parts() -> None:
    """Find out that PyJWT is there.

    Raises:
        SimulatorPartMissingError: it is not.
    """
    try:
        import jwt  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise SimulatorPartMissingError from error


def new_key() -> ec.EllipticCurvePrivateKey:
    """Return a new private key for ES256."""
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public half as PEM."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the private key as PEM (PKCS #8, without a password)."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def load_public(pem: bytes, name: str) -> PublicKey:
    """Return the key of a PEM text: a public key, or the public half of a private one.

    Args:
        pem: the text.
        name: what it is called in an error.

    Raises:
        ClientKeyError: it is none that may be used.
    """
    try:
        if b"PRIVATE KEY" in pem:
            key: object = serialization.load_pem_private_key(pem, None).public_key()
        else:
            key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ClientKeyError(file=name, problem=readable(str(error).partition("\n")[0][:200])) from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA_BITS:
        raise ClientKeyError(file=name, problem=_("an RSA key needs at least {count} bits").format(count=_MIN_RSA_BITS))
    if not isinstance(key, PublicKey) or not _algorithms(key):
        raise ClientKeyError(file=name, problem=_("this kind of key is not used here"))
    return key


def read_key_file(path: Path) -> PublicKey:
    """Return the key in a file.

    Raises:
        ClientKeyError: it cannot be read, or holds none that may be used.
    """
    name = readable(str(path))
    try:
        with path.open("rb") as file:
            return load_public(file.read(_MAX_KEY_FILE), name)
    except OSError as error:
        raise ClientKeyError(file=name, problem=readable(error.strerror or str(error))) from error


def write_new_key(path: Path) -> PublicKey:
    """Make a private key in a new file that only its owner may read, and return its public half.

    Raises:
        ClientKeyError: it cannot be written.
    """
    key = new_key()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private_pem(key))
    except OSError as error:
        raise ClientKeyError(file=readable(str(path)), problem=readable(error.strerror or str(error))) from error
    return key.public_key()


def read_signed(token: str, key: PublicKey) -> dict[str, Any]:
    """Return the claims of a JWT that was signed with the other half of this key; none of them is checked.

    Raises:
        BadTokenError: it was not, is none, or is too long.
    """
    import jwt

    if len(token) > MAX_JWT:
        raise BadTokenError(f"the JWT has more than {MAX_JWT} characters")
    unchecked: Any = {"verify_signature": True} | {
        f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    }
    try:
        if "crit" in jwt.get_unverified_header(token):
            raise BadTokenError("the header holds crit, which is not known here")
        return jwt.decode(token, key, algorithms=_algorithms(key), options=unchecked)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadTokenError(f"the JWT cannot be believed ({type(error).__name__})") from error


def read_unsigned(token: str) -> dict[str, Any]:
    """Return the claims of a JWT without looking at its signature: only to find out whose key to try.

    Raises:
        BadTokenError: it is none, or is too long.
    """
    import jwt

    if len(token) > MAX_JWT:
        raise BadTokenError(f"the JWT has more than {MAX_JWT} characters")
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadTokenError(f"this is not a JWT ({type(error).__name__})") from error


def sign(claims: Mapping[str, object], key: ec.EllipticCurvePrivateKey, key_id: str) -> str:
    """Return a JWT, signed with ES256."""
    import jwt

    return jwt.encode(dict(claims), key, algorithm="ES256", headers={"kid": key_id})


def as_jwk(key: ec.EllipticCurvePrivateKey, key_id: str) -> dict[str, str]:
    """Return the public half as a JSON Web Key."""
    numbers = key.public_key().public_numbers()
    coordinates = {name: _base64url(value.to_bytes(32, "big")) for name, value in (("x", numbers.x), ("y", numbers.y))}
    return {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": key_id, **coordinates}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _algorithms(key: PublicKey) -> list[str]:
    if isinstance(key, rsa.RSAPublicKey):
        return ["PS256", "RS256"]
    if isinstance(key, ed25519.Ed25519PublicKey):
        return ["EdDSA"]
    return {"secp256r1": ["ES256"], "secp384r1": ["ES384"]}.get(key.curve.name, [])
