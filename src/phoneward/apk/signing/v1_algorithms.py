"""Which signature algorithms of JAR signatures which Android versions take, by digest and signature.

Source: apksig `OidConstants.SUPPORTED_SIG_ALG_OIDS` (AOSP, found out there by running each on each Android version).
"""

from typing import Final

_FIRST, _LAST = 0, 2**31 - 1

Ranges = tuple[tuple[int, int], ...]
"""First and last API level, both included."""

DIGESTS: Final = {
    "1.2.840.113549.2.5": "md5",
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
SIGNATURES: Final = {
    "1.2.840.113549.1.1.1": ("RSA", ""),
    "1.2.840.113549.1.1.4": ("RSA", "md5"),
    "1.2.840.113549.1.1.5": ("RSA", "sha1"),
    "1.2.840.113549.1.1.14": ("RSA", "sha224"),
    "1.2.840.113549.1.1.11": ("RSA", "sha256"),
    "1.2.840.113549.1.1.12": ("RSA", "sha384"),
    "1.2.840.113549.1.1.13": ("RSA", "sha512"),
    "1.2.840.10040.4.1": ("DSA", ""),
    "1.2.840.10040.4.3": ("DSA", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("DSA", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("DSA", "sha256"),
    "1.2.840.10045.2.1": ("EC", ""),
    "1.2.840.10045.4.1": ("EC", "sha1"),
    "1.2.840.10045.4.3.1": ("EC", "sha224"),
    "1.2.840.10045.4.3.2": ("EC", "sha256"),
    "1.2.840.10045.4.3.3": ("EC", "sha384"),
    "1.2.840.10045.4.3.4": ("EC", "sha512"),
}
"""Kind of key, and the digest where the signature's own identifier names one."""

_ALWAYS: Final[Ranges] = ((_FIRST, _LAST),)
_SINCE_18: Final[Ranges] = ((18, _LAST),)
_SINCE_21: Final[Ranges] = ((21, _LAST),)
_SINCE_22: Final[Ranges] = ((22, _LAST),)
_ONLY_21: Final[Ranges] = ((21, 21),)
_CONTRADICTING: Final[Ranges] = ((21, 23),)
"""Android 5 and 6 took signatures that name another digest than the signer does, and went by the signature's."""

_RANGES: Final[dict[tuple[str, str, str], Ranges]] = {
    ("md5", "RSA", ""): _ALWAYS,
    ("sha1", "RSA", ""): _ALWAYS,
    ("sha224", "RSA", ""): ((_FIRST, 8), (21, _LAST)),
    ("sha256", "RSA", ""): ((_FIRST, 8), (18, _LAST)),
    ("sha384", "RSA", ""): _SINCE_18,
    ("sha512", "RSA", ""): _SINCE_18,
    ("md5", "RSA", "md5"): ((_FIRST, 8), (21, _LAST)),
    ("sha1", "RSA", "sha1"): _ALWAYS,
    ("sha224", "RSA", "sha224"): ((_FIRST, 8), (21, _LAST)),
    ("sha256", "RSA", "sha256"): ((_FIRST, 8), (18, _LAST)),
    ("sha384", "RSA", "sha384"): _SINCE_21,
    ("sha512", "RSA", "sha512"): _SINCE_21,
    ("sha224", "RSA", "sha256"): _ONLY_21,
    ("sha256", "RSA", "sha1"): _ONLY_21,
    ("sha512", "RSA", "sha384"): _ONLY_21,
    ("sha1", "DSA", ""): _ALWAYS,
    ("sha224", "DSA", ""): _SINCE_22,
    ("sha256", "DSA", ""): _SINCE_22,
    ("sha1", "DSA", "sha1"): ((9, _LAST),),
    ("sha224", "DSA", "sha224"): _SINCE_21,
    ("sha256", "DSA", "sha256"): _SINCE_21,
    ("sha1", "EC", ""): _SINCE_18,
    ("sha224", "EC", ""): _SINCE_21,
    ("sha256", "EC", ""): _SINCE_18,
    ("sha384", "EC", ""): _SINCE_18,
    ("sha512", "EC", ""): _SINCE_18,
    ("sha1", "EC", "sha1"): _SINCE_18,
    ("sha224", "EC", "sha224"): _SINCE_21,
    ("sha256", "EC", "sha256"): _SINCE_21,
    ("sha384", "EC", "sha384"): _SINCE_21,
    ("sha512", "EC", "sha512"): _SINCE_21,
}


def is_supported(digest_oid: str, signature_oid: str, low: int, high: int) -> bool:
    """Tell whether all Android versions of a range, API levels, both included, take this pair of algorithms."""
    digest, signature = DIGESTS.get(digest_oid), SIGNATURES.get(signature_oid)
    if digest is None or signature is None:
        return False
    otherwise = _CONTRADICTING if signature[1] not in {"", digest} else ()
    # No two ranges of one pair meet, so a range that is wholly taken lies within one of them.
    return any(first <= low and high <= last for first, last in _RANGES.get((digest, *signature), otherwise))
