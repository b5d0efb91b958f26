"""`phoneward open`, as another process."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from phoneward.web import listen, port_of
from tests.cli.program import make_vault
from tests.tools.ports import free_port

PASSWORD = "open sesame 芝麻"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    make_vault(tmp_path / "vault", PASSWORD)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "TMPDIR": str(tmp_path),
        "BROWSER": str(tmp_path / "browser"),
        "PHONEWARD_REPOSITORY": str(tmp_path / "vault"),
        "PHONEWARD_PASSWORD": PASSWORD,
        "PHONEWARD_STATE_DIR": str(tmp_path / "state"),
        "PHONEWARD_CACHE_DIR": str(tmp_path / "cache"),
    }


@contextlib.contextmanager
def started(environment: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "phoneward", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_print_url_prints_the_link_and_nothing_else(environment: dict[str, str]) -> None:
    port = free_port()
    with started(environment, "open", "--port", str(port), "--print-url") as process:
        assert process.stdout is not None
        link = process.stdout.readline()
        assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/enter\?token=[\w-]{{43}}\n", link)
        with httpx.Client(timeout=30) as browser:
            assert browser.get(link.strip()).status_code == 200
            deadline = time.monotonic() + 60
            while "There is no snapshot of your phone yet." not in browser.get(f"http://127.0.0.1:{port}/").text:
                assert time.monotonic() < deadline  # on a busy machine the first page says that the vault is looked at
        assert end(process) == (0, "", "")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_it_ends_in_order_however_it_is_told(environment: dict[str, str], how: signal.Signals) -> None:
    with started(environment, "open", "--print-url") as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert end(process, how) == (0, "", "")


def test_it_listens_on_this_computer_alone(environment: dict[str, str]) -> None:
    port = free_port()
    with started(environment, "open", "--port", str(port), "--print-url") as process:
        assert process.stdout is not None
        process.stdout.readline()
        listening = [
            line.split()[1]
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
        ]
        assert listening == [f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}:{port:04X}"]


def test_a_port_in_use_is_said(environment: dict[str, str]) -> None:
    with listen() as listening, started(environment, "open", "--port", str(port_of(listening))) as process:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (1, "")
        assert str(port_of(listening)) in err


def test_json_holds_the_link(environment: dict[str, str]) -> None:
    with started(environment, "open", "--json") as process:
        assert process.stdout is not None
        document = json.loads(process.stdout.readline())
        assert document["message_type"] == "page"
        assert httpx.get(document["url"], timeout=30).status_code == 200
        assert end(process)[:2] == (0, "")


def test_the_browser_is_started_without_the_secret(environment: dict[str, str], tmp_path: Path) -> None:
    """The browser here is a script that notes its command line, as every user of the computer can list it."""
    browser = tmp_path / "browser"
    browser.write_text(
        '#!/bin/sh\necho "$@" > "$(dirname "$0")/noted.new"; mv "$(dirname "$0")"/noted.new "$(dirname "$0")"/noted\n'
    )
    browser.chmod(0o755)
    with started(environment, "open") as process:
        deadline = time.monotonic() + 30
        while not (tmp_path / "noted").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        noted = (tmp_path / "noted").read_text().strip()
        assert noted.startswith("file:")
        assert "token" not in noted
        page = Path(noted.removeprefix("file://"))
        link = page.read_text().partition('href="')[2].partition('"')[0]
        assert httpx.get(link, timeout=30).status_code == 200
        code, out, err = end(process)
        assert (code, out) == (0, "")
        assert "token" not in err
        assert "http://127.0.0.1:" in err
        assert not page.parent.exists()


def test_the_language_of_the_command_line_is_the_pages(environment: dict[str, str]) -> None:
    with started(environment, "--lang", "zh_CN", "open", "--print-url") as process:
        assert process.stdout is not None
        text = httpx.get(process.stdout.readline().strip(), headers={"accept-language": "en"}, timeout=30).text
        assert '<html lang="zh-Hans">' in text


def test_copies_that_a_killed_page_left_are_removed(environment: dict[str, str], tmp_path: Path) -> None:
    """They are a person's files, in the clear."""
    left = tmp_path / "run" / "phoneward" / "open" / ("0123456789abcdef" * 2)
    left.mkdir(parents=True)
    (tmp_path / "run").chmod(0o700)  # as a session's own is
    (left / "photo.jpg").write_bytes(b"a photo")
    left.with_suffix(".lock").touch()
    with started(environment | {"XDG_RUNTIME_DIR": str(tmp_path / "run")}, "open", "--print-url") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        assert list(left.parent.iterdir()) == []
        end(process)
