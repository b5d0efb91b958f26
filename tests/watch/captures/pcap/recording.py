"""Recordings of real programs that send over real TLS, made once and kept in the tests' cache."""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.tools.debian import build_once, cache_dir
from tests.tools.oracles import oracle_python

_RECORDER = Path(__file__).with_name("recorder.py")
HOST = "upload.example"


@dataclass(frozen=True)
class Job:
    """One thing an app sends.

    Attributes:
        protocol: "http" (in clear), "tls1.2", "tls1.3" (both HTTP/1.1), "h2", "h3", "websocket".
        port: the server's; all jobs of one port share a connection, and belong to one app.
        body: as sent.
        file: where the recording keeps it.
    """

    protocol: str
    port: int
    path: str
    body: bytes
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()
    file: str = ""


@dataclass(frozen=True)
class Recording:
    """What was recorded.

    Attributes:
        jobs: what was sent.
        plain: the capture as dumpcap wrote it: Ethernet, no keys, no apps.
        keys: the key log.
    """

    jobs: tuple[Job, ...]
    plain: Path
    keys: Path
    received: dict[str, str] = field(default_factory=dict)


def record(key: bytes, make_jobs: Callable[[], Sequence[Job]]) -> Recording:
    """Return a recording; it is made anew where its key or what records it has changed.

    Args:
        key: tells this recording from others.
        make_jobs: what is to be sent; asked only where it is not recorded yet.
    """
    stamp = hashlib.sha256(_RECORDER.read_bytes() + Path(__file__).read_bytes() + key).hexdigest()[:16]
    folder = build_once(cache_dir() / "captures" / f"pcap-{stamp}", lambda work: _record(work, make_jobs()))
    jobs = []
    for line in json.loads((folder / "jobs.json").read_text()):
        headers = tuple((name, value) for name, value in line["headers"])
        jobs.append(Job(**{**line, "body": (folder / line["file"]).read_bytes(), "headers": headers}))
    received = json.loads((folder / "received.json").read_text())
    return Recording(tuple(jobs), folder / "plain.pcapng", folder / "keys.log", received)


def _record(work: Path, jobs: Sequence[Job]) -> None:
    lines = []
    for index, job in enumerate(jobs):
        (work / f"body-{index}").write_bytes(job.body)
        lines.append({**asdict(job), "body": None, "file": f"body-{index}"})
    (work / "jobs.json").write_text(json.dumps(lines))
    # Its own network: nothing of the machine's traffic gets in, and no rights are needed but a user namespace.
    apart = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    done = subprocess.run(
        [*apart, str(oracle_python("mitmproxy")), str(_RECORDER), str(work)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the recording failed:\n{done.stdout}\n{done.stderr}")
