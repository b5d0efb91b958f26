"""Look for canaries in captures of what a phone sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from phoneward.errors import readable
from phoneward.media import Kind, Verdict
from phoneward.texts import Size, Words, verbatim, words
from phoneward.watch.canary.looking import CanaryLooker
from phoneward.watch.canary.report import CanarySent
from phoneward.watch.captures.looking import search_capture
from phoneward.watch.captures.searching import OnMatch


@dataclass(frozen=True, slots=True)
class InCapture:
    """What a capture shows of canaries.

    Attributes:
        sent: in the capture's order.
        missed: what could not be read, one sentence each.
    """

    sent: tuple[CanarySent, ...]
    missed: tuple[Words, ...]


class _ByMarks:
    """Finds canaries among pictures that were sent; see `captures.searching.Searching`."""

    def __init__(self, looker: CanaryLooker, count: int) -> None:
        self._looker = looker
        self.count = count
        self.uncompared = self.undecoded = self.unreadable = 0

    def look_for(self, data: bytes, on_match: OnMatch) -> None:
        looked = self._looker.look(data)
        self.undecoded += looked.unread
        for seen in looked.sightings:
            on_match(
                f"{seen.number:07d}",
                Verdict(kind=Kind.SMALLER, is_distinguishable=True, confidence=1.0, width=seen.width),
            )

    def finish(self) -> None:
        """Nothing waits."""


def look_in_capture(path: Path, known: Sequence[int], *, key_logs: Sequence[Path] = ()) -> InCapture:
    """Return the canaries that a capture shows to have been sent.

    Args:
        path: the capture.
        known: the numbers of the canaries made here.
        key_logs: TLS keys beside a pcap.

    Raises:
        PicturesExtraMissingError: the extra `watch` is not installed.
        WatchError: it is no capture, or cannot be read.
    """
    with CanaryLooker(known) as looker:
        result = search_capture(path, _ByMarks(looker, len(known)), key_logs=key_logs)
    sent = tuple(
        CanarySent(
            number=int(upload.image),
            time=upload.time,
            app=upload.app,
            host=upload.host,
            url=upload.url,
            width=upload.verdict.width,
            size=upload.size,
            form=upload.form,
        )
        for upload in result.uploads
    )
    return InCapture(sent, tuple(_missed(result.unread.sent, result.unread.problems)))


def _missed(closed: Mapping[str, int], problems: Sequence[str]) -> Iterator[Words]:
    for app, count in sorted(closed.items()):
        yield words("{size} that {app} sent stayed encrypted in the recording.", size=Size(count), app=readable(app))
    yield from (verbatim(readable(problem)) for problem in problems)
