"""Find copies of many pictures among many: a hash and small versions propose, aligned tiles decide."""

import heapq
import itertools
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Generic, Self, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from phoneward.heap import give_back_memory
from phoneward.media.comparing.candidates import Candidate, Candidates, strip_of
from phoneward.media.comparing.decoding import halved
from phoneward.media.comparing.framing import unframed
from phoneward.media.comparing.looking import WORKERS, Looker
from phoneward.media.comparing.prepared import Packed, Prepared
from phoneward.media.comparing.printing import LEAST_SIDE, print_of_gray
from phoneward.media.comparing.prints import Gray, Print
from phoneward.media.comparing.promising import BATCH, batches, glanced
from phoneward.media.comparing.rivals import Fit, might_fit_too, settled
from phoneward.media.comparing.verifying import Effort, outcome
from phoneward.media.skipped import Skipped
from phoneward.media.verdict import Kind, Verdict

K = TypeVar("K")
"""Whatever the caller knows a picture by."""
V = TypeVar("V")

LOOK_WIDTH: Final = 1440
"""Pixels of the shorter side: at this size pictures are compared, or at their own if less.

As wide as phones' screens are: made smaller, a crop has other fine lines than its original, whatever is moved."""
_WIDEST: Final = 4 * LOOK_WIDTH
_WHOLE: Final = 6
_PARTS: Final = 16
_LEAST_LIKELY: Final = 0.3
_PROMISING: Final = 0.6
"""Of originals and suspects that have nothing to do with each other few are as likely."""
_ALIKE: Final = 0.5
_LITTLE: Final = 0.08
_CLOSE: Final = 3
_MOST_CLOSE: Final = 12
"""Originals that are looked at closely, unless more of them are nearly the same: pages of one app."""
_FREED: Final = 0.1
"""How much likelier a picture is without its frame: 0.19 at least, where a page loses its own margin 0.13 at most."""
_FRAMED: Final = 0.9
_RIVAL: Final = 0.1
"""How much less likely an original may be that fits as well as the one found."""
_LEAST_FOR_SLIDING: Final = 0.7
_MOST_SLID: Final = 6
_LEAST_FOR_CORNERS: Final = 0.6
"""Of 186 cut, covered, turned and framed copies one needed corners; of strangers half are 0.45 likely, or more."""
_NEARLY_ALL: Final = 0.97
_TIDIED: Final = 8
"""Suspects after which memory that pictures took goes back: else a hundred megabytes lie in gaps."""
_OPEN_BYTES: Final = 24 << 20
_PACKED_BYTES: Final = 48 << 20


@dataclass(frozen=True, slots=True)
class Match(Generic[K]):
    """A suspect that shows the same as an original."""

    original: K
    suspect: K
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Promising(Generic[K]):
    """A suspect that may show an original, and which, the likeliest first."""

    key: K
    print: Print
    candidates: list[Candidate]
    was_there: bool = False
    """It was there before those originals were; so it is seldom a copy of one."""


