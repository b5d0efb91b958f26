"""What was read of one file, so that it need not be read again: facts of its manifest, and whom phones believe.

One JSON line a file. The same lines are a run's journal (it goes on where it stopped) and a store's signer history.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from phoneward.apk import (
    Apk,
    AppSet,
    BytesSource,
    Capability,
    LineageNode,
    Manifest,
    Problem,
    Scheme,
    SdkRange,
    Signing,
    Source,
    Verification,
)
from phoneward.errors import PhonewardError
from phoneward.texts import N_, Words
from phoneward.updates.pushing.field import FIELD, asked_of

FORMAT: Final = 1
MAX_LINE: Final = 4 << 20
"""Bytes of a line that are read; a hundred splits with ten signers each take less."""

MAX_NESTED: Final = 8
"""Levels of sentences in sentences that are shown; there are two."""
TOO_MUCH: Final = N_("It says far more of itself than any app, so it was not looked at.")


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A sentence, stored so that it is shown in the language of whoever reads it."""

    message: str
    plural: str = ""
    count: int = 1
    details: "dict[str, str | Said]" = {}

    @classmethod
    def of(cls, words: Words) -> "Said":
        """Return a sentence; sentences among its details stay such, other details become text."""
        details = {name: cls.of(one) if isinstance(one, Words) else str(one) for name, one in words.details.items()}
        return cls(words.message, words.plural, words.count, details)

    @property
    def words(self) -> Words:
        """The sentence."""
        return _words(self, MAX_NESTED)


def _words(said: Said, levels: int) -> Words:
    details = {
        name: one if isinstance(one, str) else _words(one, levels - 1) if levels else one.message
        for name, one in said.details.items()
    }
    return Words(said.message, said.plural, said.count, details)


class SavedProblem(msgspec.Struct, frozen=True):
    """A `Problem`."""

    code: str
    text: Said
    scheme: Scheme | None = None


class SavedNode(msgspec.Struct, frozen=True):
    """A `LineageNode`."""

    certificate: bytes
    capabilities: int


class SavedSigning(msgspec.Struct, frozen=True, omit_defaults=True):
    """A `Signing`."""

    signers: tuple[bytes, ...]
    past: tuple[SavedNode, ...] = ()
    scheme: Scheme = Scheme.V1

    @classmethod
    def of(cls, signing: Signing) -> "SavedSigning":
        """Return it as it is stored."""
        return cls(signing.signers, _nodes(signing.past), signing.scheme)

    @property
    def signing(self) -> Signing:
        """As the rest of the program knows it."""
        return Signing(self.signers, _lineage(self.past), self.scheme)


def _nodes(lineage: tuple[LineageNode, ...]) -> tuple[SavedNode, ...]:
    return tuple(SavedNode(node.certificate, int(node.capabilities)) for node in lineage)


def _lineage(nodes: tuple[SavedNode, ...]) -> tuple[LineageNode, ...]:
    return tuple(LineageNode(node.certificate, Capability(node.capabilities)) for node in nodes)


