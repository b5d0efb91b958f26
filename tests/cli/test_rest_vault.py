"""A vault on a server of restic's REST protocol, from the command line; restic looks at the same place."""

import base64
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneward.errors import ExitCode
from phoneward.vault import init_repository, open_storage
from phoneward.vaultplace import parse_place
from tests.cli.program import Program
from tests.phone import trees
from tests.snapshots.bench import photograph
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.vault.cheap import insecure_test_cost

PASSWORD = "correct horse"
USER, ENTRY = "anna", "at the door"
ACCESS = {"RESTIC_REST_USERNAME": USER, "RESTIC_REST_PASSWORD": ENTRY}


@dataclass(frozen=True)
class Place:
    """One folder of vaults behind two doors: one that may do everything, and one that only adds."""

    folder: Path
    open_port: int
    append_port: int

    def full(self, name: str) -> str:
        return f"rest:http://127.0.0.1:{self.open_port}/{name}/"

    def append_only(self, name: str) -> str:
        return f"rest:http://127.0.0.1:{self.append_port}/{name}/"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("served")
    with (
        serve_restic(folder, user=USER, password=ENTRY) as port,
        serve_restic(folder, append_only=True, user=USER, password=ENTRY) as append_port,
    ):
        yield Place(folder, port, append_port)


@pytest.fixture
def phone(tmp_path: Path) -> Path:
    phone = tmp_path / "小米手机"
    for number in range(3):
        trees.put(phone, f"DCIM/{number}.jpg", trees.content(f"{number}", 90_000))
    return phone


def at(program: Program, address: str) -> Program:
    return program.with_(PHONEWARD_REPOSITORY=address, PHONEWARD_PASSWORD=PASSWORD, **ACCESS)


def made_cheaply(address: str) -> None:
    init_repository(open_storage(parse_place(address), ACCESS), PASSWORD, kdf=insecure_test_cost())


def judge(address: str, tmp_path: Path) -> Restic:
    return Restic(restic(ALL_RESTICS[-1]), address, PASSWORD, tmp_path / "restic-cache", ACCESS)


def test_a_life_of_a_vault_on_a_server(program: Program, place: Place, phone: Path, tmp_path: Path) -> None:
    ours = at(program, place.full("life"))
    assert ours.run("snapshots").code == ExitCode.NO_REPOSITORY
    assert ours.run("init").code == ExitCode.DONE
    first = ours.run("backup", "--folder", phone, "--json").document["snapshot_id"]
    trees.put(phone, "DCIM/new.jpg", trees.content("new", 50_000))
    second = ours.run("backup", "--folder", phone, "--json").document["snapshot_id"]
    assert ours.run("restore", "latest", "--target", tmp_path / "out").code == ExitCode.DONE
    assert photograph(tmp_path / "out" / "shared") == photograph(phone)

    theirs = judge(place.full("life"), tmp_path)
    theirs.check()
    theirs.restore(first, tmp_path / "by restic")
    assert not (tmp_path / "by restic" / "shared" / "DCIM" / "new.jpg").exists()
    made = theirs.backup("DCIM", cwd=phone)["snapshot_id"]
    assert ours.run("restore", made, "--target", tmp_path / "of restic").code == ExitCode.DONE
    assert photograph(tmp_path / "of restic" / "DCIM") == photograph(phone / "DCIM")

    copy = ["copy", "--to", place.full("copy"), "--init"]
    copied = ours.with_(PHONEWARD_TO_PASSWORD="other").run(*copy)
    assert copied.code == ExitCode.DONE, copied.stderr
    assert ours.run("forget", second, "--prune", "--yes").code == ExitCode.DONE
    assert {one["id"] for one in theirs.snapshots()} & {first, second, made} == {first, made}
    theirs.check()


def test_a_wrong_user_and_a_server_that_is_off_are_told_apart_from_a_wrong_password(
    program: Program, place: Place
) -> None:
    ours = at(program, place.full("entry"))
    made_cheaply(place.full("entry"))
    wrong_entry = ours.with_(RESTIC_REST_PASSWORD="x").run("snapshots", "--json")
    assert (wrong_entry.code, wrong_entry.complaint["code"]) == (ExitCode.FAILED, "storage-access")
    wrong_password = ours.with_(PHONEWARD_PASSWORD="x").run("snapshots", "--json")
    assert wrong_password.code == ExitCode.WRONG_PASSWORD
    assert "door" not in wrong_entry.stderr


def test_a_stolen_password_cannot_empty_an_append_only_vault(
    program: Program, place: Place, phone: Path, tmp_path: Path
) -> None:
    """Somebody takes over the computer: has the vault's password, the server's, and restic. They try everything."""
    made_cheaply(place.full("kept"))
    ours = at(program, place.append_only("kept"))
    snapshots = []
    for number in range(2):
        trees.put(phone, f"Documents/{number}.txt", trees.content(f"text {number}", 1_000))
        snapshots.append((ours.run("backup", "--folder", phone, "--json").document["snapshot_id"], photograph(phone)))
    assert ours.run("check", "--read-data").code == ExitCode.DONE
    assert ours.with_(PHONEWARD_NEW_PASSWORD="second").run("key", "add", "--json").code == ExitCode.DONE
    before = _files(place.folder / "kept")

    for words in (
        ("forget", snapshots[0][0], "--prune", "--yes"),
        ("prune",),
        ("key", "passwd"),
        ("key", "remove", _other_key(ours)),
    ):
        ran = ours.with_(PHONEWARD_NEW_PASSWORD="stolen").run(*words, "--json")
        assert ran.code == ExitCode.FAILED, (words, ran)
        assert ran.complaint["code"] == "append-only", (words, ran.stderr)
        assert _files(place.folder / "kept") == before, words
    thief = judge(place.append_only("kept"), tmp_path)
    for attempt in (
        ("forget", snapshots[0][0], "--prune"),
        ("forget", "--keep-last", "1", "--unsafe-allow-remove-all"),
        ("prune", "--max-unused", "0"),
        ("key", "remove", _other_key(ours)),
        ("tag", "--set", "gone", "latest"),
        ("rewrite", "--forget", "--exclude", "*", "latest"),
        ("repair", "index"),
        ("unlock", "--remove-all"),
    ):
        thief.attempt(*attempt)
    for path, content in before.items():
        for method, body in (("DELETE", None), ("POST", b"x"), ("PUT", b"x"), ("PATCH", b"x")):
            _ask(place, f"/kept/{path.replace('data/' + path[5:7] + '/', 'data/')}", method, body)
            _ask(place, f"/kept/{path}", method, body)
        assert (place.folder / "kept" / path).read_bytes() == content
    for path in (
        "",
        "data/",
        "snapshots/",
        "index/",
        "keys/",
        "locks/../config",
        "locks/%2e%2e/config",
        "?create=true",
    ):
        for method in ("DELETE", "POST"):
            _ask(place, f"/kept/{path}", method, None)

    after = _files(place.folder / "kept")
    assert before.items() <= after.items()
    for name, held in snapshots:
        target = tmp_path / f"out-{name}"
        assert ours.run("restore", name, "--target", target).code == ExitCode.DONE
        assert photograph(target / "shared") == held
    judge(place.full("kept"), tmp_path).run("check", "--read-data")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "locks"
    }


def _other_key(program: Program) -> str:
    keys = program.run("key", "list", "--json").documents
    return next(str(key["id"]) for key in keys if not key.get("current"))


def _ask(place: Place, path: str, method: str, body: bytes | None) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{place.append_port}{path}", body, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{ENTRY}".encode()).decode())
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - http
        answer.read()
