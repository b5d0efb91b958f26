"""What happened to whom else: a case without the person in it, so that single complaints show one pattern.

A fingerprint is JSON with exactly the names below, and is made from facts of the phone and the app alone: no name, no
number, no serial, no account, no file, no sentence that a person wrote.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec

from phoneward.cases.errors import NotAFingerprintError
from phoneward.cases.facts import CaseFacts
from phoneward.incidents import Incident

FORMAT: Final = 1
MARK: Final = '"format"'
"""By which an earlier one is known, where one takes its place."""
MAX_BYTES: Final = 64 << 10
MAX_APPS: Final = 32

_Short = Annotated[str, msgspec.Meta(max_length=200)]
_Month = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2})?$")]
_Signer = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]


class AppPrint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An app in it; as `facts.App`, without what people call it."""

    package: _Short
    version_before: _Short = ""
    version_after: _Short = ""
    code_before: int | None = None
    code_after: int | None = None
    signer_before: _Signer = ""
    signer_after: _Signer = ""
    installer_before: _Short = ""
    installer_after: _Short = ""


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole document.

    Attributes:
        format: 1.
        month: of the event, `YYYY-MM`; a day could name a person. Empty where not known.
    """

    format: Annotated[int, msgspec.Meta(ge=1, le=1)] = FORMAT
    incident: Incident
    month: _Month = ""
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")] = "CN"
    maker: _Short = ""
    model: _Short = ""
    build: _Short = ""
    android: _Short = ""
    apps: Annotated[tuple[AppPrint, ...], msgspec.Meta(max_length=MAX_APPS)] = ()

    @property
    def pattern(self) -> str:
        """Sixteen hexadecimal digits that are equal where the same thing happened on the same kind of phone.

        The month, the country, the build and the version before are left out: victims differ in them.
        """
        apps = sorted((app.package, app.code_after, app.version_after, app.signer_after) for app in self.apps)
        told = [self.incident, self.maker.casefold(), self.model.casefold(), apps]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


_BUILD: Final = re.compile(r"[\w.:/ ()+-]{1,200}", re.ASCII)


def fingerprint_of(facts: CaseFacts) -> Fingerprint:
    """Return the fingerprint of a case."""
    device = facts.device
    return Fingerprint(
        incident=facts.incident,
        month=facts.happened.strftime("%Y-%m") if facts.happened else "",
        country=facts.country,
        maker=device.maker[:200],
        model=device.model[:200],
        build=device.build if _BUILD.fullmatch(device.build) else "",
        android=device.android[:200],
        apps=tuple(
            AppPrint(
                package=app.package[:200],
                version_before=app.version_before[:200],
                version_after=app.version_after[:200],
                code_before=app.code_before,
                code_after=app.code_after,
                signer_before=_hex(app.signer_before),
                signer_after=_hex(app.signer_after),
                installer_before=app.installer_before[:200],
                installer_after=app.installer_after[:200],
            )
            for app in facts.apps[:MAX_APPS]
        ),
    )


def _hex(text: str) -> str:
    lower = text.replace(":", "").lower()
    return lower if re.fullmatch(r"[0-9a-f]{64}", lower) else ""


def encode_fingerprint(fingerprint: Fingerprint) -> bytes:
    """Return it as indented JSON with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(fingerprint), indent=1) + b"\n"


def decode_fingerprint(data: bytes, *, name: str) -> Fingerprint:
    """Read a fingerprint that somebody sent.

    Args:
        data: at most `MAX_BYTES`.
        name: of the file, for the error.

    Raises:
        NotAFingerprintError: it is none, or holds more than a fingerprint may.
    """
    if len(data) > MAX_BYTES:
        raise NotAFingerprintError(path=name, reason=f"> {MAX_BYTES} B")
    try:
        return msgspec.json.decode(data, type=Fingerprint)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise NotAFingerprintError(path=name, reason=str(error)) from error


def read_fingerprint(path: Path) -> Fingerprint:
    """Read a file that somebody sent.

    Raises:
        NotAFingerprintError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotAFingerprintError(path=str(path), reason=error.strerror or str(error)) from error
    return decode_fingerprint(data, name=str(path))


@dataclass(frozen=True, slots=True)
class Pattern:
    """Complaints that tell of the same thing.

    Attributes:
        pattern: `Fingerprint.pattern`.
        example: one of them.
        count: how many complaints there are.
        months, builds, versions_before: each value with how often it comes, the most frequent first.
    """

    pattern: str
    example: Fingerprint
    count: int
    months: Mapping[str, int]
    builds: Mapping[str, int]
    versions_before: Mapping[str, int]


def patterns(fingerprints: Sequence[Fingerprint]) -> tuple[Pattern, ...]:
    """Group complaints by what happened, the most frequent first.

    A file that was given twice counts twice: nobody can tell it from a second victim.
    """
    groups: dict[str, list[Fingerprint]] = {}
    for one in fingerprints:
        groups.setdefault(one.pattern, []).append(one)
    return tuple(
        Pattern(
            name,
            its[0],
            len(its),
            _counts(one.month for one in its),
            _counts(one.build for one in its),
            _counts(app.version_before for one in its for app in one.apps),
        )
        for name, its in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _counts(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(value for value in values if value).most_common())
