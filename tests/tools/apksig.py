"""Debian's apksigner, many jobs in one Java (which takes a second to start), and its answers kept.

The reference implementation signs and judges here; nothing of it is in the project. The small Java program beside this
file is compiled with Debian's ecj: Java's runtime, as the package `apksigner` brings it, will do.
"""

import atexit
import functools
import hashlib
import json
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from tests.tools.debian import build_once, cache_dir, unpacked

_PROGRAM = Path(__file__).with_name("Apksig.java")
_APKSIGNER = Path("/usr/share/java/apksigner.jar")
_lock = threading.Lock()


class ApksigError(RuntimeError):
    """apksigner ended instead of answering; the text is what it wrote."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What `apksigner verify` says of one file for one range of Android versions.

    Attributes:
        verified: its verdict.
        schemes: that it verified, of v1, v2, v3, v4.
        signers: SHA-256 of their certificates, hex.
        lineage: SHA-256 and capabilities (AOSP's flags), oldest first.
        errors, warnings: names in apksig's `ApkVerifier.Issue`.
        raised: the exception instead of a result; empty where none.
    """

    verified: bool
    schemes: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    lineage: tuple[tuple[str, int], ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    raised: str = ""


def verify(apk: Path, min_sdk: int | None = None, max_sdk: int | None = None, idsig: Path | None = None) -> Answer:
    """Ask `apksigner verify`; None leaves an option away. The answer is kept under the file's content."""
    options = ["" if sdk is None else str(sdk) for sdk in (min_sdk, max_sdk)]
    parts = [apk.read_bytes(), idsig.read_bytes() if idsig else b"", "\t".join(options).encode(), _PROGRAM.read_bytes()]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()

    def ask(place: Path) -> None:
        line = _ask("verify", str(apk.resolve()), *options, str(idsig.resolve()) if idsig else "")
        (place / "answer.json").write_text(line)

    said = json.loads((build_once(cache_dir() / "apksig" / "answers" / key[:32], ask) / "answer.json").read_text())
    return Answer(
        verified=said["verified"],
        lineage=tuple((name, flags) for name, flags in said.get("lineage", ())),
        raised=said.get("raised", ""),
        **{name: tuple(said.get(name, ())) for name in ("schemes", "signers", "errors", "warnings")},
    )


def tool(*arguments: str) -> None:
    """Run `apksigner ARGUMENTS…` (sign, rotate, lineage).

    Raises:
        ApksigError: it failed.
    """
    _ask("tool", *arguments)


def _ask(*fields: str) -> str:
    with _lock:
        worker = _worker()
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write("\t".join(fields) + "\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
        if not line:
            _worker.cache_clear()
            worker.wait()
            raise ApksigError(f"apksigner {fields}: {worker.said()}")
        return line


class _Worker(subprocess.Popen[str]):
    """One Java, and what it wrote to its standard error."""

    def __init__(self, command: Sequence[str]) -> None:
        self.written = TemporaryFile("w+")  # noqa: SIM115 - lives as long as the process
        super().__init__(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.written, text=True)

    def said(self) -> str:
        self.written.seek(0)
        return self.written.read()


@functools.cache
def _worker() -> _Worker:
    classes = _compiled()
    # Debian's `apksigner` runs the same jar under the same bound of memory.
    started = _Worker(
        ["java", "-Xmx1024M", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{_APKSIGNER}:{classes}", "Apksig"]
    )
    atexit.register(started.kill)
    return started


def _compiled() -> Path:
    def build(place: Path) -> None:
        jar = next((unpacked("libecj-java", "bookworm") / "usr/share/java").glob("eclipse-ecj-*.jar"))
        compiler = ["java", "-cp", str(jar), "org.eclipse.jdt.internal.compiler.batch.Main", "-8", "-nowarn"]
        shutil.copy(_PROGRAM, place)
        done = subprocess.run(
            [*compiler, "-cp", str(_APKSIGNER), "-d", str(place), str(place / _PROGRAM.name)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        if not (place / "Apksig.class").exists():
            raise ApksigError(done.stdout + done.stderr)

    key = hashlib.sha256(_PROGRAM.read_bytes()).hexdigest()[:16]
    return build_once(cache_dir() / "apksig" / "program" / key, build)
