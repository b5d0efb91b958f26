"""A real capture: mitmproxy between real clients and a real TLS server, every form twice.

Once with a picture of the person, once with its twin: another picture of the same screen, which differs in one digit
and is not the person's.
"""

import functools
import hashlib
import inspect
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from phoneward.media import Kind
from tests.media import corpus
from tests.media.corpus import transforms
from tests.tools.debian import build_once, cache_dir
from tests.tools.oracles import oracle_python
from tests.tools.ports import free_port
from tests.watch.captures import forms, server
from tests.watch.captures.forms import FORMS, Sender

CHANGED = {
    "jpeg30": Kind.RE_ENCODED,
    "half": Kind.SMALLER,
    "cut10_top": Kind.CROPPED,
    "watermark": Kind.COVERED,
}
"""Copies as apps make them, sent as JSON: `tests.media.corpus.transforms`."""
OWN, TWIN = "own", "twin"
_LARGEST = 200_000
"""Bytes of the pictures that are sent: forty forms of them make a recording of some thirty megabytes."""
_FAMILIES = 3


@dataclass(frozen=True)
class Recording:
    """What was recorded.

    Attributes:
        flows: mitmproxy's flow file.
        har: the same, as mitmproxy exports it.
        images: a folder with the person's pictures.
    """

    flows: Path
    har: Path
    images: Path


@functools.cache
def families() -> tuple[tuple[corpus.CorpusPicture, corpus.CorpusPicture], ...]:
    """Return screens, each with its twin: what differs is one digit."""
    found: dict[str, list[corpus.CorpusPicture]] = {}
    for picture in corpus.pictures():
        found.setdefault(picture.family, []).append(picture)
    pairs = [
        (members[0], members[1]) for members in found.values() if len(members) > 1 and len(members[0].data) <= _LARGEST
    ]
    return tuple(pairs[:_FAMILIES])


def sent_in(form: str) -> tuple[corpus.CorpusPicture, corpus.CorpusPicture]:
    """Return the picture that a form is recorded with, and its twin."""
    names = [*FORMS, *CHANGED]
    return families()[names.index(form) % len(families())]


def recording() -> Recording:
    """Return the recording, made anew where what makes it has changed."""
    made_by = "".join(inspect.getsource(module) for module in (forms, server, sys.modules[__name__]))
    pictures = "".join(hashlib.sha256(one.data).hexdigest() for pair in families() for one in pair)
    key = hashlib.sha256((made_by + pictures).encode()).hexdigest()[:16]
    folder = build_once(cache_dir() / "captures" / key, _record)
    return Recording(folder / "all.flows", folder / "all.har", folder / "images")


def _record(folder: Path) -> None:
    images = folder / "images"
    images.mkdir()
    for own, _twin in families():
        (images / f"{own.name}.png").write_bytes(own.data)
    with tempfile.TemporaryDirectory() as work, server.running(server.make_certificate(Path(work))) as (tls, bare):
        _record_all(folder, Path(work), tls, bare)


def _record_all(folder: Path, work: Path, tls: int, bare: int) -> None:
    port, raw = free_port(), free_port()
    program = oracle_python("mitmproxy").with_name("mitmdump")
    arguments = ["--quiet", "--set", f"confdir={work}", "--set", "ssl_insecure=true", "--set", "listen_host=127.0.0.1"]
    modes = ["--mode", f"regular@{port}", "--mode", f"reverse:tcp://127.0.0.1:{bare}@{raw}"]
    files = ["-w", str(folder / "all.flows"), "--set", f"hardump={folder / 'all.har'}"]
    proxy = subprocess.Popen([program, *arguments, *modes, *files], stdin=subprocess.DEVNULL)
    try:
        _wait_for(port, proxy)
        _send_all(work, f"http://127.0.0.1:{port}", f"https://localhost:{tls}", raw)
    finally:
        proxy.send_signal(signal.SIGINT)
        assert proxy.wait(60) == 0


def _send_all(work: Path, proxy: str, base: str, raw: int) -> None:
    # mitmproxy's certificate, on loopback.
    with httpx.Client(proxy=proxy, verify=False, timeout=30) as client:  # noqa: S501
        for name in [*FORMS, *CHANGED]:
            for whose, picture in zip((OWN, TWIN), sent_in(name), strict=True):
                send = Sender(f"{base}/{whose}/{name}", proxy, client, work)
                if name in FORMS:
                    FORMS[name](send, picture.data)
                else:
                    send.post_json({"image": forms.text(transforms.ALL[name].copy(picture.pixels()))})
    for picture in families()[0]:
        with socket.create_connection(("127.0.0.1", raw), timeout=30) as stream:
            stream.sendall(b"\0\x01upload\n" + picture.data)
            stream.shutdown(socket.SHUT_WR)
            while stream.recv(16):
                pass


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("mitmdump does not answer")
