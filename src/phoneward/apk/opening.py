"""One APK, opened: its container and manifest are read at once, the rest when it is asked for."""

import re
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from phoneward.apk.container import STORED, Container, Entry, open_container
from phoneward.apk.errors import ContainerError, ManifestError
from phoneward.apk.manifest import Manifest, parse_manifest
from phoneward.apk.manifest.resources import Resources
from phoneward.apk.signing.facts import SdkRange, Signing, Verification
from phoneward.apk.source import FileSource, Source
from phoneward.texts import current_language, words

if TYPE_CHECKING:
    from phoneward.apk.signing.remembered import Remembered

MANIFEST: Final = b"AndroidManifest.xml"
RESOURCES: Final = b"resources.arsc"

MAX_MANIFEST: Final = 8 << 20
"""Bytes of a manifest that are read; those of the largest apps have about 1 MB."""

MAX_RESOURCES: Final = 32 << 20
"""Bytes of resources.arsc that are read for the app's name in words."""

_LIBRARY: Final = re.compile(rb"lib/(.+)/lib[A-Za-z0-9+,\-.=_@]*\.so", re.DOTALL)
"""AOSP `com_android_internal_content_NativeLibraryHelper.cpp`: what is between `lib/` and the last `/` is the kind of
processor; a library's name begins with `lib`, ends in `.so` and holds no other characters."""
_PAGE: Final = 4096
_ARSC_BOUNDARY: Final = 4


class OpenedApk:
    """An APK, as `phoneward.apk.Apk` describes it. Close it, or use it as a context manager.

    Args:
        source: its bytes.
        container: its ZIP container, where that is opened already.
        idsig: the file with its v4 signature, where there is one.

    Attributes:
        source, container, idsig: the same.
        manifest: what its manifest says.
        resources_read: bytes of resources.arsc that were read for it.

    Raises:
        ApkError: it is not one that Android would open.
    """

    def __init__(self, source: Source, container: Container | None = None, idsig: Source | None = None) -> None:
        self.source = source
        self.idsig = idsig
        self.resources_read = 0
        self.container = container or open_container(source)
        entry = self.container.find(MANIFEST)
        if entry is None:
            raise ManifestError(file=source.name, problem=words("it does not say what it is"))
        data = self.container.read(entry, MAX_MANIFEST, as_asset=True)
        self.manifest: Manifest = parse_manifest(data, source.name, Resources(self._resources, current_language()))

    def _resources(self) -> bytes | None:
        entry = self.container.find(RESOURCES)
        if entry is None or entry.size > MAX_RESOURCES:
            return None
        self.resources_read = entry.size
        try:
            return self.container.read(entry, MAX_RESOURCES, as_asset=True)
        except ContainerError:
            return None

    @cached_property
    def _libraries(self) -> tuple[tuple[str, bytes], ...]:
        found = ((_LIBRARY.fullmatch(name), name) for name in self.container if name.startswith(b"lib/"))
        return tuple((match[1].decode("utf-8", "replace"), name) for match, name in found if match)

    @property
    def abis(self) -> frozenset[str]:
        """Kinds of processor that it has native libraries for; empty where it has none."""
        return frozenset(abi for abi, _name in self._libraries)

    @cached_property
    def compressed_abis(self) -> frozenset[str]:
        """Those of `abis` with a library that cannot be run from the APK: compressed, or not on a page boundary."""
        return frozenset(abi for abi, name in self._libraries if not self._is_in_place(name, _PAGE))

    @property
    def has_compressed_libraries(self) -> bool:
        """Whether a native library is stored compressed or not aligned: then it cannot be run from the APK."""
        return bool(self.compressed_abis)

    @cached_property
    def resources_unusable(self) -> bool:
        """Whether resources.arsc is compressed or not on a 4-byte boundary: Android 11 refuses that (target 30)."""
        return RESOURCES in self.container and not self._is_in_place(RESOURCES, _ARSC_BOUNDARY)

    def _is_in_place(self, name: bytes, boundary: int) -> bool:
        entry = self.container.find(name)
        if entry is None:
            return True
        return _is_stored(entry) and self.container.data_offset(entry) % boundary == 0

    def verify(self, sdk: SdkRange | None = None) -> Verification:
        """Verify its signatures, every byte of it; see `phoneward.apk.signing`."""
        from phoneward.apk.signing.verify import verify  # brings what computes signatures: not for who only looks

        return verify(self.source, self.container, self.manifest, sdk, self.idsig, remembered=self._remembered)

    @cached_property
    def _remembered(self) -> "Remembered":
        from phoneward.apk.signing.remembered import Remembered

        return Remembered()

    def signing(self, sdk: SdkRange | None = None) -> Signing | None:
        """Return whom it names as its signer, where that is verified; the content is not read (see `verify`)."""
        from phoneward.apk.signing.verify import verify

        return verify(self.source, self.container, self.manifest, sdk, self.idsig, with_content=False).signing

    def close(self) -> None:
        """Close its files."""
        for source in (self.source, self.idsig):
            if isinstance(source, FileSource):
                source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _is_stored(entry: Entry) -> bool:
    return entry.method == STORED


def idsig_beside(path: Path) -> Path | None:
    """Return the file with an APK's v4 signature where it lies beside it (`app.apk.idsig`); adb sends both."""
    beside = path.with_name(path.name + ".idsig")
    return beside if beside.is_file() else None


def open_apk(origin: Path | Source) -> OpenedApk:
    """Open an APK and read what it says of itself; see `OpenedApk`.

    Args:
        origin: a file of this computer, with its `.idsig` where that lies beside it; or any other source of bytes.

    Raises:
        ApkUnreadableError, ApkChangedError: it cannot be read.
        ApkError: Android would not open it.
    """
    if not isinstance(origin, Path):
        return OpenedApk(origin)
    beside = idsig_beside(origin)
    with ExitStack() as opened:
        source = opened.enter_context(FileSource(origin))
        result = OpenedApk(source, idsig=opened.enter_context(FileSource(beside)) if beside else None)
        opened.pop_all()  # they are the APK's to close now
        return result
