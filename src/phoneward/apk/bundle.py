"""Several APKs that are one app: a bundle file, a folder, or files named together.

What stores and tools hand out: `.apks` of bundletool (`splits/`, `standalones/`, `universal.apk`; build-apks in its
manual), `.xapk` of APKPure (`manifest.json`, APKs, `Android/obb`), `.apkm` of APKMirror (`info.json`, `base.apk`,
`split_config.*.apk`), and plain ZIP files. All of them are ZIP files with APKs in them; descriptions beside those are
not believed: each APK says itself what it is.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.apk.app import AppSet, LeftOut
from phoneward.apk.container import Container, Entry, open_container
from phoneward.apk.errors import ApkUnreadableError, BundleError
from phoneward.apk.members import Members
from phoneward.apk.opening import MANIFEST, MAX_RESOURCES, OpenedApk, idsig_beside
from phoneward.apk.source import FileSource, Source
from phoneward.errors import readable
from phoneward.texts import Words, words

MAX_APKS: Final = 500
"""Of one app; real bundles have at most some hundred, and each is an open file."""
MAX_READ: Final = 24 << 20
"""Bytes of manifests and lists of contents of one app; of the largest they have some megabytes."""

_SPLITS_SINCE: Final = 21
"""Android 5 was the first that installs an app in parts; bundletool's `standalones/` are for earlier ones."""


@contextmanager
def open_app(origins: Sequence[Path | Source], *, sdk: int | None = None, abis: Sequence[str] = ()) -> Iterator[AppSet]:
    """Open the files of one app; what was opened or unpacked is closed and removed afterwards.

    Args:
        origins: an APK, a bundle or a folder of APKs; or several of them that belong together.
        sdk: the API level of the phone that it is for: which of a bundle's variants.
        abis: kinds of processor that the phone runs, the best first: which of a bundle's whole apps.

    Returns:
        the app. Of several variants in a bundle the one for the phone, or for the newest Android where that is not
        known; the others are in `left_out`.

    Raises:
        BundleError: they are no app, or more than one app or version.
        ApkError: one of them cannot be read, or Android would not open it.
    """
    with ExitStack() as stack:
        gathering = _Gathering(stack, sdk, tuple(abis), Members(stack))
        for origin in origins:
            gathering.take(origin)
        yield gathering.finish()


