"""Every fuzz target runs for a bounded number of inputs with a fixed seed, and the runner itself can fail.

How a target is written and how long campaigns are run: `fuzz/README.md`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUZZ = ROOT / "fuzz"
EXPECTED = {
    "adb",
    "androidbackup",
    "apk_container",
    "apk_jarlist",
    "apk_manifest",
    "apk_pkcs7",
    "apk_signatures",
    "begun",
    "calendar",
    "canary",
    "chat_exports",
    "casebag",
    "comparing",
    "confined",
    "coverage",
    "declared",
    "dex",
    "documents",
    "flows",
    "finding",
    "gate",
    "gate_service",
    "greetings",
    "har",
    "index",
    "iosbackup",
    "journal",
    "leftovers",
    "messages",
    "move",
    "mailbox",
    "multipart",
    "operator",
    "ownbackups",
    "pack",
    "packages",
    "packets",
    "passwords",
    "picture_headers",
    "picture_traces",
    "proofs",
    "push",
    "records",
    "rooted",
    "recover",
    "sftp",
    "state",
    "tree",
    "tree_references",
    "unwrapping",
    "usb",
    "vcard",
    "years",
}
"""The parsers of foreign bytes that must have a target. A new one is added here with its parser."""
RUNS = 3000


def targets() -> list[str]:
    """Return the names of the targets there are: `pack` for `fuzz/fuzz_pack.py`."""
    return sorted(path.stem.removeprefix("fuzz_") for path in FUZZ.glob("fuzz_*.py"))


def run_target(target: Path, corpus: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run one target with the arguments of a test run; crash files land in the corpus's folder."""
    corpus.mkdir()
    name = target.stem.removeprefix("fuzz_")
    seeds, words = target.parent / "seeds" / name, target.parent / "seeds" / f"{name}.dict"
    if seeds.is_dir():
        shutil.copytree(seeds, corpus, dirs_exist_ok=True)
    if words.exists():
        arguments += (f"-dict={words}",)
    fixed = [f"-runs={RUNS}", "-max_total_time=20", "-rss_limit_mb=1024", "-timeout=10", "-seed=20261122"]
    # By way of a shell: Linux counts what was in memory before a program was started as its own; libFuzzer would end
    # a target of 50 MB that a test process of 1 GB starts.
    return subprocess.run(
        [
            "/bin/sh",
            "-c",
            '"$@"; exit $?',
            "sh",
            sys.executable,
            target,
            *fixed,
            f"-artifact_prefix={corpus.parent}/",
            *arguments,
            corpus,
        ],
        cwd=corpus.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )


def test_every_parser_of_foreign_bytes_has_a_target() -> None:
    assert set(targets()) >= EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED | set(targets())))
def test_target(name: str, tmp_path: Path) -> None:
    """No input of a short campaign brings the parser to anything but an answer or an error of our family."""
    done = run_target(FUZZ / f"fuzz_{name}.py", tmp_path / "corpus")
    assert done.returncode == 0, done.stdout[-6000:]
    # libFuzzer's own words: the inputs were run, and not none of them.
    assert "Done " in done.stdout, done.stdout[-2000:]
    # Its warning when nothing that ran was instrumented: the parser was imported too early.
    assert "Is the code instrumented" not in done.stdout, done.stdout[-2000:]


TARGET = """
import sys
import atheris
def one_input(data):
    {body}
atheris.instrument_func(one_input)
atheris.Setup(sys.argv, one_input)
atheris.Fuzz()
"""


@pytest.mark.parametrize(
    ("body", "trace"),
    [
        ("if len(data) > 2: raise IndexError('found')", "IndexError: found"),
        ("if len(data) > 2: [b'x' * (1 << 20) for _ in range(2000)]", "out-of-memory"),
        ("if len(data) > 2: __import__('ctypes').string_at(0)", "deadly signal"),
        ("while len(data) > 2: pass", "timeout after"),
    ],
)
def test_the_runner_catches_a_target_that_fails(body: str, trace: str, tmp_path: Path) -> None:
    target = tmp_path / "fuzz_crashing.py"
    target.write_text(TARGET.format(body=body))
    # Only the one that never ends is to run out of time: memory fills slowly on a busy machine.
    done = run_target(target, tmp_path / "corpus", *(["-timeout=2"] if "timeout" in trace else []))
    assert done.returncode != 0
    assert trace in done.stdout


def test_seeds_are_tried_first(tmp_path: Path) -> None:
    target = tmp_path / "fuzz_seeded.py"
    # No campaign of this length comes upon these bytes by itself.
    target.write_text(TARGET.format(body="if data == b'a sample of the real thing': raise RuntimeError('seed')"))
    seeds = tmp_path / "seeds" / "seeded"
    seeds.mkdir(parents=True)
    (seeds / "one").write_bytes(b"a sample of the real thing")
    done = run_target(target, tmp_path / "corpus")
    assert done.returncode != 0
    assert "RuntimeError: seed" in done.stdout


def test_a_target_that_fuzzes_nothing_is_noticed(tmp_path: Path) -> None:
    target = tmp_path / "fuzz_idle.py"
    target.write_text("import sys\n")
    assert "Done " not in run_target(target, tmp_path / "idle").stdout
    target.write_text(TARGET.format(body="len(data)").replace("atheris.instrument_func(one_input)", ""))
    assert "Is the code instrumented" in run_target(target, tmp_path / "blind").stdout
