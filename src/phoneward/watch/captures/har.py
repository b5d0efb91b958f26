"""HAR files (HTTP Archive 1.2): mitmproxy's, browsers', PCAPdroid's, and of programs that write the like.

The specification (http://www.softwareishard.com/blog/har-12-spec/) has no room for binary: mitmproxy writes a body as
text in the charset it guesses (latin-1, or UTF-8 with lone surrogates: nothing is lost), PCAPdroid as base64 with
`postData.encoding`, which is not in the specification. WebSocket's messages stand in `_webSocketMessages` (Chrome,
mitmproxy). Bodies are written with their content encoding taken off; the header stays. No app is named.
"""

import base64
import binascii
import contextlib
import datetime as dt
import json
import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import urlsplit

from phoneward.errors import readable
from phoneward.texts import _, ngettext
from phoneward.watch.captures.errors import CaptureUnreadableError, NotACaptureError
from phoneward.watch.captures.exchange import Exchange
from phoneward.watch.captures.hosts import host_of, moment
from phoneward.watch.captures.jsonscan import JsonError, Text, find_member, items, members
from phoneward.watch.captures.reading import Reader

LARGEST_VALUE: Final = 256 << 20
"""Bytes of a part of an entry that is read (a body with its escapes); a larger one is passed over and named."""
_MARK: Final = b"\xef\xbb\xbf"
_WANTED: Final = frozenset({"startedDateTime", "request", "_webSocketMessages"})


class HarCapture(Reader):
    """A HAR file that is being read; see `Capture`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._broken = 0

    def _counted(self) -> list[str]:
        if not self._broken:
            return super()._counted()
        said = ngettext(
            "{count} entry of the capture could not be understood.",
            "{count} entries of the capture could not be understood.",
            self._broken,
        )
        return [*super()._counted(), said.format(count=f"{self._broken:,}")]

    def exchanges(self) -> Iterator[Exchange]:
        """Yield what was sent.

        Raises:
            NotACaptureError: it is no HAR file.
            CaptureUnreadableError: the file cannot be opened or read.
        """
        try:
            with self._path.open("rb") as file, _mapped(file) as text:
                yield from self.exchanges_in(text)
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise CaptureUnreadableError(file=readable(str(self._path)), problem=problem) from error

    def exchanges_in(self, text: Text) -> Iterator[Exchange]:
        """Yield what was sent, from a file's content. Raises NotACaptureError as `exchanges`."""
        count = 0
        try:
            for start in _entries(text):
                count += 1
                try:
                    yield from self._of_entry(text, start)
                # What stands in an entry may be anything, and nested without end.
                except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
                    self._broken += 1
        except JsonError as error:
            if not count:
                problem = _("it is JSON, but no HAR file")
                raise NotACaptureError(file=readable(str(self._path)), problem=problem) from error
            self._is_damaged = True
            said = _("The capture is broken: nothing after its entry {number} could be read.")
            self._problems.append(said.format(number=count))

    def _of_entry(self, text: Text, start: int) -> Iterator[Exchange]:
        entry = {name: (begin, end) for name, begin, end in members(text, start) if name in _WANTED}
        time = _time(_value(text, entry["startedDateTime"]) if "startedDateTime" in entry else None)
        request = {name: (begin, end) for name, begin, end in members(text, entry["request"][0])}
        yield self._request(text, request, time)
        if "_webSocketMessages" in entry:
            url = str(_value(text, request["url"]))
            yield from self._messages(text, entry["_webSocketMessages"][0], url, f"{self._number}")

    def _request(self, text: Text, request: dict[str, tuple[int, int]], time: dt.datetime | None) -> Exchange:
        url, method = str(_value(text, request["url"])), str(_value(text, request["method"]))
        headers = _pairs(_value(text, request["headers"]) if "headers" in request else [])
        body = b""
        if "postData" in request:
            body = _body(text, request["postData"][0])
        if not body:
            self._note_bare(text, request, headers)
        return Exchange(
            number=self._next(),
            time=time,
            app=None,
            host=host_of(urlsplit(url).netloc.rpartition("@")[2]),
            url=url,
            method=method,
            protocol=str(_value(text, request["httpVersion"])) if "httpVersion" in request else "",
            headers=headers,
            body=body,
        )

    def _note_bare(self, text: Text, request: dict[str, tuple[int, int]], headers: tuple[tuple[str, str], ...]) -> None:
        """Remember a request that had a body of which nothing stands in the file."""
        said: object = next((value for name, value in headers if name.lower() == "content-length"), None)
        if said is None and "bodySize" in request:
            said = _value(text, request["bodySize"])
        size = int(said) if isinstance(said, int | str) and str(said).isdecimal() and len(str(said)) < 13 else 0
        if size:
            self._bare += 1
            self._sent["unknown"] = self._sent.get("unknown", 0) + size

    def _messages(self, text: Text, at: int, url: str, connection: str) -> Iterator[Exchange]:
        for start, stop in items(text, at):
            message = _value(text, (start, stop))
            if not isinstance(message, dict) or message.get("type") != "send":
                continue
            data = str(message.get("data", ""))
            # Opcode 2 is binary, written as base64 (Chrome DevTools' HAR export; mitmproxy's `savehar`).
            yield Exchange(
                number=self._next(),
                time=moment(message.get("time")),
                app=None,
                host=host_of(urlsplit(url).netloc),
                url=url,
                method="WEBSOCKET",
                protocol="WebSocket",
                body=_unbased(data) if message.get("opcode") == 2 else _bytes_of(data),
                connection=connection,
            )


