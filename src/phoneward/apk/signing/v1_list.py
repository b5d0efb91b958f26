"""META-INF/MANIFEST.MF, the list of what was signed, and META-INF/*.SF, which vouches for it section by section.

AOSP `StrictJarVerifier.verifyCertificate`, as apksig `V1SchemeVerifier` mirrors it for a range of Android versions.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from phoneward.apk.signing.v1_digests import Digest, MalformedDigestError, digests_to_compare
from phoneward.apk.signing.v1_manifest import ManifestTooLongError, Section, sections

_ANDROID_7: Final = 24
_PROTECTION: Final = "X-Android-APK-Signed"
_NUMBER: Final = re.compile(r"[+-]?\d+")


class ListError(Exception):
    """The list, or what vouches for it, is wrong; `code` is one of `problems`. Never leaves this room."""

    def __init__(self, code: str, entry: bytes | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Listed:
    """What the list says of one entry.

    Attributes:
        start, end: where its section lies.
        digests: that all have to be right; None where one of them is not in form.
    """

    start: int
    end: int
    digests: tuple[Digest, ...] | None


class SignedList:
    """MANIFEST.MF, read for a range of Android versions.

    Args:
        data: its content.
        low, high: API levels, both included.
        is_entry: whether the APK has an entry of this name.

    Raises:
        ListError: a section is about nothing, about something that is not there, or about what another one is about.
    """

    def __init__(self, data: bytes, low: int, high: int, is_entry: Callable[[bytes], bool]) -> None:
        self.data = data
        self.low = low
        self.high = high
        self.entries: dict[bytes, Listed] = {}
        try:
            found = sections(data)
            self._main = next(found, None)
            for section in found:
                if section.name is None:
                    raise ListError("list-malformed")
                if section.name in self.entries:
                    raise ListError("list-repeats", section.name)
                if not is_entry(section.name):
                    raise ListError("entry-missing", section.name)
                self.entries[section.name] = Listed(section.start, section.end, self._digests(section))
        except ManifestTooLongError as error:
            raise ListError("list-malformed") from error

    def _digests(self, section: Section) -> tuple[Digest, ...] | None:
        try:
            return tuple(digests_to_compare(section, "-Digest", self.low, self.high))
        except MalformedDigestError:
            return None

    def main_is(self, expected: Iterable[Digest]) -> bool:
        """Return whether all these digests are those of the main section; no digests are right."""
        start, end = (self._main.start, self._main.end) if self._main else (0, 0)
        return self._is(start, end, expected)

    def entry_is(self, listed: Listed, expected: Iterable[Digest], *, is_by_signtool: bool) -> bool:
        """Return whether all these digests are those of an entry's section."""
        end = listed.end
        # That old tool left the empty line out.
        if is_by_signtool and self.data[end - 2 : end] == b"\n\n":
            end -= 1
        return self._is(listed.start, end, expected)

    def whole_is(self, expected: Iterable[Digest]) -> bool:
        """Return whether all these digests are those of the whole file."""
        return self._is(0, len(self.data), expected)

    def _is(self, start: int, end: int, expected: Iterable[Digest]) -> bool:
        part = memoryview(self.data)[start:end]
        return all(hashlib.new(algorithm, part).digest() == digest for algorithm, digest in expected)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a signature file vouches for.

    Attributes:
        names: of entries; None where phones take no notice of this signer.
        others: numbers of signature schemes that, it says, the APK was signed with too.
    """

    names: frozenset[bytes] | None
    others: tuple[int, ...] = ()


def vouched_for(signature_file: bytes, signed: SignedList) -> Vouched:
    """Compare a signature file with the list.

    Raises:
        ListError: the list is not what it vouches for.
    """
    others: tuple[int, ...] = ()
    try:
        found = sections(signature_file)
        main = next(found, None)
        if main is None:
            raise ListError("list-malformed")
        if main.get("Signature-Version") is None:
            return Vouched(None)
        if signed.high >= _ANDROID_7:
            others = _numbers(main.get(_PROTECTION) or "")
        is_by_signtool = "signtool" in (main.get("Created-By") or "")
        is_whole = _whole_is_vouched_for(main, signed, is_by_signtool=is_by_signtool)
        names = _names(found, signed, is_whole=is_whole, is_by_signtool=is_by_signtool)
    except (ManifestTooLongError, MalformedDigestError) as error:
        raise ListError("list-malformed") from error
    return Vouched(names, others)


def _whole_is_vouched_for(main: Section, signed: SignedList, *, is_by_signtool: bool) -> bool:
    suffix = "-Digest" if is_by_signtool else "-Digest-Manifest"
    expected = digests_to_compare(main, suffix, signed.low, signed.high)
    is_whole = bool(expected) and signed.whole_is(expected)
    if not is_by_signtool:
        of_main = digests_to_compare(main, "-Digest-Manifest-Main-Attributes", signed.low, signed.high)
        if not signed.main_is(of_main):
            raise ListError("list-changed")
    return is_whole


def _names(
    found: Iterable[Section], signed: SignedList, *, is_whole: bool, is_by_signtool: bool
) -> frozenset[bytes] | None:
    """Return the names that it vouches for; None where phones take no notice of it."""
    names: set[bytes] = set()
    is_ignored = is_changed = False
    for section in found:
        name = section.name
        if name is None or name in names:
            return None
        names.add(name)
        if is_whole:
            continue
        listed = signed.entries.get(name)
        if listed is None:
            is_ignored = True
            continue
        expected = digests_to_compare(section, "-Digest", signed.low, signed.high)
        if not (expected and signed.entry_is(listed, expected, is_by_signtool=is_by_signtool)):
            is_changed = True
    if is_ignored:
        return None
    if is_changed:
        raise ListError("list-changed")
    return frozenset(names & signed.entries.keys())


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers in a list with commas; what is no number is passed over."""
    parts = (part.strip() for part in text.split(","))
    return tuple(int(part) for part in parts if len(part) < 12 and _NUMBER.fullmatch(part))
