"""Which of the digests in a section of MANIFEST.MF or *.SF phones compare (apksig `V1SchemeVerifier`)."""

import base64
import re
from typing import Final

from phoneward.apk.signing.v1_manifest import Section

Digest = tuple[str, bytes]
"""Name in hashlib, and the value that is expected."""

_ANDROID_4_3: Final = 18
"""Before it, phones go by `Digest-Algorithms`; since then, by the strongest digest there is."""
_ANDROID_2_3: Final = 9
_KNOWN: Final = {
    "MD5": "md5",
    "SHA": "sha1",
    "SHA1": "sha1",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}
_STRONGEST_FIRST: Final = (("SHA-512", "sha512"), ("SHA-384", "sha384"), ("SHA-256", "sha256"), ("SHA1", "sha1"))
_SINCE_2_3: Final = frozenset({"sha384", "sha512"})
_BLANKS: Final = re.compile("[ \t\n\r\f]+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}")


class MalformedDigestError(Exception):
    """A digest is not in the form that Android reads. Never leaves this room: it becomes a problem."""


def digests_to_compare(section: Section, suffix: str, low: int, high: int) -> list[Digest]:
    """Return the digests that all have to be right for phones of these Android versions to take it.

    Args:
        section: with the digests.
        suffix: of the attributes' names, such as `-Digest`.
        low: the first Android version, an API level.
        high: the last one.

    Returns:
        Empty where some of them find none.

    Raises:
        MalformedDigestError: one is no base64.
    """
    found: list[Digest] = []
    if low < _ANDROID_4_3:
        first = _named_first(section, suffix, low)
        if first is None:
            return []
        found.append(first)
    if high >= _ANDROID_4_3:
        for name, algorithm in _STRONGEST_FIRST:
            text = section.get(name + suffix)
            if text is not None:
                strongest = algorithm, _decoded(text)
                if strongest not in found:
                    found.append(strongest)
                break
    return found


def _named_first(section: Section, suffix: str, low: int) -> Digest | None:
    names = section.get("Digest-Algorithms")
    for name in _BLANKS.split("SHA SHA1" if names is None else names):
        text = section.get(name + suffix) if name else None
        algorithm = _KNOWN.get(name.upper())
        if text is not None and algorithm is not None and (low >= _ANDROID_2_3 or algorithm not in _SINCE_2_3):
            return algorithm, _decoded(text)
    return None


def _decoded(text: str) -> bytes:
    """Decode as Java's `Base64.getDecoder()` does: the padding may be left out, and nothing else be there."""
    bare = text.rstrip("=")
    if not _BASE64.fullmatch(text) or len(bare) % 4 == 1 or (bare != text and len(text) % 4):
        raise MalformedDigestError
    return base64.b64decode(bare + "=" * (-len(bare) % 4))
