"""`timestamp`: an outside authority says since when a snapshot exists. OpenSSL is the authority, and the judge."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Program, make_vault
from tests.snapshots.authority import Authority, authority, openssl
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


@pytest.fixture
def ready(program: Program, tmp_path: Path, tsa: Authority) -> Program:
    """A program with a vault that holds one snapshot, not stamped."""
    tsa.answer = None
    named = program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x")
    make_vault(tmp_path / "vault", "x")
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "note.txt").write_bytes(b"hello")
    assert named.run("backup", "--folder", tmp_path / "card").code == 0
    return named


def test_a_new_snapshot_is_stamped(ready: Program, tsa: Authority, tmp_path: Path) -> None:
    """What the authority saw is the snapshot's ID, and OpenSSL verifies what the vault kept."""
    ran = ready.run("backup", "--folder", tmp_path / "card", "--timestamp", tsa.url)
    assert ran.code == 0, ran.stderr
    assert "existed on" in ran.stdout
    assert "CN=Test authority" in ran.stdout
    assert "was not checked" in ran.stdout
    named = ready.with_(PHONEWARD_TIMESTAMP_CA=str(tsa.ca))
    document = named.run("timestamp", "check", "latest", "--json").document
    assert (document["valid"], document["authority_trusted"]) == (True, True)
    snapshot = document["snapshot_id"]
    assert bytes.fromhex(snapshot) in tsa.queries[-1]

    out = tmp_path / "for the court"
    assert named.run("timestamp", "export", "latest", "--target", out).code == 0
    data, token = out / f"{snapshot}.snapshot", out / f"{snapshot}-1.tsr"
    assert hashlib.sha256(data.read_bytes()).hexdigest() == snapshot
    assert data.read_bytes() == (tmp_path / "vault" / "snapshots" / snapshot).read_bytes()
    judged = openssl("ts", "-verify", "-data", data, "-in", token, "-CAfile", tsa.ca)
    assert judged.returncode == 0, judged.stderr
    data.chmod(0o600)
    data.write_bytes(data.read_bytes() + b"x")
    assert openssl("ts", "-verify", "-data", data, "-in", token, "-CAfile", tsa.ca).returncode != 0


def test_it_is_never_the_latest_snapshot_and_restic_is_content(ready: Program, tsa: Authority, tmp_path: Path) -> None:
    before = ready.run("snapshots", "--json").documents
    assert ready.run("timestamp", "add", "latest", "--url", tsa.url).code == 0
    after = ready.run("snapshots", "--json").documents
    (stamp,) = [document for document in after if document not in before]
    assert (stamp["proof"], len(after)) == (True, 2)
    assert ready.run("restore", "latest", "--target", tmp_path / "back").code == 0
    assert (tmp_path / "back" / "shared" / "note.txt").read_bytes() == b"hello"
    judge = Restic(restic_tool.restic("0.19"), tmp_path / "vault", "x", tmp_path / "cache")
    judge.run("check", "--read-data")
    assert ready.run("check").code == 0


def test_an_authority_that_is_not_the_one(ready: Program, tsa: Authority, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as other:
        refused = ready.run("timestamp", "add", "latest", "--url", tsa.url, "--timestamp-ca", other.ca)
        assert refused.code == 1
        assert "proves nothing" in refused.stderr
        assert ready.run("timestamp", "check", "latest", "--json").documents == []
        assert ready.run("timestamp", "add", "latest", "--url", tsa.url).code == 0
        assert ready.run("timestamp", "check", "latest", "--timestamp-ca", other.ca).code == 1
        assert ready.run("timestamp", "check", "latest", "--timestamp-ca", tsa.ca).code == 0


def test_an_old_answer_is_no_answer(ready: Program, tsa: Authority) -> None:
    """A replayed token is about something else, or has another nonce."""
    assert ready.run("timestamp", "add", "latest", "--url", tsa.url).code == 0
    folder = tsa.ca.parent
    tsa.answer = (folder / "reply").read_bytes()
    replayed = ready.run("timestamp", "add", "latest", "--url", tsa.url)
    assert replayed.code == 1
    assert "about something else" in replayed.stderr


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>no</html>", b"\x30\x82\xff\xff", b"0" * 300_000, b"elsewhere", bytes.fromhex("30053003020102")],
)
def test_answers_that_prove_nothing(ready: Program, tsa: Authority, answer: bytes) -> None:
    tsa.answer = answer
    ran = ready.run("timestamp", "add", "latest", "--url", tsa.url, "--json")
    assert ran.code == 1
    assert ran.complaint["code"] in {"TimestampRefusedError", "TimestampServerError"} or ran.complaint["message"]
    assert ready.run("timestamp", "check", "latest", "--json").documents == []


def test_a_snapshot_is_kept_when_nobody_stamps_it(ready: Program, tmp_path: Path) -> None:
    ran = ready.run("backup", "--folder", tmp_path / "card", "--timestamp", "http://127.0.0.1:9/")
    assert ran.code == 3
    assert "phoneward timestamp add" in " ".join((ran.stderr + ran.stdout).split())
    assert len(ready.run("snapshots", "--json").documents) == 2


def test_whom_to_ask(ready: Program, tsa: Authority, tmp_path: Path) -> None:
    assert ready.run("timestamp", "add", "latest").code == 2
    assert ready.run("timestamp", "add", "latest", "--url", "file:///etc/passwd").code == 1
    assert ready.with_(PHONEWARD_TIMESTAMP_URL=tsa.url).run("timestamp", "add", "latest").code == 0
    (tmp_path / "no.pem").write_text("hello")
    assert ready.run("timestamp", "check", "latest", "--timestamp-ca", tmp_path / "no.pem").code == 2
    assert ready.run("timestamp").stdout.startswith("Usage:")


def test_nothing_is_written_over(ready: Program, tsa: Authority, tmp_path: Path) -> None:
    assert ready.run("timestamp", "add", "latest", "--url", tsa.url).code == 0
    assert ready.run("timestamp", "export", "latest", "--target", tmp_path / "out").code == 0
    assert ready.run("timestamp", "export", "latest", "--target", tmp_path / "out").code == 1


def test_an_export_without_a_time_stamp_says_so(ready: Program, tmp_path: Path) -> None:
    ran = ready.run("timestamp", "export", "latest", "--target", tmp_path / "out")
    assert ran.code == 3
    assert "keeps no time stamp" in ran.stdout
    assert [path.suffix for path in (tmp_path / "out").iterdir()] == [".snapshot"]
