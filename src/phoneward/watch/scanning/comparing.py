"""Which pictures that apps keep are copies of the person's own: what is new is compared, the rest is remembered."""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec

from phoneward.media import Kind, Skipped, Verdict
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.watch.scanning.sealed import Memory, Sealed

if TYPE_CHECKING:
    from phoneward.media.comparing import Looker, Match, Matcher, Print

T = TypeVar("T")

PHASE: Final = "match-pictures"
VERSION: Final = 3
"""Of the way pictures are compared: another one compares anew."""
CHUNK: Final = 500
"""Pictures after which what was found is kept."""

_AGAIN: Final = 4
_AGAIN_EACH: Final = 2
"""Pictures of apps that were compared before and are looked at again, for each new picture of the person's."""

Fetch = Callable[[bytes], bytes]
"""Returns a picture's bytes by their SHA-256; nothing where they cannot be had."""


class _Tell(Protocol):
    """Hands on what it is given, and says how far that has come."""

    def __call__(self, some: Iterable[T]) -> Iterator[T]:
        """Yield each."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A picture is a copy of one of the person's own: of which (its SHA-256), and how that was seen."""

    original: bytes
    verdict: Verdict


class _Known(msgspec.Struct, array_like=True):
    """What was compared for a phone: each of `suspects` with each of `originals`, 32 bytes each."""

    version: int = VERSION
    originals: bytes = b""
    suspects: bytes = b""
    matches: dict[bytes, Copied] = {}


def same_bytes(originals: Iterable[bytes], suspects: Iterable[tuple[bytes, int]]) -> dict[bytes, Copied]:
    """Return the suspects that are the very same as an original.

    Args:
        originals: SHA-256 of each.
        suspects: SHA-256 and width of each.
    """
    mine = set(originals)
    return {
        sha256: Copied(
            sha256, Verdict(kind=Kind.IDENTICAL, is_distinguishable=True, confidence=1.0, width=max(1, width))
        )
        for sha256, width in suspects
        if sha256 in mine
    }


class Comparing:
    """Compares for one phone, with what was compared before.

    Args:
        sealed: where that is kept.
        memory: prints.
        looker: decodes.
        fetch: reads pictures.
        device: the phone's id.
    """

    def __init__(self, sealed: Sealed, memory: Memory, looker: "Looker", fetch: Fetch, device: str) -> None:
        self._sealed = sealed
        self._memory = memory
        self._looker = looker
        self._fetch = fetch
        self._key = b"compared\0" + device.encode("utf-8", "surrogateescape")
        known = sealed.get(self._key, _Known)
        self._known = known if known is not None and known.version == VERSION else _Known()

    def copies(self, originals: Sequence[bytes], suspects: Sequence[bytes], listener: Listener) -> dict[bytes, Copied]:
        """Return which suspects are copies, and of what.

        Args:
            originals: SHA-256 of each.
            suspects: likewise; none of them is an original too.
            listener: hears the phase `match-pictures`.

        Raises:
            PhonewardError: no worker can be started, or the vault cannot be reached.
        """
        before, seen = set(_each(self._known.originals)), set(_each(self._known.suspects))
        added = [one for one in originals if one not in before]
        new = [one for one in suspects if one not in seen]
        old = [one for one in suspects if one in seen and not self._is_sure(one)]
        self._forget(originals, suspects)
        done = itertools.count(1)

        def tell(some: Iterable[T]) -> Iterator[T]:
            for one in some:
                yield one
                listener(Advanced(PHASE, next(done), 0))

        with contextlib.ExitStack() as stack:
            likely, matches = self._again(stack, added, old, tell)
            total = len(new) + likely
            listener(PhaseStarted(PHASE, total_files=total))
            self._note(matches)
        self._known.originals += b"".join(added)
        if new and originals:
            self._match(originals, new, tell)
        elif new:
            self._known.suspects += b"".join(new)
        if added or new:
            self._keep()
        listener(PhaseDone(PHASE, total, 0))
        mine, theirs = set(originals), set(suspects)
        return {
            suspect: copied
            for suspect, copied in self._known.matches.items()
            if suspect in theirs and copied.original in mine
        }

    def _is_sure(self, suspect: bytes) -> bool:
        known = self._known.matches.get(suspect)
        return known is not None and known.verdict.is_distinguishable

    def _again(
        self, stack: contextlib.ExitStack, added: Sequence[bytes], suspects: Sequence[bytes], tell: _Tell
    ) -> "tuple[int, Iterator[Match[bytes]]]":
        """Return how many suspects likely show what is new among the person's own, and the search among them.

        What lay there before the person's picture did is seldom a copy of it: only some are looked at closely.
        """
        if not added or not suspects:
            return 0, iter(())
        matcher = stack.enter_context(self._matcher(added))
        likely = matcher.promising(self._prints(suspects), _AGAIN + _AGAIN_EACH * len(added))
        return len(likely), matcher.match_promising(tell(likely))

    def _matcher(self, originals: Sequence[bytes]) -> "Matcher[bytes]":
        from phoneward.media.comparing import Matcher

        return Matcher(self._prints(originals), self._fetch, self._looker)

    def _match(self, originals: Sequence[bytes], suspects: Sequence[bytes], tell: _Tell) -> None:
        """Compare suspects that are new with all originals, and keep what comes of it every so often."""
        with self._matcher(originals) as matcher:
            for start in range(0, len(suspects), CHUNK):
                chunk = suspects[start : start + CHUNK]
                self._note(matcher.match(tell(self._prints(chunk))))
                self._known.suspects += b"".join(chunk)
                self._keep()

    def _note(self, matches: "Iterable[Match[bytes]]") -> None:
        for match in matches:
            copied = Copied(match.original, match.verdict)
            self._known.matches[match.suspect] = _better(self._known.matches.get(match.suspect), copied)

    def _prints(self, wanted: Sequence[bytes]) -> "Iterator[tuple[bytes, Print]]":
        """Yield prints as they are needed; one that is lost is made again."""
        for one in self._memory.prints(wanted):
            yield one.sha256, one
        lost = [sha256 for sha256 in wanted if not self._memory.was_looked_at(sha256)]
        for sha256, seen in self._looker.prints((sha256, self._fetch(sha256)) for sha256 in lost):
            if isinstance(seen, Skipped):
                self._memory.note_skipped(sha256, seen.reason)
            else:
                self._memory.note_print(seen)
                yield sha256, seen

    def _forget(self, originals: Sequence[bytes], suspects: Sequence[bytes]) -> None:
        """Let go of what is on the phone no more, once that is more than what is."""
        known = self._known
        mine, theirs = set(originals), set(suspects)
        if len(known.originals) + len(known.suspects) <= 64 * (len(mine) + len(theirs)) + (64 << 10):
            return
        known.originals = b"".join(one for one in _each(known.originals) if one in mine)
        known.suspects = b"".join(one for one in _each(known.suspects) if one in theirs)
        known.matches = {suspect: copied for suspect, copied in known.matches.items() if suspect in theirs}

    def _keep(self) -> None:
        self._memory.save()
        self._sealed.put(self._key, self._known)


def _each(joined: bytes) -> list[bytes]:
    return [joined[at : at + 32] for at in range(0, len(joined), 32)]


def _better(before: Copied | None, now: Copied) -> Copied:
    if before is None:
        return now
    return max(before, now, key=lambda one: (one.verdict.is_distinguishable, one.verdict.confidence))
