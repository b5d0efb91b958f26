"""Was it uploaded? One capture is read, unwrapped and searched for the person's pictures."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from phoneward.confined import ConfinedError, ConfinedWorker, Limits, WorkerStartError
from phoneward.errors import readable
from phoneward.media import Kind, Verdict
from phoneward.progress import Advanced, Listener, Phase, PhaseStarted, silent
from phoneward.watch.captures.exchange import Exchange, Unread
from phoneward.watch.captures.joining import Joins
from phoneward.watch.captures.lost import Lost, problem_sentence
from phoneward.watch.captures.opening import open_capture
from phoneward.watch.captures.own import OwnPicture
from phoneward.watch.captures.refused import refused_connections, refused_sentence
from phoneward.watch.captures.searching import Search, Searching
from phoneward.watch.captures.unwrapping import Body, Found, Problem, Unwrapped, unwrap
from phoneward.watch.captures.upload import Upload

LARGEST_BODY: Final = 160 << 20
"""Bytes of one body; of a longer one that much is looked at."""
PHASE: Final[Phase] = "look-into-recording"
_SHORTEST: Final = 64
_LONG_TEXT: Final = 300
"""Characters of an address's query or of a header."""
_LIMITS: Final = Limits(seconds=120.0, memory_bytes=1_536 << 20, output_bytes=512 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureResult:
    """What a capture shows.

    Attributes:
        uploads: the person's pictures that were sent, in the capture's order.
        perhaps: sent so small that another content of the same screen could not be told apart.
        unread: what could not be read.
        exchanges: that were looked at.
        pictures: that were found in them, the person's or not.
        images: of the person, that were looked for.
        uncompared: pictures that could be compared byte by byte only, as parts of Phoneward are not installed.
    """

    uploads: tuple[Upload, ...]
    perhaps: tuple[Upload, ...]
    unread: Unread
    exchanges: int
    pictures: int
    images: int
    uncompared: int


def look_into_capture(
    path: Path,
    images: Iterable[OwnPicture],
    *,
    key_logs: Sequence[Path] = (),
    packages: Mapping[int, str] | None = None,
    log: Path | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    app: str | None = None,
    listener: Listener = silent,
) -> CaptureResult:
    """Return which of a person's pictures a capture shows to have been sent.

    Not seen is not the same as not sent: `CaptureResult.unread` says what could not be looked at.

    Args:
        path: the capture.
        images: the person's pictures.
        key_logs: TLS keys beside a pcap.
        packages: package of each UID, for captures that name only the UID.
        log: what mitmproxy printed beside a flow file.
        since: only what was sent from then on; what has no time is looked at always.
        until: only what was sent up to then.
        app: only what this package sent, and what nobody can tell the sender of.
        listener: hears of each picture and of each thing that was sent.

    Raises:
        NotACaptureError, CaptureUnreadableError: see `open_capture`.
    """
    with Search(_told(images, listener)) as search:
        result = search_capture(
            path,
            search,
            key_logs=key_logs,
            packages=packages,
            log=log,
            since=since,
            until=until,
            app=app,
            listener=listener,
        )
    lost = ((Lost.PICTURES, search.unreadable), (Lost.DECODING, search.undecoded))
    more = tuple(problem_sentence(problem, count) for problem, count in lost if count)
    return replace(result, unread=replace(result.unread, problems=(*result.unread.problems, *more)))


def _told(images: Iterable[OwnPicture], listener: Listener) -> Iterator[OwnPicture]:
    """Yield pictures; the listener hears of each."""
    listener(PhaseStarted("look-at-pictures"))
    for number, image in enumerate(images, start=1):
        listener(Advanced("look-at-pictures", number, 0, image.path or None))
        yield image


def search_capture(
    path: Path,
    search: Searching,
    *,
    key_logs: Sequence[Path] = (),
    packages: Mapping[int, str] | None = None,
    log: Path | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    app: str | None = None,
    listener: Listener = silent,
) -> CaptureResult:
    """Return what a search finds among the pictures that a capture shows to have been sent; see `look_into_capture`."""
    capture = open_capture(path, key_logs=key_logs, packages=packages)
    refused = {} if log is None else refused_connections(log)
    with ConfinedWorker(unwrap, limits=_LIMITS) as worker:
        look = _Look(search, worker)
        listener(PhaseStarted(PHASE))
        for number, exchange in enumerate(capture.exchanges(), start=1):
            listener(Advanced(PHASE, number, 0))
            if _is_wanted(exchange, since, until, app):
                look.at(exchange)
        look.at_joined()
        search.finish()
    unread = capture.unread
    return CaptureResult(
        uploads=tuple(one for one in look.uploads() if one.verdict.is_distinguishable),
        perhaps=tuple(one for one in look.uploads() if not one.verdict.is_distinguishable),
        unread=Unread(
            sent=unread.sent,
            problems=(
                *unread.problems,
                *(refused_sentence(host, count) for host, count in sorted(refused.items())),
                *look.problems(),
            ),
            is_damaged=unread.is_damaged,
        ),
        exchanges=look.exchanges,
        pictures=look.pictures,
        images=search.count,
        uncompared=search.uncompared,
    )


def _is_wanted(exchange: Exchange, since: dt.datetime | None, until: dt.datetime | None, app: str | None) -> bool:
    if exchange.time is not None and ((since and exchange.time < since) or (until and exchange.time > until)):
        return False
    return app is None or exchange.app is None or exchange.app == app


class _Look:
    """The work on one capture."""

    def __init__(self, search: Searching, worker: ConfinedWorker[[Body], Unwrapped]) -> None:
        self._search = search
        self._worker = worker
        self._joins = Joins()
        self._uploads: dict[tuple[int, str], Upload] = {}
        self._problems: dict[Problem | Lost, int] = {}
        self.exchanges = self.pictures = 0

    def at(self, exchange: Exchange) -> None:
        """Look at what was sent: the body, and an address or a header that is long enough to hold a picture."""
        self.exchanges += 1
        body = exchange.body[:LARGEST_BODY]
        if len(body) < len(exchange.body):
            self._note(Lost.LARGE)
        if len(body) >= _SHORTEST:
            goes_on = self._joins.goes_on(exchange)
            self._unwrap(
                exchange,
                Body(
                    data=bytes(body),
                    headers=exchange.headers,
                    method=exchange.method,
                    url=exchange.url,
                    goes_on=goes_on,
                ),
            )
        for name, text in _long_texts(exchange):
            self._unwrap(exchange, Body(data=text.encode("utf-8", "surrogateescape")), way=(name,))

    def at_joined(self) -> None:
        """Look at the uploads that went in pieces."""
        for joined in self._joins.uploads():
            first = joined.exchanges[0]
            numbers = tuple(dict.fromkeys(exchange.number for exchange in joined.exchanges))
            self._unwrap(first, Body(data=joined.data), way=joined.way, exchanges=numbers)
        if self._joins.given_up:
            self._note(Lost.PIECES, self._joins.given_up)

    def uploads(self) -> Iterator[Upload]:
        """Yield what was found, in the capture's order; a part of an upload that was found whole is left out."""
        whole = {
            (number, one.image) for one in self._uploads.values() if len(one.exchanges) > 1 for number in one.exchanges
        }
        for (number, image), upload in sorted(self._uploads.items()):
            if len(upload.exchanges) > 1 or (number, image) not in whole:
                yield upload

    def problems(self) -> Iterator[str]:
        """Yield what was not looked at, one sentence each."""
        for problem, count in self._problems.items():
            yield problem_sentence(problem, count)

    def _unwrap(
        self, exchange: Exchange, body: Body, *, way: tuple[str, ...] = (), exchanges: tuple[int, ...] = ()
    ) -> None:
        while True:
            try:
                seen = self._worker(body)
            except WorkerStartError:
                raise
            except ConfinedError:
                self._note(Lost.FAILED)
                return
            for problem in seen.problems:
                self._note(problem)
            for found in seen.pictures:
                # The beginning of a picture that comes in pieces is looked at when these are put together.
                if found.is_whole or seen.piece is None or way:
                    self._take(exchange, found, way, exchanges or (exchange.number,))
            if seen.piece is not None and not way:
                self._joins.add(exchange, seen.piece)
            if not seen.next:
                return
            body = replace(body, first=seen.next)

    def _take(self, exchange: Exchange, found: Found, way: tuple[str, ...], exchanges: tuple[int, ...]) -> None:
        self.pictures += 1
        form = (*way, *found.form) if not way or found.form != ("body",) else way

        def sent(image: str, verdict: Verdict) -> None:
            upload = Upload(
                image=image,
                time=exchange.time,
                app=exchange.app,
                host=exchange.host,
                url=exchange.url,
                form=form,
                verdict=verdict,
                exchanges=exchanges,
                sha256=hashlib.sha256(found.data).hexdigest(),
                size=len(found.data),
            )
            before = self._uploads.get((exchange.number, image))
            if before is None or _rank(verdict) > _rank(before.verdict):
                self._uploads[exchange.number, image] = upload

        self._search.look_for(found.data, sent)

    def _note(self, problem: Problem | Lost, count: int = 1) -> None:
        self._problems[problem] = self._problems.get(problem, 0) + count


def _rank(verdict: Verdict) -> tuple[bool, bool, float]:
    """Return how much a verdict says; the largest of one picture in one exchange is told."""
    return verdict.kind is Kind.IDENTICAL, verdict.is_distinguishable, verdict.confidence


def _long_texts(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield what else of a request is long enough to hold a picture, and its name."""
    query = exchange.url.partition("?")[2]
    if len(query) > _LONG_TEXT:
        yield "address", query
    for name, value in exchange.headers:
        if len(value) > _LONG_TEXT:
            yield f"header {readable(name[:40])}", value
