"""A sealed case can be checked by anybody with standard programs, and they agree with us."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward.cases import (
    Case,
    CaseFacts,
    EvidenceAlteredError,
    OpenTimestampsMissingError,
    Result,
    Wish,
    verify,
)
from phoneward.cases.bag import encode_manifest
from phoneward.incidents import Incident
from phoneward.timestamping import TimestampRefusedError, TimestampServerError
from tests.cases.killing import contents
from tests.cases.sealed import FACTS, Sealed, bagit, make_sealed, openssl_verifies, running_authority, sha256sum
from tests.snapshots.authority import Authority

MANIFESTS = ("manifest-sha256.txt", "tagmanifest-sha256.txt")


@pytest.fixture
def copy(sealed: Sealed, tmp_path: Path) -> Sealed:
    """The sealed case, to be changed."""
    shutil.copytree(sealed.folder, tmp_path / "bag")
    return Sealed(tmp_path / "bag", sealed.ca)


def test_all_judges_agree_that_it_is_whole(sealed: Sealed) -> None:
    """GNU, the Library of Congress, OpenSSL, rfc3161-client."""
    assert sha256sum(sealed.folder, *MANIFESTS)
    assert bagit(sealed.folder)
    assert openssl_verifies(sealed.folder, 2, sealed.ca)
    assert openssl_verifies(sealed.folder, 1, sealed.ca, "seals/0001/tagmanifest-sha256.txt")
    verdict = verify(sealed.folder, sealed.roots)
    assert (verdict.result, verdict.problems) == (Result.VERIFIED, ())
    assert [(seal.seal, seal.is_trusted, seal.authority) for seal in verdict.seals] == [
        (1, True, "CN=Test authority"),
        (2, True, "CN=Test authority"),
    ]


def test_the_three_commands_of_the_readme_work_as_they_stand_there(sealed: Sealed, tmp_path: Path) -> None:
    """A court's expert types what the README says, in the folder itself."""
    readme = (sealed.folder / "README.txt").read_text()
    assert "怎样核对" in readme
    (tmp_path / "ROOT.pem").write_bytes(sealed.roots)
    first = re.search(r"^   (sha256sum -c .*)$", readme, re.MULTILINE)
    second = re.search(r"^   (openssl ts -verify .*\\\n.*)$", readme, re.MULTILINE)
    third = re.search(r"^   (python -m bagit .*)$", readme, re.MULTILINE)
    chain = re.search(r"^   (sed -n 3p .*)$", readme, re.MULTILINE)
    assert first is not None
    assert second is not None
    assert third is not None
    assert chain is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": ":".join(sys.path)}
    answers = []
    for command in (first[1], second[1].replace("ROOT.pem", str(tmp_path / "ROOT.pem")), third[1], chain[1]):
        done = subprocess.run(
            ["sh", "-c", command], cwd=sealed.folder, env=env, capture_output=True, text=True, check=True
        )
        answers.append(done.stdout + done.stderr)
    assert answers[0] == ""
    assert "Verification: OK" in answers[1]
    assert "is valid" in answers[2]
    line = (sealed.folder / "data" / "custody.jsonl").read_text().splitlines()[3]
    assert json.loads(line)["previous"] == answers[3].split()[0]


