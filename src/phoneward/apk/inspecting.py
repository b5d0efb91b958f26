"""What there is to say of a file that is, or says that it is, an app: an APK, a bundle or a folder of APKs."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from phoneward.apk.bundle import open_app
from phoneward.apk.container import open_container
from phoneward.apk.errors import ApkChangedError, ApkError, ApkUnreadableError, HiddenPrefixError, NoRoomError
from phoneward.apk.manifest import Manifest
from phoneward.apk.opening import MANIFEST, OpenedApk
from phoneward.apk.signing.declared import declared_sdk
from phoneward.apk.signing.facts import LineageNode, Problem, Scheme, SdkRange, Verification
from phoneward.apk.signing.problems import problem
from phoneward.apk.source import FileSource
from phoneward.errors import readable
from phoneward.texts import verbatim


@dataclass(frozen=True, slots=True)
class Versions:
    """The Android versions that are asked about, as API levels; None where the app's manifest decides."""

    low: int | None = None
    high: int | None = None

    def of(self, manifest: Manifest) -> SdkRange | None:
        """Return the range for one app; None is what its manifest declares."""
        low = declared_sdk(manifest) if self.low is None else self.low
        return None if low is None or (self.low is None and self.high is None) else SdkRange(low, self.high)


@dataclass(frozen=True, slots=True)
class InspectedApk:
    """One APK.

    Attributes:
        name: readable.
        manifest: what it says of itself.
        verification: of its signatures.
    """

    name: str
    manifest: Manifest
    verification: Verification


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file, or folder, that was looked at.

    Attributes:
        apks: the APKs in it; one where it is one itself, none where it is no app.
        is_bundle: it is not one APK, but has the APKs of an app in it.
        problems: why no phone would take it, those of each APK first.
        is_readable: it could be read; otherwise nothing can be said of it.
    """

    apks: tuple[InspectedApk, ...] = ()
    is_bundle: bool = False
    problems: tuple[Problem, ...] = ()
    is_readable: bool = True

    @property
    def is_verified(self) -> bool:
        """Whether phones of the range would believe the signatures of all of it."""
        return bool(self.apks) and not self.problems

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is no reason to refuse it."""
        return tuple(warning for apk in self.apks for warning in apk.verification.warnings)

    @property
    def schemes(self) -> tuple[Scheme, ...]:
        """Those that were verified in every APK of it."""
        return tuple(
            scheme for scheme in Scheme if self.apks and all(scheme in a.verification.schemes for a in self.apks)
        )

    @property
    def signers(self) -> tuple[str, ...]:
        """SHA-256 of each signer's certificate, in hex; none where it is not verified."""
        signing = self.apks[0].verification.signing if self.is_verified else None
        return () if signing is None else signing.sha256

    @property
    def lineage(self) -> tuple[LineageNode, ...]:
        """The proof of rotation that was verified, oldest first."""
        return self.apks[0].verification.lineage if self.is_verified else ()


def inspect(path: Path, versions: Versions) -> Inspected:
    """Look at one file: open it as a phone would, and verify every signature.

    Beside an APK, a file of its name with `.idsig` is its v4 signature, and is verified too. Nothing is raised: what
    cannot be read or is no app is told.
    """
    try:
        with ExitStack() as stack:
            return _inspected(path, versions, stack)
    except ApkError as error:
        is_readable = not isinstance(error, ApkUnreadableError | ApkChangedError | NoRoomError)
        return Inspected(problems=(_told(error),), is_readable=is_readable)


def _inspected(path: Path, versions: Versions, stack: ExitStack) -> Inspected:
    if not path.is_dir():
        source = stack.enter_context(FileSource(path))
        container = open_container(source)
        if MANIFEST in container:
            beside = path.with_name(path.name + ".idsig")
            idsig = stack.enter_context(FileSource(beside)) if beside.is_file() else None
            apk = OpenedApk(source, container, idsig)
            found = apk.verify(versions.of(apk.manifest))
            return Inspected((InspectedApk(source.name, apk.manifest, found),), problems=found.problems)
    app = stack.enter_context(open_app([path], sdk=versions.high))
    apks = tuple(InspectedApk(apk.source.name, apk.manifest, apk.verify(versions.of(apk.manifest))) for apk in app.apks)
    return Inspected(apks, is_bundle=True, problems=tuple(_bundle_problems(apks)))


def _bundle_problems(apks: tuple[InspectedApk, ...]) -> Iterator[Problem]:
    for apk in apks:
        yield from apk.verification.problems
    signings = [apk.verification.signing for apk in apks]
    if len({frozenset(signing.signers) for signing in signings if signing is not None}) > 1:
        yield problem("signers-differ")


def _told(error: ApkError) -> Problem:
    code = "janus" if isinstance(error, HiddenPrefixError) else error.code
    return Problem(code, verbatim(readable(error.sentence())))