class SavedVerification(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the phones from `low` to `high` (None: and every later one) make of an APK's signatures."""

    low: int
    high: int | None
    is_verified: bool
    schemes: tuple[Scheme, ...] = ()
    signing: SavedSigning | None = None
    lineage: tuple[SavedNode, ...] = ()
    problems: tuple[SavedProblem, ...] = ()


class SavedApk(msgspec.Struct, frozen=True):
    """One APK of the file."""

    name: str
    manifest: Manifest
    abis: frozenset[str]
    has_compressed_libraries: bool
    resources_unusable: bool
    verified: tuple[SavedVerification, ...]


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was read of a file.

    Attributes:
        path: as it was found.
        raw_path: the path where that is no text (on Linux a name may be any bytes); only in the file, empty otherwise.
        size, mtime_ns, ctime_ns: bytes and times then: what tells whether it is still the same file. The last one
            nobody can set (on Windows it is another time, and only the first two tell).
        apks: the base first; empty where it is no app.
        failure: why it is no app, or could not be read; None where it is one.
        code: of the failure.
    """

    format: Annotated[int, msgspec.Meta(ge=FORMAT, le=FORMAT)]
    path: str
    size: int
    mtime_ns: int
    apks: tuple[SavedApk, ...] = ()
    failure: Said | None = None
    code: str = ""
    raw_path: bytes = b""
    ctime_ns: int = -1

    @property
    def base(self) -> Manifest | None:
        """The manifest that stands for the app; None where it is no app."""
        return self.apks[0].manifest if self.apks else None

    def is_of(self, told: os.stat_result) -> bool:
        """Tell whether a file that is like this now is the one that was read."""
        return (self.size, self.mtime_ns, self.ctime_ns) == (told.st_size, told.st_mtime_ns, told.st_ctime_ns)

    def app(self) -> AppSet:
        """Return the app as it was read; nothing is read again."""
        apks = tuple(RecordedApk(apk) for apk in self.apks)
        base = next((apk for apk in apks if not apk.manifest.split), None)
        splits = tuple(apk for apk in apks if apk is not base)
        return AppSet(apks[0].manifest.package, base, splits, Path(self.path).name)


@dataclass(frozen=True, slots=True)
class RecordedApk:
    """An APK as it was read (an `Apk`): what was not asked for then is not known now."""

    saved: SavedApk

    @property
    def source(self) -> Source:
        """Nothing but its name."""
        return BytesSource(b"", self.saved.name)

    @property
    def manifest(self) -> Manifest:
        """See `Apk`."""
        return self.saved.manifest

    @property
    def abis(self) -> frozenset[str]:
        """See `Apk`."""
        return self.saved.abis

    @property
    def has_compressed_libraries(self) -> bool:
        """See `Apk`."""
        return self.saved.has_compressed_libraries

    @property
    def resources_unusable(self) -> bool:
        """See `Apk`."""
        return self.saved.resources_unusable

    def verify(self, sdk: SdkRange | None = None) -> Verification:
        """Return what was found then, for one Android version.

        Raises:
            ValueError: it was not asked for then.
        """
        for saved in self.saved.verified:
            if sdk is not None and saved.low <= sdk.low and (saved.high is None or (sdk.high or sdk.low) <= saved.high):
                problems = tuple(Problem(one.code, one.text.words, one.scheme) for one in saved.problems)
                signing = saved.signing.signing if saved.signing else None
                return Verification(saved.is_verified, sdk, saved.schemes, signing, _lineage(saved.lineage), problems)
        raise ValueError(f"not verified for {sdk}")


def read_record(path: str) -> Record:
    """Read a file and verify it for every Android version of `FIELD`. Never fails: what is wrong is in the record.

    Args:
        path: a file of this computer.
    """
    from phoneward.apk import open_app

    size, mtime_ns, ctime_ns = -1, -1, -1
    try:
        told = os.stat(path)
        size, mtime_ns, ctime_ns = told.st_size, told.st_mtime_ns, told.st_ctime_ns
        with open_app([Path(path)]) as app:
            apks = tuple(_saved(apk) for apk in app.apks)
    except PhonewardError as error:
        return Record(FORMAT, path, size, mtime_ns, (), _failure(error), error.code, ctime_ns=ctime_ns)
    except OSError as error:
        said = Said("{text}", details={"text": str(error.strerror)})
        return Record(FORMAT, path, size, mtime_ns, (), said, "unreadable", ctime_ns=ctime_ns)
    return Record(FORMAT, path, size, mtime_ns, apks, ctime_ns=ctime_ns)


def _failure(error: PhonewardError) -> Said:
    details = {name: one if isinstance(one, Words) else str(one) for name, one in error.details.items()}
    return Said.of(Words(error.message, details=details))


def _saved(apk: Apk) -> SavedApk:
    manifest = apk.manifest
    asked = sorted({*FIELD, *asked_of(manifest.min_sdk or 1)})
    found: list[SavedVerification] = []
    for place, sdk in enumerate(asked):
        high = asked[place + 1] - 1 if place + 1 < len(asked) else None
        one = _verified(apk.verify(SdkRange(sdk, sdk)), sdk, high)
        if found and msgspec.structs.replace(one, low=found[-1].low) == msgspec.structs.replace(found[-1], high=high):
            found[-1] = msgspec.structs.replace(found[-1], high=high)
        else:
            found.append(one)
    return SavedApk(
        apk.source.name, manifest, apk.abis, apk.has_compressed_libraries, apk.resources_unusable, tuple(found)
    )


def _verified(found: Verification, low: int, high: int | None) -> SavedVerification:
    problems = tuple(SavedProblem(one.code, Said.of(one.text), one.scheme) for one in found.problems)
    signing = SavedSigning.of(found.signing) if found.signing else None
    return SavedVerification(low, high, found.is_verified, found.schemes, signing, _nodes(found.lineage), problems)


def encode_record(record: Record) -> bytes:
    """Return one line, its end included; of a file that says more of itself than a line may hold only that it does."""
    stored = record
    try:
        record.path.encode()
    except UnicodeEncodeError:
        stored = msgspec.structs.replace(record, path="", raw_path=os.fsencode(record.path))
    line = msgspec.json.encode(stored) + b"\n"
    if len(line) <= MAX_LINE:
        return line
    too_much = msgspec.structs.replace(stored, apks=(), failure=Said(TOO_MUCH), code="too-much")
    return msgspec.json.encode(too_much) + b"\n"


def decode_record(line: bytes) -> Record | None:
    """Return what a line holds; None for one that is torn or of another form: the file is read again then."""
    try:
        record = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return (
        msgspec.structs.replace(record, path=os.fsdecode(record.raw_path), raw_path=b"") if record.raw_path else record
    )


_decoder: Final = msgspec.json.Decoder(Record)
