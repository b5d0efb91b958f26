"""Which Android versions an app says it is for, as apksigner reads that."""

from typing import Final

from phoneward.apk.manifest.facts import Manifest

_CODENAMES: Final = dict(zip("CDEFGHIJKLMNO", (2, 3, 4, 7, 8, 10, 13, 15, 18, 20, 22, 23, 25), strict=True))
"""The version before the one that a codename of this letter was for; letters after the last count on, as apksig
`ApkUtils.getMinSdkVersionForCodename` does."""


def declared_sdk(manifest: Manifest) -> int | None:
    """Return the first Android version that an app says it is for; None where it gives a name that cannot be placed."""
    if manifest.min_sdk is not None:
        return manifest.min_sdk
    letter = manifest.min_codename[:1]
    if not ("A" <= letter <= "Z"):
        return None
    last = max(_CODENAMES)
    return _CODENAMES.get(letter, 1) if letter <= last else _CODENAMES[last] + ord(letter) - ord(last)