class Matcher(Generic[K]):
    """Finds copies of originals. Use as a context: it ends its threads.

    Args:
        originals: key and fingerprint of each.
        fetch: returns a picture's bytes, an original's or a suspect's, by its key; called from several threads.
        looker: decodes.
    """

    def __init__(self, originals: Iterable[tuple[K, Print]], fetch: Callable[[K], bytes], looker: Looker) -> None:
        known = list(originals)
        self._keys = [key for key, _print in known]
        self._shapes = dict(known)
        self._by_content = {one.sha256: key for key, one in reversed(known)}
        # Its matrices are small: further threads wait for each other in a loop, for up to ten times the processor time.
        self._one_thread = threadpool_limits(limits=1, user_api="blas")
        self._candidates = Candidates([one for _key, one in known])
        self._fetch = fetch
        self._looker = looker
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="matcher")
        self._done = itertools.count(1)
        self._kept: _Kept[K] = _Kept(lambda key: self._gray(key, self._shapes[key]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(cancel_futures=True)
        self._one_thread.restore_original_limits()

    def match(self, suspects: Iterable[tuple[K, Print]]) -> Iterator[Match[K]]:
        """Yield a match for each suspect that is a copy of an original, at most one each, in the suspects' order.

        Args:
            suspects: key and fingerprint of each; taken as they are needed, some hundreds ahead.
        """
        return self.match_promising(
            Promising(key, one, candidates)
            for batch in (batches(suspects) if self._keys else ())
            for (key, one), candidates in zip(batch, self._proposed([one for _key, one in batch]), strict=True)
        )

    def promising(self, suspects: Iterable[tuple[K, Print]], most: int) -> list[Promising[K]]:
        """Return the suspects that likely show an original, by their fingerprints alone, the likeliest first.

        Args:
            suspects: key and fingerprint of each; taken as they are needed.
            most: how many at most.
        """
        rated: list[Promising[K]] = []
        for chosen in batches(glanced(self._candidates, suspects, most) if self._keys else ()):
            for (key, one), candidates in zip(chosen, self._proposed([one for _key, one in chosen]), strict=True):
                if candidates and candidates[0].likely >= _PROMISING:
                    rated.append(Promising(key, one, candidates, was_there=True))
        return heapq.nlargest(most, rated, key=lambda one: one.candidates[0].likely)

    def match_promising(self, suspects: Iterable[Promising[K]]) -> Iterator[Match[K]]:
        """Yield a match for each suspect that is a copy of an original that was proposed for it, in their order."""
        ahead: deque[Future[Match[K] | None]] = deque()
        for one in suspects:
            ahead.append(self._threads.submit(self._matched, one))
            if len(ahead) > BATCH:
                yield from _found(ahead.popleft())
        while ahead:
            yield from _found(ahead.popleft())

    def _matched(self, suspect: Promising[K]) -> Match[K] | None:
        match = self._match(suspect)
        if next(self._done) % _TIDIED == 0:
            give_back_memory()
        return match

    def _match(self, suspect: Promising[K]) -> Match[K] | None:
        key, seen, candidates = suspect.key, suspect.print, suspect.candidates
        same = self._by_content.get(seen.sha256)
        if same is not None:
            verdict = Verdict(kind=Kind.IDENTICAL, is_distinguishable=True, confidence=1.0, width=seen.width)
            return Match(same, key, verdict)
        is_likely = bool(candidates) and candidates[0].likely >= _LEAST_LIKELY
        gray = self._gray(key, seen) if is_likely or unframed(strip_of(seen)) else None
        if gray is None:
            return None
        best, is_near = self._decide(suspect, Prepared(gray), candidates)
        if best is not None or is_near:
            return best
        least = min(_FRAMED, _FREED + (candidates[0].likely if candidates else 0.0))
        for inside, proposed in self._unframed(gray, least, was_there=suspect.was_there):
            best, _is_near = self._decide(suspect, Prepared(inside), proposed)
            if best is not None:
                break
        return best

    def _unframed(self, gray: Gray, least: float, *, was_there: bool) -> Iterator[tuple[Gray, list[Candidate]]]:
        """Yield a picture as if what was put around it had never been there, and what is proposed for that.

        Args:
            gray: the picture.
            least: how likely it must be: a page's own margin is no frame, and without it nothing is likelier.
            was_there: it is seldom a copy: a glance tells as much, for a third of what a search costs.
        """
        insides = unframed(gray)
        prints = [print_of_gray(halved(one, LEAST_SIDE, LEAST_SIDE), *one.shape[::-1]) for one in insides]
        if was_there and prints:
            kept = [at for at, likely in enumerate(self._candidates.glance(prints)) if likely >= least]
            insides, prints = [insides[at] for at in kept], [prints[at] for at in kept]
        for inside, proposed in zip(insides, self._proposed(prints) if prints else (), strict=True):
            if proposed and proposed[0].likely >= least:
                yield np.ascontiguousarray(inside), proposed

    def _proposed(self, suspects: list[Print]) -> list[list[Candidate]]:
        proposed = zip(
            self._candidates.whole(suspects, _WHOLE),
            self._candidates.parts(suspects, _PARTS),
            self._candidates.covered(suspects, _WHOLE),
            strict=True,
        )
        return [_each_once(candidates) for candidates in proposed]

    def _decide(self, of: Promising[K], suspect: Prepared, candidates: list[Candidate]) -> tuple[Match[K] | None, bool]:
        """Return the best match, and whether any is the same screen with another content.

        Args:
            of: the suspect.
            suspect: all of it, or what is left without a frame.
            candidates: for that.
        """
        if not candidates or candidates[0].likely < _LEAST_LIKELY:
            return None, False
        key, likely = of.key, candidates[0].likely
        # More of them where they are about as likely: pages of one app.
        alike = max(_ALIKE, likely - _LITTLE)
        close = [one for at, one in enumerate(candidates) if one.likely >= (_LEAST_LIKELY if at < _CLOSE else alike)]
        best, near = self._best(key, suspect, close[:_MOST_CLOSE], Effort.NEAR)
        if best is None and near is not None:
            # It is the same screen with another content: another page of that one's family may be the very one.
            family = [one for one in candidates if one not in close and one.likely >= near.likely - _LITTLE]
            best, _near = self._best(key, suspect, family[:_MOST_CLOSE], Effort.NEAR)
        for among, effort, enough in (
            # Lists repeat themselves, and small versions do not tell which line it was.
            (close[:_MOST_SLID], Effort.SLIDING, _LEAST_FOR_SLIDING),
            (candidates[:1] if not of.was_there or _is_part(candidates[0]) else [], Effort.CORNERS, _LEAST_FOR_CORNERS),
        ):
            if best is not None or near is not None:
                break
            if likely >= enough:
                best, near = self._best(key, suspect, among, effort)
        return best, near is not None

    def _best(
        self, key: K, suspect: Prepared, candidates: list[Candidate], effort: Effort
    ) -> tuple[Match[K] | None, Candidate | None]:
        """Return the best match, and the likeliest that is the same screen with another content."""
        fits: list[Fit] = []
        keys: list[K] = []
        sure: tuple[Fit, float] | None = None
        near: Candidate | None = None
        for candidate in candidates:
            if sure is not None and candidate.likely < sure[1] - _RIVAL:
                continue
            original = self._kept.of(self._keys[candidate.number])
            if original is None or (sure is not None and not might_fit_too(sure[0], original, candidate.near)):
                continue
            found = outcome(original, suspect, candidate.near, effort, least=min(effort, Effort.SLIDING))
            near = near or (candidate if found.is_near else None)
            if found.verdict is not None:
                fits.append(Fit(original, found, found.verdict))
                keys.append(self._keys[candidate.number])
                if sure is None and found.verdict.is_distinguishable:
                    sure = fits[-1], candidate.likely
        best = settled(fits, suspect)
        return None if best is None else Match(keys[best[0]], key, best[1]), near

    def _gray(self, key: K, of: Print) -> Gray | None:
        width = LOOK_WIDTH if of.width <= of.height else min(_WIDEST, LOOK_WIDTH * of.width // max(1, of.height))
        for _key, seen in self._looker.grays([(key, self._fetch(key))], width=width):
            if not isinstance(seen, Skipped):
                return seen
        return None


class _Kept(Generic[K]):
    """The originals asked for, in bounded memory: the last ones as they are, many more packed, not decoded twice."""

    def __init__(self, gray: Callable[[K], Gray | None]) -> None:
        self._gray = gray
        self._open: _Recent[K, Prepared | None] = _Recent(_OPEN_BYTES, _size)
        self._packed: _Recent[K, Packed] = _Recent(_PACKED_BYTES, lambda packed: packed.held)
        self._lock = threading.Lock()

    def of(self, key: K) -> Prepared | None:
        with self._lock:
            if key in self._open:
                return self._open.get(key)
            packed = self._packed.get(key) if key in self._packed else None
        if packed is None:
            gray = self._gray(key)
            seen = None if gray is None else Prepared(gray)
        else:
            seen = packed.opened()
        with self._lock:
            leaving = self._open.put(key, seen)
        done = [(one, prepared.packed()) for one, prepared in leaving if prepared is not None]
        with self._lock:
            for one, small in done:
                self._packed.put(one, small)
        return seen


class _Recent(Generic[K, V]):
    """What was used last, up to so many bytes. What is kept may grow: its size is asked for anew."""

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def get(self, key: K) -> V:
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: K, value: V) -> list[tuple[K, V]]:
        """Keep something instead of what was kept as this key; return what has to leave for it."""
        self._kept.pop(key, None)
        self._kept[key] = value
        held = sum(map(self._size, self._kept.values()))
        leaving = []
        while held > self._most:
            leaving.append(self._kept.popitem(last=False))
            held -= self._size(leaving[-1][1])
        return leaving


def _is_part(candidate: Candidate) -> bool:
    """Return whether a suspect likely shows a part of an original. As a whole it was tried before corners are."""
    near = candidate.near
    return near is not None and min(near.right - near.left, near.bottom - near.top) < _NEARLY_ALL


def _size(seen: Prepared | None) -> int:
    return 0 if seen is None else seen.held


def _each_once(candidates: Iterable[list[Candidate]]) -> list[Candidate]:
    """Return each original once, with a place where any names one.

    What each way of searching takes for the likeliest comes first: their figures are not on one scale.
    """
    found: dict[int, Candidate] = {}
    candidates = list(candidates)
    first_of_each = {some[0].number for some in candidates if some}
    for one in itertools.chain.from_iterable(candidates):
        first = found.setdefault(one.number, one)
        likelier = max(first, one, key=lambda candidate: candidate.likely)
        found[one.number] = replace(likelier, near=first.near or one.near)
    return sorted(found.values(), key=lambda one: (one.number not in first_of_each, -one.likely))


def _found(future: "Future[Match[K] | None]") -> Iterator[Match[K]]:
    match = future.result()
    if match is not None:
        yield match
