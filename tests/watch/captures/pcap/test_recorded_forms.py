"""Pictures go out in forty forms over HTTP/1.1, HTTP/2 and HTTP/3: every one is named with its app, no twin is."""

import functools
import hashlib
import inspect
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import watch
from phoneward.media import Kind
from tests.tools.debian import build_once, cache_dir
from tests.watch.captures import forms
from tests.watch.captures.forms import FORMS
from tests.watch.captures.pcap import collecting, dressing
from tests.watch.captures.pcap.recording import HOST, Job, Recording, record
from tests.watch.captures.recording import families

_NAMES = tuple(sorted(FORMS))
# Each protocol has more than sixteen, and each form is sent over one or two.
OVER = {"tls1.3": _NAMES[:18], "h2": _NAMES[11:29], "h3": _NAMES[19:]}
PORTS = {"tls1.3": 20_011, "h2": 20_012, "h3": 20_013, "websocket": 20_014, "http": 20_015, "tls1.2": 20_016}
APPS = {port: f"com.example.{name.replace('.', '')}" for name, port in PORTS.items()}
UIDS = {10_200 + port: app for port, app in APPS.items()}
OWN, TWIN = "own", "twin"
PLAIN = [
    *(("websocket", form) for form in ("binary", "deflate", "text")),
    ("http", "put"),
    ("tls1.2", "put"),
    ("http", "called_a_form"),
]
CASES = [(protocol, form) for protocol, names in OVER.items() for form in names] + PLAIN


def pictures() -> dict[str, bytes]:
    """The person's picture, and another of the same screen that differs in one digit: the smallest pair there is."""
    own, twin = min(families(), key=lambda pair: len(pair[0].data))
    return {OWN: own.data, TWIN: twin.data}


def jobs() -> Iterator[Job]:
    for whose, picture in pictures().items():
        gathered = {form: collecting.collect(form, picture, whose) for form in FORMS}
        for protocol, form in CASES:
            if protocol == "websocket":
                yield Job(protocol, PORTS[protocol], f"/{whose}/{form}/", picture, "GET")
                continue
            if form == "called_a_form":
                # What Java's HttpURLConnection and curl call any body whose kind nobody told them.
                kind = ("Content-Type", "application/x-www-form-urlencoded")
                yield Job(protocol, PORTS[protocol], f"/{whose}/{form}/", picture, "POST", (kind,))
                continue
            for method, path, headers, body in gathered[form]:
                yield Job(protocol, PORTS[protocol], path, body, method, headers)


@functools.cache
def recording() -> Recording:
    sources = "".join(inspect.getsource(module) for module in (forms, collecting)) + repr((CASES, PORTS))
    key = sources.encode() + b"".join(pictures().values())
    return record(key, lambda: sorted(jobs(), key=lambda job: job.port))


@functools.cache
def result() -> watch.CaptureResult:
    """What the person is told of the capture, dressed as PCAPdroid's pcapng with its keys and apps."""
    made = recording()

    def dress(folder: Path) -> None:
        (folder / "images").mkdir()
        (folder / "images" / "statement.png").write_bytes(pictures()[OWN])
        frames = list(dressing.frames(made.plain))
        phone = dressing.pcapng(frames, lambda one: 10_200 + one.server_port, UIDS, made.keys.read_bytes())
        (folder / "phone.pcapng").write_bytes(phone)

    digest = hashlib.sha256(made.plain.read_bytes()).hexdigest()[:16]
    folder = build_once(cache_dir() / "captures" / f"forms-{digest}", dress)
    path, images = folder / "phone.pcapng", folder / "images"
    return watch.look_into_capture(path, watch.pictures_in_folder(str(images)))


def found(whose: str, protocol: str, form: str) -> list[watch.Upload]:
    return [one for one in result().uploads if f"/{whose}/{form}/" in one.url and one.app == APPS[PORTS[protocol]]]


def test_everything_arrived() -> None:
    """The recording is worth something: the servers got what the apps sent, byte for byte."""
    made = recording()
    assert len(CASES) > 3 * 16
    sent = Counter(job.path for job in made.jobs if job.protocol != "websocket")
    last = {job.path: hashlib.sha256(job.body).hexdigest() for job in made.jobs if sent[job.path] == 1}
    assert last
    assert {path: made.received[path] for path in last} == last


@pytest.mark.parametrize(("protocol", "form"), CASES)
def test_a_picture_that_was_sent_is_named_with_its_app(protocol: str, form: str) -> None:
    """The person reads which picture, to whom, when, in which form and by which app."""
    (upload,) = found(OWN, protocol, form)
    assert Path(upload.image).name == "statement.png"
    assert (upload.verdict.kind, upload.size) == (Kind.IDENTICAL, len(pictures()[OWN]))
    assert (upload.host, upload.app) == (HOST, APPS[PORTS[protocol]])
    assert upload.time is not None
    assert upload.form


@pytest.mark.parametrize(("protocol", "form"), CASES)
def test_a_twin_is_not(protocol: str, form: str) -> None:
    """Another statement, one digit off, went out in the same way: nobody is told that theirs was sent."""
    assert found(TWIN, protocol, form) == []


def test_nothing_is_left_unread() -> None:
    assert dict(result().unread.sent) == {}
    assert Path(recording().plain).exists()
