"""`case new`, `add`, `note`: a person puts evidence into a case and sees what became of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.snapshots.authority import Authority, authority


def test_a_case_from_the_first_command_to_a_note(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    ran = program.run("case", "new", folder, "--incident", "reset", "--happened", "2026-11-20", "--who", "王")
    assert ran.code == 0, ran.stderr
    assert str(folder) in ran.stdout
    (tmp_path / "photo.jpg").write_bytes(b"x")
    document = program.run("case", "add", folder, tmp_path / "photo.jpg", "--json").document
    assert document["path"] == "data/originals/photo.jpg"
    assert program.run("case", "note", folder, "called the shop").stdout.startswith("The note is line 3")
    lines = [json.loads(line) for line in (folder / "data" / "custody.jsonl").read_text().splitlines()]
    assert [line["action"] for line in lines] == ["new", "add", "note"]
    assert lines[0]["who"] == "王"
    assert lines[1]["command"] == f"phoneward case add {folder} {tmp_path / 'photo.jpg'} --json"
    assert json.loads((folder / "data" / "case.json").read_text())["happened"] == "2026-11-20"


def test_what_cannot_be_is_said(program: Program, tmp_path: Path) -> None:
    assert program.run("case", "new", tmp_path / "a").code == 2
    assert program.run("case", "new", tmp_path / "a", "--incident", "reset", "--happened", "yesterday").code == 2
    assert not (tmp_path / "a").exists()
    assert program.run("case", "new", tmp_path, "--incident", "reset").code == 2
    refused = program.run("case", "note", tmp_path, "x", "--json")
    assert (refused.code, refused.complaint["code"]) == (1, "not-a-case")


def test_evidence_from_a_snapshot_names_it(stocked: Stocked, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    program = stocked.program.with_(PHONEWARD_STATE_DIR=str(tmp_path / "state"))
    assert program.run("case", "new", folder, "--incident", "deleted").code == 0
    ran = program.run("case", "add", folder, "--snapshot", "latest", "/shared/DCIM", "/shared/Documents/0.txt")
    assert ran.code == 0, ran.stderr
    copy = folder / "data" / "originals" / "DCIM" / "Camera" / "一张照片.jpg"
    assert copy.read_bytes() == (stocked.phone / "DCIM" / "Camera" / "一张照片.jpg").read_bytes()
    line = json.loads((folder / "data" / "custody.jsonl").read_text().splitlines()[1])
    source = line["source"]
    assert (source["kind"], source["snapshot"]) == ("snapshot", stocked.ids[1])
    assert source["path"] == "/shared/DCIM/Camera/一张照片.jpg"
    assert source["modified_ns"] == copy.stat().st_mtime_ns
    assert program.run("case", "add", folder, "--snapshot", "latest", "/shared/nothing").code != 0
    link = program.run("case", "add", folder, "--snapshot", "latest", "/shared/link", "--json")
    assert link.complaint["code"] == "evidence-refused"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa")) as running:
        yield running


def test_a_case_is_sealed_and_verified(program: Program, tmp_path: Path, tsa: Authority) -> None:
    """What a person types, and the line that other programs read: exactly `result` and `problems`."""
    folder = tmp_path / "case"
    (tmp_path / "photo.jpg").write_bytes(b"x")
    program.run("case", "new", folder, "--incident", "reset")
    program.run("case", "add", folder, tmp_path / "photo.jpg")
    assert program.run("case", "verify", folder).code == 4
    sealed = program.run("case", "seal", folder)
    assert sealed.code == 0, sealed.stderr
    assert "No authority said when" in sealed.stdout
    ran = program.run("case", "verify", folder, "--json")
    assert (ran.code, ran.stdout) == (3, '{"result":"INTEGRITY ONLY","problems":[]}\n')
    assert tsa.queries == []

    document = program.run("case", "seal", folder, "--timestamp", tsa.url, "--ca", tsa.ca, "--json").document
    assert (document["seal"], document["authority_trusted"]) == (2, True)
    ran = program.run("case", "verify", folder, "--ca", tsa.ca, "--json")
    assert (ran.code, ran.stdout) == (0, '{"result":"VERIFIED","problems":[]}\n')
    told = program.with_(PHONEWARD_TIMESTAMP_CA=str(tsa.ca)).run("case", "verify", folder)
    assert "Seal 2: made before" in told.stdout
    assert "which you trust" in told.stdout
    untrusted = program.run("case", "verify", folder)
    assert untrusted.code == 3
    assert "calls itself" in untrusted.stdout

    (folder / "data" / "originals" / "photo.jpg").write_bytes(b"y")
    ran = program.run("case", "verify", folder, "--ca", tsa.ca, "--json")
    assert ran.code == 4
    answer = json.loads(ran.stdout)
    assert answer["result"] == "BROKEN"
    assert any("data/originals/photo.jpg" in problem for problem in answer["problems"])
    assert "photo.jpg" in program.run("--lang", "zh_CN", "case", "verify", folder).stdout
    refused = program.run("case", "seal", folder, "--json")
    assert refused.complaint["code"] == "evidence-altered"


def test_a_case_is_exported(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    (tmp_path / "photo.bin").write_bytes(b"x" * 150_000)
    (tmp_path / "broken.gif").write_bytes(b"GIF89a\x10\0\x10\0\0\0\0" + b"\xff" * 40)
    program.run("case", "new", folder, "--incident", "reset")
    program.run("case", "add", folder, tmp_path / "photo.bin", tmp_path / "broken.gif")
    refused = program.run("case", "export", folder, "--to", tmp_path / "out", "--json")
    assert (refused.code, refused.complaint["code"]) == (1, "not-exported")
    program.run("case", "seal", folder)
    ran = program.run("case", "export", folder, "--to", tmp_path / "out", "--max-size", "100 kB", "--json")
    assert ran.code == 0, ran.stderr
    *parts, summary = ran.documents
    assert summary["parts"] == len(parts) > 1
    assert all(part["size"] <= 100_000 for part in parts)
    papers = program.run("case", "export", folder, "--to", tmp_path / "papers", "--pdf")
    assert papers.code == 3
    assert "broken.gif is not shown" in papers.stdout
    assert program.run("case", "export", folder, "--to", tmp_path / "new", "--redacted").code == 2
    words = ("case", "add", folder, tmp_path / "broken.gif", "--redacts", "data/originals/broken.gif")
    assert program.run(*words).code == 2
    told = program.run(*words, "--note", "a face", "--json").document
    assert told["path"] == "data/renderings/redacted/broken.gif"
    for size in ("20", "99kB", "x", "-1MB", "1e6"):
        assert program.run("case", "export", folder, "--to", tmp_path / "new", "--max-size", size).code == 2
    assert not (tmp_path / "new").exists()