@dataclass(slots=True)
class _Gathering:
    """APKs as they are found, and what lies beside them."""

    stack: ExitStack
    sdk: int | None
    abis: tuple[str, ...]
    members: Members
    name: str = ""
    apks: list[OpenedApk] = field(default_factory=list)
    read: int = 0
    resources_read: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    def take(self, origin: Path | Source) -> None:
        """Open one file, bundle or folder."""
        if isinstance(origin, Path) and origin.is_dir():
            self.name = self.name or readable(origin.name or str(origin))
            self._take_folder(origin)
            return
        source = self.stack.enter_context(FileSource(origin)) if isinstance(origin, Path) else origin
        self.name = self.name or source.name
        container = open_container(source)
        if MANIFEST in container:
            self._add(self._open(source, container, idsig_beside(origin) if isinstance(origin, Path) else None))
        else:
            self._take_bundle(container)

    def _take_folder(self, folder: Path) -> None:
        try:
            paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".apk")
        except OSError as error:
            raise ApkUnreadableError.because(self.name, error) from error
        for path in paths:
            self._add(self._open(self.stack.enter_context(FileSource(path)), idsig=idsig_beside(path)))

    def _take_bundle(self, container: Container) -> None:
        entries = [entry for entry in container.entries() if not entry.name.endswith(b"/")]
        found = [entry for entry in entries if entry.name.lower().endswith(b".apk")]
        if len(found) > MAX_APKS:
            raise self._error(words("it holds more parts than any app"))
        chosen = _of_bundletool(found, self.sdk)
        apks = [self._open(self.members.source(container, entry)) for entry in chosen]
        kept = _one_variant(list(zip(chosen, apks, strict=True)), self.sdk, self.abis)
        for apk in kept.values():
            self._add(apk)
        self.left_out += [LeftOut(readable(entry.name), entry.size) for entry in entries if entry.name not in kept]

    def _open(self, source: Source, container: Container | None = None, idsig: Path | None = None) -> OpenedApk:
        apk = OpenedApk(source, container, self.stack.enter_context(FileSource(idsig)) if idsig else None)
        manifest = apk.container.find(MANIFEST)
        self.read += apk.container.central_directory_size + (manifest.size if manifest else 0)
        self.resources_read += apk.resources_read
        if self.read > MAX_READ or self.resources_read > 2 * MAX_RESOURCES:
            raise self._error(words("its parts say more of themselves than those of any app"))
        return apk

    def _add(self, apk: OpenedApk) -> None:
        if len(self.apks) >= MAX_APKS:
            raise self._error(words("it holds more parts than any app"))
        self.apks.append(apk)

    def finish(self) -> AppSet:
        """Return the app, once its parts agree."""
        if not self.apks:
            raise self._error(words("there is no app in it"))
        first = self.apks[0].manifest
        by_split: dict[str, OpenedApk] = {}
        for apk in self.apks:
            manifest = apk.manifest
            if manifest.package != first.package:
                both = {"one": first.package, "other": manifest.package}
                raise self._error(words("it holds parts of {one} and of {other}", **both))
            if manifest.version_code != first.version_code:
                versions = {"one": first.version_code, "other": manifest.version_code}
                raise self._error(words("it holds parts of version {one} and of version {other}", **versions))
            if by_split.setdefault(manifest.split, apk) is not apk:
                raise self._error(words("it holds the same part of the app twice"))
        base = by_split.pop("", None)
        return AppSet(first.package, base, tuple(by_split.values()), self.name, tuple(self.left_out))

    def _error(self, problem: Words) -> BundleError:
        return BundleError(file=self.name, problem=problem)


def _of_bundletool(entries: Sequence[Entry], sdk: int | None) -> list[Entry]:
    """Leave out of bundletool's `.apks` what is for other phones: whole apps beside split ones, archived ones."""
    folders = {entry.name.split(b"/")[0] for entry in entries if b"/" in entry.name}
    if not folders & {b"splits", b"standalones"}:
        return list(entries)
    wanted = b"splits/" if sdk is None or sdk >= _SPLITS_SINCE else b"standalones/"
    return [entry for entry in entries if entry.name.startswith(wanted)] or list(entries)


def _one_variant(
    found: Sequence[tuple[Entry, OpenedApk]], sdk: int | None, abis: Sequence[str]
) -> dict[bytes, OpenedApk]:
    """Return of each part of the app the one for this phone.

    bundletool makes a part several times: for some Android versions and up, or (standalones) for each kind of
    processor. Of each the one with the highest minimum that the phone reaches is what bundletool would install.
    """
    by_split: dict[str, list[tuple[Entry, OpenedApk]]] = {}
    for entry, apk in found:
        by_split.setdefault(apk.manifest.split, []).append((entry, apk))
    is_bundletool = any(entry.name.startswith((b"splits/", b"standalones/")) for entry, _apk in found)
    if not is_bundletool:
        return {entry.name: apk for entry, apk in found}
    kept = [max(same, key=lambda one: _fitness(one[1], sdk, abis)) for same in by_split.values()]
    return {entry.name: apk for entry, apk in kept}


def _fitness(apk: OpenedApk, sdk: int | None, abis: Iterable[str]) -> tuple[bool, int, int]:
    least = apk.manifest.min_sdk or 0
    reaches = sdk is None or least <= sdk
    places = [-place for place, abi in enumerate(abis) if abi in apk.abis]
    return reaches, max(places, default=-(1 << 16)), least