@contextlib.contextmanager
def _mapped(file: BinaryIO) -> Iterator[Text]:
    """Yield the file's content, mapped; an empty file cannot be."""
    if os.fstat(file.fileno()).st_size == 0:
        yield b""
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        yield text


def _entries(text: Text) -> Iterator[int]:
    """Yield where each entry of `log.entries` begins."""
    top = len(_MARK) if text[: len(_MARK)] == _MARK else 0
    for start, _stop in items(text, find_member(text, find_member(text, top, "log"), "entries")):
        yield start


def _value(text: Text, bounds: tuple[int, int]) -> Any:  # noqa: ANN401 - JSON
    start, stop = bounds
    if stop - start > LARGEST_VALUE:
        raise ValueError(stop - start)
    # A lone surrogate stands for a byte that is no UTF-8; it must not be lost.
    return json.loads(text[start:stop].decode("utf-8", "surrogatepass"), strict=False)


def _body(text: Text, at: int) -> bytes:
    """Return what was sent: the text, else the parameters as a form."""
    data = {name: (start, stop) for name, start, stop in members(text, at)}
    said = _value(text, data["text"]) if "text" in data else None
    if isinstance(said, str) and said:
        encoding = _value(text, data["encoding"]) if "encoding" in data else ""
        return _unbased(said) if str(encoding).lower() == "base64" else _bytes_of(said)
    params = _value(text, data["params"]) if "params" in data else []
    # What a form's fields held, one after the other: enough to find pictures in, and never to send again.
    return b"&".join(_bytes_of(f"{name}={value}") for name, value in _pairs(params))


def _bytes_of(text: str) -> bytes:
    """Return the bytes that a text stands for: latin-1 where every character fits, else UTF-8."""
    for charset, errors in (("latin-1", "strict"), ("utf-8", "surrogateescape")):
        with contextlib.suppress(UnicodeEncodeError):
            return text.encode(charset, errors)
    return text.encode("utf-8", "surrogatepass")


def _unbased(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii", "ignore"))
    except binascii.Error:
        return _bytes_of(text)


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = value if isinstance(value, list) else []
    return tuple((str(pair.get("name", "")), str(pair.get("value", ""))) for pair in pairs if isinstance(pair, dict))


def _time(value: object) -> dt.datetime | None:
    try:
        time = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
