"""One APK, and an app as a set of APKs, as the rest of the program sees them."""

from dataclasses import dataclass
from typing import Protocol

from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.facts import SdkRange, Verification
from phoneward.apk.source import Source


class Apk(Protocol):
    """One opened APK. What it says is read once; its signatures are verified when that is asked for."""

    @property
    def source(self) -> Source:
        """Its bytes."""

    @property
    def manifest(self) -> Manifest:
        """What its manifest says."""

    @property
    def abis(self) -> frozenset[str]:
        """Kinds of processor that it has native libraries for (`lib/<abi>/*.so`); empty where it has none."""

    @property
    def has_compressed_libraries(self) -> bool:
        """Whether a native library is stored compressed or not aligned: then it cannot be run from the APK."""

    @property
    def resources_unusable(self) -> bool:
        """Whether resources.arsc is compressed or not on a 4-byte boundary: Android 11 refuses that (target 30)."""

    def verify(self, sdk: SdkRange | None = None) -> Verification:
        """Verify its signatures, every byte of it.

        Args:
            sdk: for the phones of these Android versions; None for those that its manifest declares, as apksigner.

        Raises:
            ApkUnreadableError, ApkChangedError: it cannot be read. Whatever is wrong with what it says is a problem in
                the result.
        """


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of a bundle that is no APK of the set: an `.obb`, an icon, a description."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class AppSet:
    """What would be installed together: one base, and its splits.

    Attributes:
        package: of all of them.
        base: None where there are only splits.
        splits: in the order of the file.
        name: what to call it before a person: the file's name, readable.
        left_out: what else a bundle holds.
    """

    package: str
    base: Apk | None
    splits: tuple[Apk, ...] = ()
    name: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def apks(self) -> tuple[Apk, ...]:
        """All of them, the base first."""
        return (self.base, *self.splits) if self.base else self.splits
