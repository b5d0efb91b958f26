"""tshark does what it is for and nothing else; what goes wrong with it the person learns, and the rest is read."""

import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from phoneward.watch.captures.pcap import open_pcap, restrained, tshark
from tests.tools.debian import unpacked_with_dependencies
from tests.watch.captures.pcap import dressing
from tests.watch.captures.pcap.recording import Recording
from tests.watch.captures.pcap.test_recorded import JOBS, UIDS, check_all_found, read, recorded, uid_of

OURS = Path(restrained.__file__)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return recorded()


def program(place: Path, text: str, name: str = "tshark") -> Path:
    path = place / name
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def pretend(place: Path, monkeypatch: pytest.MonkeyPatch, work: str, version: str = "4.0.1") -> None:
    """Put a program of that name on PATH that answers what is asked of it first, and then does this."""
    real = tshark.find_tshark()
    assert real is not None
    asked = f"--version) echo 'TShark (Wireshark) {version}'; exit;; -G) exec {real.path} -G protocols;;"
    program(place, f'#!/bin/sh\ncase "$1" in {asked} esac\n{work}\n')
    monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
    monkeypatch.setattr(tshark, "_PLACES", ())


def test_a_newer_tshark_reads_the_same(recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Debian's next release has 4.4: nothing changes for the person."""
    root = unpacked_with_dependencies("tshark", ["tshark"], suite="trixie")
    libraries = f"{root}/usr/lib/x86_64-linux-gnu" if sys.platform == "linux" else ""
    found = next(Path(root).glob("usr/lib*/ld-linux-*.so.*"))
    command = f'exec {found} --library-path {libraries}:{libraries}/wireshark {root}/usr/bin/tshark "$@"'
    program(tmp_path, f"#!/bin/sh\n{command}\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    asked = tshark.find_tshark()
    assert asked is not None
    assert asked.version >= (4, 4)
    whole = tmp_path / "phone.pcapng"
    whole.write_bytes(
        dressing.pcapng(list(dressing.frames(recording.plain)), uid_of, UIDS, recording.keys.read_bytes())
    )
    exchanges, unread = read(whole)
    check_all_found(exchanges)
    assert not unread.sent


def test_keys_injected_by_wireshark_are_used(recording: Recording, tmp_path: Path) -> None:
    """editcap (Wireshark) puts a key log into a capture: the same as given beside it."""
    path = tmp_path / "injected.pcapng"
    subprocess.run(
        ["editcap", "--inject-secrets", f"tls,{recording.keys}", str(recording.plain), str(path)], check=True
    )
    found, unread = read(path)
    check_all_found(found, is_app_known=False)
    assert not unread.sent


@pytest.mark.parametrize("work", ["exit 3", "head -c 3000 > /dev/null; exit 3", "cat > /dev/null; kill -SEGV $$"])
def test_a_tshark_that_dies_costs_only_what_it_had_not_read(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work: str
) -> None:
    pretend(tmp_path, monkeypatch, work)
    found, unread = read(recording.plain, [recording.keys])
    assert [one.url.rpartition("/")[2] for one in found if one.url] == ["clear", "clear-chunked"]
    assert unread.sent["unknown"] > sum(len(job.body) for job in JOBS if job.protocol != "http")
    assert any("ended too early" in problem for problem in unread.problems)


def test_a_tshark_that_hangs_is_ended(recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It reads nothing and says nothing: after a while without a sign of life the person is told, and it is gone."""
    pretend(tmp_path, monkeypatch, "exec sleep 600")
    monkeypatch.setattr(tshark, "PATIENCE_SECONDS", 1.0)
    started = time.monotonic()
    _found, unread = read(recording.plain, [recording.keys])
    assert time.monotonic() - started < 60
    assert any("stopped answering" in problem for problem in unread.problems)
    assert unread.sent["unknown"] > 0


def test_a_tshark_that_talks_nonsense_is_no_harm(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Lines that answer nothing, lines without end: nothing is believed, memory stays bounded."""
    pretend(tmp_path, monkeypatch, "cat > /dev/null; head -c 30000000 /dev/zero; yes '7 x' | head -c 3000000")
    _found, unread = read(recording.plain, [recording.keys])
    assert unread.sent["unknown"] > sum(len(job.body) for job in JOBS if job.protocol != "http")


def test_an_old_tshark_is_named(recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(tmp_path, monkeypatch, "exit 1", version="3.4.10")
    _found, unread = read(recording.plain, [recording.keys])
    assert any("3.4 is too old" in problem for problem in unread.problems)


def test_who_stops_reading_ends_tshark_too(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pid = tmp_path.parent / f"pid-{tmp_path.name}"
    real = tshark.find_tshark()
    assert real is not None
    monkeypatch.setattr(restrained, "__file__", str(_unlimited(tmp_path)))
    pretend(tmp_path, monkeypatch, f'echo $$ > {pid}; exec {real.path} "$@"', version="4.0.1")
    exchanges = open_pcap(recording.plain, key_logs=[recording.keys]).exchanges()
    while not next(exchanges).url.endswith("/old"):
        pass
    number = int(pid.read_text())
    exchanges.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def _unlimited(place: Path) -> Path:
    """A starter without limits, for a pretended tshark that has to write down its number."""
    return program(place, "import os, sys\nos.execv(sys.argv[3], sys.argv[3:])\n", "starter.py")


def test_tshark_may_write_no_file_and_reach_no_network(tmp_path: Path) -> None:
    """What starts it takes away what it has no use for: files that grow, memory without end, the network."""
    attempt = (
        "import os, socket, sys\n"
        f"path = {str(tmp_path / 'leak')!r}\n"
        "def tried(work):\n"
        "    try:\n"
        "        work()\n"
        "        return 'done'\n"
        "    except (OSError, MemoryError) as error:\n"
        "        return type(error).__name__\n"
        "def write():\n"
        "    with open(path, 'wb') as file: file.write(b'picture')\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def reach(): socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2)\n"
        "print(tried(write), tried(lambda: bytes(2 << 30)), tried(reach))\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        command = [sys.executable, "-I", "-S", str(OURS), str(1 << 30), "20", sys.executable, "-c", attempt, port]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    wrote, took, reached = done.stdout.split()
    assert (wrote, took) == ("OSError", "MemoryError")
    # Where the system grants no network of its own to this user, the other limits stand alone.
    assert reached in {"OSError", "ConnectionRefusedError"} or os.geteuid() != 0
    assert not (tmp_path / "leak").exists() or (tmp_path / "leak").read_bytes() == b""


def test_no_picture_and_no_key_lies_on_the_disk(
    recording: Recording, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """While a capture is read, and after, nothing of what is in it is found in any temporary folder."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    secret = recording.keys.read_text().split()[-1].encode()
    seen = set()

    def look() -> None:
        for path in place.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                seen.add(path.name)
                assert secret not in content
                assert not any(job.body[100:140] in content for job in JOBS)

    for exchange in open_pcap(recording.plain, key_logs=[recording.keys]).exchanges():
        look()
        assert exchange.number >= 0
    look()
    assert seen == {"disabled_protos"}
    assert not list(place.iterdir())
