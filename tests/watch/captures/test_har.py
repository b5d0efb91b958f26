"""HAR files of four programs: every body that stands in them is read, and those that do not are named."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.watch import Exchange, Unread
from phoneward.watch.captures.errors import CaptureUnreadableError, NotACaptureError
from phoneward.watch.captures.har import HarCapture
from phoneward.watch.captures.jsonscan import JsonError, items, members, skip_value
from phoneward.watch.captures.opening import open_capture
from tests.watch.captures.recording import recording

PICTURE = bytes(range(256)) * 2


def entry(**request: Any) -> dict[str, Any]:
    """Return an entry of a HAR file."""
    return {
        "startedDateTime": "2026-11-29T16:00:00.250+08:00",
        "request": {
            "method": "POST", "url": "https://Up.Example:8443/a?b=c", "httpVersion": "HTTP/2", "headers": [], **request
        },
        "response": {"content": {"text": ']}"\\'}},
    }  # fmt: skip


def read(text: bytes | str | dict[str, Any]) -> tuple[list[Exchange], Unread]:
    """Return what is read in a HAR file."""
    data = json.dumps(text) if isinstance(text, dict) else text
    capture = HarCapture(Path("a.har"))
    exchanges = list(capture.exchanges_in(data.encode() if isinstance(data, str) else data))
    return exchanges, capture.unread


def har(*entries: object) -> dict[str, Any]:
    """Return a HAR file."""
    return {"log": {"creator": {"name": "x"}, "pages": [], "entries": list(entries), "comment": ""}}


@pytest.mark.parametrize(
    "data",
    [
        {"mimeType": "image/png", "text": PICTURE.decode("latin-1")},
        {"mimeType": "application/json", "text": PICTURE.decode("utf-8", "surrogateescape")},
        {"mimeType": "image/png", "text": base64.b64encode(PICTURE).decode(), "encoding": "base64"},
        {"mimeType": "multipart/form-data", "params": [{"name": "a", "value": PICTURE.decode("latin-1")}], "text": ""},
    ],
    ids=["mitmproxy", "mitmproxy-not-utf-8", "pcapdroid", "firefox-params"],
)
def test_binary_bodies_are_the_bytes_that_were_sent(data: dict[str, Any]) -> None:
    (exchange,), unread = read(har(entry(postData=data)))
    assert PICTURE in bytes(exchange.body)
    assert exchange.host == "up.example"
    assert exchange.time is not None
    assert exchange.time.isoformat() == "2026-11-29T08:00:00.250000+00:00"
    assert unread == Unread()


def test_websockets_messages_of_chrome() -> None:
    sent = {"type": "send", "time": 5.0, "opcode": 2, "data": base64.b64encode(PICTURE).decode()}
    text = {"type": "send", "time": 6.0, "opcode": 1, "data": "grüße 守机"}
    got = {"type": "receive", "time": 7.0, "opcode": 1, "data": "no"}
    exchanges, _unread = read(har({**entry(), "_webSocketMessages": [sent, text, got]}))
    assert [bytes(one.body) for one in exchanges] == [b"", PICTURE, "grüße 守机".encode()]
    assert exchanges[1].connection == exchanges[2].connection != ""


def test_a_body_that_was_not_recorded_is_named_and_counted() -> None:
    """PCAPdroid and Chrome leave out what they cannot show: so many bytes could not be read."""
    by_header = entry(headers=[{"name": "Content-Length", "value": "700"}])
    by_size = entry(bodySize=300, postData={"mimeType": "image/png", "text": ""})
    none = entry(bodySize=0)
    unknown = entry(bodySize=-1)
    _exchanges, unread = read(har(by_header, by_size, none, unknown))
    assert unread.sent == {"unknown": 1000}
    assert unread.problems == ("The capture holds 2 requests whose content was not recorded.",)


def test_entries_that_make_no_sense_are_counted_and_the_others_read() -> None:
    good = entry(postData={"text": "good"})
    bad = [1, "x", {}, {"request": 5}, {"request": {"url": 1}}, entry(headers=[{"name": 7}, 5, None])]
    exchanges, unread = read(har(*bad, good))
    assert bytes(exchanges[-1].body) == b"good"
    assert any("5 entries" in problem for problem in unread.problems)


@settings(max_examples=40)
@given(st.integers(0, 400))
def test_a_file_that_was_cut_off(size: int) -> None:
    """The entries before the cut are read, and the person is told from where on nothing was."""
    text = json.dumps(har(*(entry(postData={"text": f"body {number}"}) for number in range(9)))).encode()
    capture = HarCapture(Path("a.har"))
    cut = text[: len(text) - 20 - size * 5]
    try:
        exchanges = list(capture.exchanges_in(cut))
    except NotACaptureError:
        assert cut.count(b"startedDateTime") <= 1
        return
    assert [bytes(one.body) for one in exchanges] == [f"body {number}".encode() for number in range(len(exchanges))]
    assert capture.unread.is_damaged


@pytest.mark.parametrize("text", ["{}", '{"log": 5}', '{"log": {"entries": {}}}', '{"a": "b"', "{" * 5000, '{"log":{'])
def test_json_that_is_no_har_file(text: str) -> None:
    with pytest.raises(NotACaptureError):
        read(text)


def test_a_har_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "fiddler.har"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(har(entry(postData={"text": "x"}))).encode())
    (exchange,) = open_capture(path).exchanges()
    assert bytes(exchange.body) == b"x"


def test_files_that_are_none(tmp_path: Path) -> None:
    """An empty file, a picture, a missing file: one sentence, and where to find out how a recording is made."""
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"12 monkeys"):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(NotACaptureError) as caught:
            open_capture(tmp_path / "x")
        assert "--guide" in caught.value.advice()
    with pytest.raises(CaptureUnreadableError):
        open_capture(tmp_path / "missing")
    with pytest.raises(CaptureUnreadableError):
        open_capture(tmp_path)


def test_deep_nesting_ends() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    text = (
        json.dumps(har(entry(postData={"text": "x"})))
        .replace('"bodySize"', '"b"')
        .replace('"headers": []', f'"headers": {deep}')
    )
    _exchanges, unread = read(text)
    assert any("1 entry" in problem for problem in unread.problems)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=20), inner),
    max_leaves=20,
)


@settings(max_examples=40)
@given(VALUES, st.sampled_from([None, 1]), st.booleans(), st.binary(max_size=5))
def test_a_value_ends_where_json_says(value: object, indent: int | None, ascii_only: bool, behind: bytes) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert skip_value(text + b"," + behind, 0) == len(text)
    if isinstance(value, dict):
        seen = {json.loads(f'"{key}"'): json.loads(text[start:stop]) for key, start, stop in members(text, 0)}
        assert seen == json.loads(text)
    if isinstance(value, list):
        assert [json.loads(text[start:stop]) for start, stop in items(text, 0)] == json.loads(text)


def test_what_is_no_json_raises() -> None:
    for text in (b"", b'"abc', b"[1,2", b'{"a"', b'{"a":', b"[,", b'["\\"]'):
        with pytest.raises(JsonError):
            list(items(text, 0)) if text[:1] == b"[" else list(members(text, 0))


def test_the_recording_as_mitmproxy_exports_it_holds_the_same_requests() -> None:
    """As many, to the same addresses; bodies have their content encoding taken off there."""
    flows = [one for one in open_capture(recording().flows).exchanges() if one.url]
    exported = list(open_capture(recording().har).exchanges())
    assert [one.url for one in exported] == [one.url for one in flows]
    assert [one.time for one in exported] == [one.time for one in flows]
