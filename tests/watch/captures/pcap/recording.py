"""Recordings of real programs that send over real TLS, made once and kept in the tests' cache."""

import hashlib
import json
import os
import subprocess
from collections.abc import Sequence
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
    """

    protocol: str
    port: int
    path: str
    body: bytes
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = ()


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


def record(jobs: Sequence[Job]) -> Recording:
    """Return the recording of these jobs."""
    stamp = hashlib.sha256(_RECORDER.read_bytes())
    for job in jobs:
        stamp.update(repr((job.protocol, job.port, job.method, job.path, job.headers)).encode() + job.body)

    def build(work: Path) -> None:
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
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"the recording failed:\n{done.stdout}\n{done.stderr}")

    folder = build_once(cache_dir() / "captures" / stamp.hexdigest()[:16], build)
    received = json.loads((folder / "received.json").read_text())
    return Recording(tuple(jobs), folder / "plain.pcapng", folder / "keys.log", received)
