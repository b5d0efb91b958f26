"""What a person may ask of prune; restic's options with restic's meaning (restic cmd/restic/cmd_prune.go)."""

import re
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.vault.errors import PruneOptionError
from phoneward.vault.packs import TARGET_SIZE

_SIZE: Final = re.compile(r"(\d{1,15})([KMGT]?)(?:i?B)?", re.IGNORECASE | re.ASCII)
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)%", re.ASCII)
_UNITS: Final = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class MaxUnused:
    """How much unused data may stay: a share of all, a number of bytes, or (neither) any amount."""

    percent: float | None = None
    size: int | None = None

    def allowed(self, used: int) -> int | None:
        """Return the bytes that may stay unused beside so many used ones, None where any may."""
        if self.percent is not None:
            return int(self.percent / (100 - self.percent) * used)
        return self.size


UNLIMITED: Final = MaxUnused()


@dataclass(frozen=True, slots=True)
class PruneOptions:
    """How thorough prune is.

    Attributes:
        max_unused: packs are not packed anew for less than this.
        max_repack_bytes: at most so many bytes of packs are packed anew; None for as many as it takes.
        repack_small: pack small packs together, too: those below 80% of `pack_size`.
        repack_uncompressed: pack anew what is not compressed. No meaning in a repository of version 1.
        pack_size: of new packs, bytes.
    """

    max_unused: MaxUnused = MaxUnused(percent=5.0)
    max_repack_bytes: int | None = None
    repack_small: bool = False
    repack_uncompressed: bool = False
    pack_size: int = TARGET_SIZE


def parse_max_unused(text: str) -> MaxUnused:
    """Return what `5%`, `500M` or `unlimited` means.

    Raises:
        PruneOptionError: none of these, or not below 100%.
    """
    wanted = text.strip()
    if wanted.lower() == "unlimited":
        return UNLIMITED
    if match := _PERCENT.fullmatch(wanted):
        percent = float(match[1])
        if percent < 100:
            return MaxUnused(percent=percent)
    elif (size := _parse_size(wanted)) is not None:
        return MaxUnused(size=size)
    raise PruneOptionError(value=readable(text), option="--max-unused")


def parse_repack_size(text: str) -> int:
    """Return the bytes that a size such as `500M` means (powers of 1,024, as restic).

    Raises:
        PruneOptionError: it is no size.
    """
    size = _parse_size(text.strip())
    if size is None:
        raise PruneOptionError(value=readable(text), option="--max-repack-size")
    return size


def _parse_size(text: str) -> int | None:
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _UNITS[match[2].upper()] if match else None