def test_manifests_are_as_the_standard_and_gnu_write_them(sealed: Sealed) -> None:
    """RFC 8493, 2.1.3: hash, white space, path. Two blanks, so that GNU does not guess."""
    for name in MANIFESTS:
        for line in (sealed.folder / name).read_text().splitlines():
            assert re.fullmatch(r"[0-9a-f]{64}  [^ ].*", line)
    listed = {line[66:] for line in (sealed.folder / "manifest-sha256.txt").read_text().splitlines()}
    assert listed == {path for path in contents(sealed.folder) if path.startswith("data/")}
    info = (sealed.folder / "bag-info.txt").read_text()
    payload = [content for path, content in contents(sealed.folder).items() if path.startswith("data/")]
    assert f"Payload-Oxum: {sum(map(len, payload))}.{len(payload)}\n" in info
    assert (sealed.folder / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def test_what_the_authority_got_is_a_hash(sealed: Sealed, tsa: Authority) -> None:
    digest = hashlib.sha256((sealed.folder / "tagmanifest-sha256.txt").read_bytes()).digest()
    assert any(digest in query and len(query) < 100 for query in tsa.queries)


def test_without_a_time_stamp_it_is_integrity_only(tmp_path: Path) -> None:
    case = Case.new(tmp_path / "case", FACTS)
    assert verify(case.folder).result is Result.BROKEN
    seal = case.seal()
    assert (seal.number, seal.stamp, seal.lines) == (1, None, 2)
    assert sha256sum(case.folder, *MANIFESTS)
    assert bagit(case.folder)
    verdict = verify(case.folder)
    assert (verdict.result, verdict.problems) == (Result.INTEGRITY_ONLY, ())
    assert "没有可信时间戳" in (case.folder / "README.txt").read_text()


def test_an_authority_that_nobody_named_counts_for_nothing(sealed: Sealed) -> None:
    verdict = verify(sealed.folder)
    assert verdict.result is Result.INTEGRITY_ONLY
    assert "--ca" in str(verdict.problems[0])


def test_a_forger_with_an_authority_of_his_own_is_not_verified(sealed: Sealed, tmp_path: Path) -> None:
    """All is made anew by an authority of the same name, whose root lies in the bag: it does not count."""
    with running_authority(tmp_path / "forger") as forger:
        forged = make_sealed(tmp_path / "forged", forger)
        assert openssl_verifies(forged.folder, 2, forger.ca)
    assert not openssl_verifies(forged.folder, 2, sealed.ca)
    verdict = verify(forged.folder, sealed.roots)
    assert verdict.result is Result.INTEGRITY_ONLY
    assert "no authority that you trust" in str(verdict.problems[0])
    assert not verdict.seals[0].is_trusted
    assert verify(forged.folder, sealed.roots + forged.roots).result is Result.VERIFIED


def test_a_token_of_another_bag_does_not_fit(copy: Sealed, tmp_path: Path, tsa: Authority) -> None:
    other = make_sealed(tmp_path / "other", tsa)
    for name in ("timestamp.tsr", "chain.pem", "SHA256SUMS"):
        shutil.copy(other.folder / "seals" / "0002" / name, copy.folder / "seals" / "0002" / name)
    verdict = verify(copy.folder, copy.roots)
    assert verdict.result is Result.BROKEN
    assert any("seals/0002/timestamp.tsr" in str(problem) for problem in verdict.problems)
    assert not openssl_verifies(copy.folder, 2, copy.ca)


def test_a_case_goes_on_after_a_seal_and_earlier_seals_stay(copy: Sealed) -> None:
    """The first seal's log is the beginning of the present one: a standard tool shows it."""
    bag = copy.folder
    case = Case.open(bag)
    case.note("later")
    verdict = verify(bag, copy.roots)
    assert verdict.result is Result.BROKEN
    assert any("what came after it is not sealed" in str(problem) for problem in verdict.problems)
    case.seal()
    verdict = verify(bag, copy.roots)
    assert verdict.result is Result.INTEGRITY_ONLY
    assert [seal.is_trusted for seal in verdict.seals] == [True, True, False]
    listed = dict(
        line.split("  ", 1)[::-1] for line in (bag / "seals/0002/manifest-sha256.txt").read_text().splitlines()
    )
    log = (bag / "data" / "custody.jsonl").read_bytes().splitlines(keepends=True)
    sealed_lines = [number for number, line in enumerate(log, 1) if json.loads(line)["action"] == "seal"]
    assert hashlib.sha256(b"".join(log[: sealed_lines[1]])).hexdigest() == listed["data/custody.jsonl"]
    size = re.search(r"^Phoneward-Log-Size: (\d+)$", (bag / "seals/0002/bag-info.txt").read_text(), re.MULTILINE)
    assert size is not None
    said = subprocess.run(
        ["sh", "-c", f"head -c {size[1]} data/custody.jsonl | sha256sum"], cwd=bag, capture_output=True, check=True
    )
    assert said.stdout.decode().split()[0] == listed["data/custody.jsonl"]
    assert hashlib.sha256((bag / "seals/0002/case.json").read_bytes()).hexdigest() == listed["data/case.json"]
    assert openssl_verifies(bag, 1, copy.ca, "seals/0001/tagmanifest-sha256.txt")
    assert openssl_verifies(bag, 2, copy.ca, "seals/0002/tagmanifest-sha256.txt")
    assert sha256sum(bag, *MANIFESTS)
    assert bagit(bag)


def test_a_seal_over_a_forged_past_is_found(copy: Sealed) -> None:
    """Somebody alters an original and makes manifests and last seal anew: the first seal, which is stamped, tells."""
    bag = copy.folder
    original = bag / "data/originals/chat.db"
    before, after = (hashlib.sha256(data).hexdigest() for data in (original.read_bytes(), b"forged"))
    log, size = bag / "data/custody.jsonl", original.stat().st_size
    original.write_bytes(b"forged")
    forged = log.read_text().replace(before, after).replace(f'"size":{size}', '"size":6')
    log.write_text(chained(forged.splitlines()))
    with pytest.raises(EvidenceAlteredError):
        Case.open(bag).seal()
    remake(bag)
    assert sha256sum(bag, *MANIFESTS)
    assert bagit(bag)
    told = " ".join(map(str, verify(bag, copy.roots).problems))
    assert "data/originals/chat.db is not what seal 1 covered" in told
    assert "data/custody.jsonl is not what seal 1 covered" in told


def chained(lines: list[str]) -> str:
    """Return lines with the hashes of the lines before them."""
    previous, whole = "0" * 64, ""
    for line in lines:
        linked = re.sub(r'"previous":"[0-9a-f]{64}"', f'"previous":"{previous}"', line) + "\n"
        previous = hashlib.sha256(linked.encode()).hexdigest()
        whole += linked
    return whole


def remake(bag: Path) -> None:
    """Make the manifests and what bag-info.txt counts anew, as anybody can."""
    files = contents(bag)
    payload = {path: data for path, data in files.items() if path.startswith("data/")}
    info = files["bag-info.txt"].decode()
    info = re.sub("Payload-Oxum: .*", f"Payload-Oxum: {sum(map(len, payload.values()))}.{len(payload)}", info)
    head = hashlib.sha256(payload["data/custody.jsonl"].splitlines(keepends=True)[-1]).hexdigest()
    info = re.sub("Phoneward-Log-Head: .*", f"Phoneward-Log-Head: {head}", info)
    (bag / "bag-info.txt").write_text(info)
    (bag / "manifest-sha256.txt").write_bytes(
        encode_manifest({path: hashlib.sha256(data).hexdigest() for path, data in payload.items()})
    )
    tagged = [line[66:] for line in files["tagmanifest-sha256.txt"].decode().splitlines()]
    tags = {path: hashlib.sha256((bag / path).read_bytes()).hexdigest() for path in tagged}
    (bag / "tagmanifest-sha256.txt").write_bytes(encode_manifest(tags))


@pytest.mark.parametrize("kind", ["altered", "missing", "added", "beside", "link", "seal"])
def test_what_is_not_as_the_log_says_is_not_sealed(copy: Sealed, tmp_path: Path, kind: str) -> None:
    bag = copy.folder
    original = bag / "data/originals/chat.db"
    if kind == "altered":
        original.write_bytes(b"x" * original.stat().st_size)
    elif kind == "missing":
        original.unlink()
    elif kind == "added":
        (bag / "data/originals/extra").write_text("x")
    elif kind == "beside":
        (bag / "notes.txt").write_text("x")
    elif kind == "link":
        shutil.move(original, tmp_path / "away")
        original.symlink_to(tmp_path / "away")
    else:
        with (bag / "seals/0001/bag-info.txt").open("a") as stream:
            stream.write("x")
    before = contents(bag)
    with pytest.raises(EvidenceAlteredError):
        Case.open(bag).seal()
    assert contents(bag) == before


def test_the_first_seal_is_not_put_on_what_was_altered(tmp_path: Path) -> None:
    """No earlier seal tells what it was: the log does."""
    (tmp_path / "photo.jpg").write_bytes(b"photo")
    case = Case.new(tmp_path / "case", FACTS)
    (item,) = case.add([tmp_path / "photo.jpg"])
    for path in (item.path, "data/case.json"):
        content = (case.folder / path).read_bytes()
        (case.folder / path).write_bytes(content.swapcase())
        with pytest.raises(EvidenceAlteredError):
            case.seal()
        (case.folder / path).write_bytes(content)
    case.seal()
    assert verify(case.folder).problems == ()


def test_an_authority_that_fails_leaves_the_case_as_it_was(copy: Sealed, tsa: Authority) -> None:
    before = contents(copy.folder)
    case = Case.open(copy.folder)
    with pytest.raises(TimestampServerError):
        case.seal(Wish("http://127.0.0.1:9/"))
    tsa.answer = b"no"
    try:
        with pytest.raises(TimestampRefusedError):
            case.seal(Wish(tsa.url))
    finally:
        tsa.answer = None
    assert contents(copy.folder) == before


def test_opentimestamps_by_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program is not there it is said; where it is, its proof lies in the bag. The stand-in is a script."""
    case = Case.new(tmp_path / "case", FACTS)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(OpenTimestampsMissingError):
        case.seal(Wish(open_stamped=True))
    (tmp_path / "bin").mkdir()
    ots = tmp_path / "bin" / "ots"
    ots.write_text('#!/bin/sh\n[ "$1" = stamp ] && echo "proof of $2" > "$2.ots"\n')
    ots.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    case.seal(Wish(open_stamped=True))
    proof = case.folder / "seals" / "0001" / "opentimestamps.ots"
    assert b"tagmanifest-sha256.txt" in proof.read_bytes()
    assert "ots verify" in (case.folder / "README.txt").read_text()
    assert verify(case.folder).result is Result.INTEGRITY_ONLY
    assert verify(case.folder).problems == ()
    proof.write_bytes(b"other")
    assert "opentimestamps.ots" in str(verify(case.folder).problems[0])


def test_a_title_cannot_write_into_the_bags_own_files(tmp_path: Path) -> None:
    facts = CaseFacts(title="x\nPayload-Oxum: 1.1\r\u2028y", incident=Incident.RESET)
    case = Case.new(tmp_path / "case", facts)
    case.seal()
    assert "External-Description: x Payload-Oxum: 1.1 y\n" in (case.folder / "bag-info.txt").read_text()
    assert bagit(case.folder)
    assert verify(case.folder).problems == ()
