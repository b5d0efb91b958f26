"""Set-up over HTTP with the vault elsewhere: real servers of three kinds, from nothing to a trial that went well."""

import builtins
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from phoneward.setup import Journey
from phoneward.systemkeyring import SystemKeyring
from phoneward.vault import LocalStorage, Storage, init_repository, open_storage, repository_exists
from phoneward.vault.storage import opening
from phoneward.vaultplace import parse_place
from tests.setup.kit_reading import commands_of
from tests.tools.moto import KEYS, MotoServer, moto_server
from tests.tools.ports import free_port
from tests.tools.rclone import serve_restic
from tests.tools.restic import ALL_RESTICS, Restic, restic
from tests.tools.sshserver import SshServer
from tests.vault.cheap import insecure_test_cost
from tests.web.setup_help import GOOD, cheap_vaults, empty_site, ended, make_card, waiting_in
from tests.web.site import Site, Visitor

USER, ENTRY = "anna", "at the door, 门口"
ELSEWHERE = "/setup/place/elsewhere"


@dataclass(frozen=True)
class Server:
    """A place elsewhere, and who may enter it.

    Attributes:
        typed: the address as a person types it on the page.
        address: restic's.
        access: restic's variables.
    """

    kind: str
    typed: str
    address: str
    access: dict[str, str]

    @property
    def form(self) -> dict[str, str]:
        """Return what is typed beside the address."""
        values = list(self.access.values())
        return dict(zip(("user", "password"), values, strict=False))

    def storage(self) -> Storage:
        return open_storage(parse_place(self.address), self.access)


@pytest.fixture(autouse=True)
def _setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_vaults(monkeypatch)
    monkeypatch.setattr(opening, "_LOOK_S", 0.5)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", "1")  # nobody answers there,
    monkeypatch.setenv("PHONEWARD_ADB", "/nowhere/adb")  # and nobody is started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with empty_site(tmp_path) as site:
        yield site


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return make_card(tmp_path / "card")


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "served").mkdir()
    with serve_restic(tmp_path / "served", user=USER, password=ENTRY) as port:
        address = f"http://127.0.0.1:{port}/phones/"
        access = {"RESTIC_REST_USERNAME": USER, "RESTIC_REST_PASSWORD": ENTRY}
        yield Server("rest", address, f"rest:{address}", access)


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MotoServer]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as server:
        server.make_bucket("mine")
        yield server


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    with SshServer(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(params=["rest", "s3", "sftp"])
def server(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    kind = request.param
    if kind == "rest":
        found: Server = request.getfixturevalue("rest")
        return found
    if kind == "s3":
        moto: MotoServer = request.getfixturevalue("moto")
        address = f"s3:http://127.0.0.1:{moto.port}/mine/{tmp_path.name}"
        return Server("s3", address, address, KEYS)
    sshd: SshServer = request.getfixturevalue("sshd")
    monkeypatch.setenv("PATH", str(sshd.client), prepend=":")
    address = sshd.address(tmp_path / "far")
    return Server("sftp", address.removeprefix("sftp:"), address, {})


def chosen(visitor: Visitor, server: Server) -> str:
    """Choose the place elsewhere, read what is to be known of it, and return where that leads."""
    form = f"{ELSEWHERE}/{server.kind}"
    page = visitor.post(form, {"place": server.typed, **server.form})
    assert page.status_code == 200, page.text
    assert "on this very computer" in page.text
    return visitor.post(form, {"know": "1", **waiting_in(page.text)}).headers["location"]


def made(visitor: Visitor) -> str:
    return visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD}).headers["location"]


def test_the_whole_way_on_each_kind_of_server(site: Site, server: Server, card: Path, tmp_path: Path) -> None:
    visitor = site.visitor()
    seen: list[str] = []
    visitor.client.event_hooks["response"] = [
        lambda answer: seen.append(f"{answer.url} {answer.headers} {answer.read().decode('utf-8', 'replace')}")
    ]
    visitor.post("/setup/phone/folder", {"folder": str(card)})
    assert f"{ELSEWHERE}/{server.kind}" in visitor.get(ELSEWHERE).text
    assert chosen(visitor, server) == "/setup/password"
    assert not repository_exists(server.storage()), "nothing is made before the password"
    assert server.address in visitor.get("/setup/place").text
    assert made(visitor) == "/setup/kit"
    assert visitor.post("/setup/kit/make").headers["location"] == "/setup/kit"
    sheet = visitor.get("/setup/kit/sheet.html").text
    assert server.address in sheet
    assert all(name in sheet for name in server.access)
    assert visitor.get("/setup/kit/sheet.pdf").content.startswith(b"%PDF")
    assert visitor.post("/setup/kit/printed").headers["location"] == "/setup/backup"
    assert 'class="outcome"' in ended(visitor, visitor.post("/setup/backup")).text
    assert "Go on" in visitor.get("/setup").text
    assert 'class="outcome"' in ended(visitor, visitor.post("/setup/verify")).text
    assert visitor.get("/setup").headers["location"] == "/setup/done"
    done = visitor.get("/setup/done").text
    assert "Everything is set up" in done
    assert "Unplug the disk" not in done
    assert ("forgets who enters" in done) == bool(server.access)
    assert visitor.get("/").status_code == 200

    written = [path for path in tmp_path.rglob("*") if path.is_file() and "served" not in path.parts]
    for secret in (GOOD, *list(server.access.values())[1:]):
        assert not [one for one in seen if secret in one]
        assert not [path for path in written if secret.encode() in path.read_bytes()]

    judge = Restic(restic(ALL_RESTICS[-1]), server.address, GOOD, tmp_path / "restic-cache", server.access)
    judge.check()
    back = next(one for one in commands_of(tmp_path / "phone-vault-recovery-kit.html") if " restore " in one)
    judge.run(*back.partition(f"-r {server.address} ")[2].replace("phone-restored", str(tmp_path / "back")).split())
    assert len(list((tmp_path / "back").rglob("照片*.jpg"))) == 6


def test_left_and_taken_up_again_on_the_page_and_in_the_terminal(rest: Server, card: Path, tmp_path: Path) -> None:
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        visitor.post("/setup/phone/folder", {"folder": str(card)})
        assert chosen(visitor, rest) == "/setup/password"
        assert made(visitor) == "/setup/kit"
    with empty_site(tmp_path) as site:  # another day: the place is remembered, who enters there is not
        visitor = site.visitor()
        first = visitor.get("/")
        assert "refuses entry" in first.text
        assert f"{ELSEWHERE}/rest" in first.text
        page = visitor.get("/setup/place")
        assert "refuses entry" in page.text
        form = visitor.get(f"{ELSEWHERE}/rest").text
        assert f'value="{rest.address}"' in form
        assert ENTRY not in form
        again = visitor.post(f"{ELSEWHERE}/rest", {"place": rest.address, **rest.form})
        assert again.headers["location"] == "/setup/password", "a vault that is there needs no warning"
        assert visitor.get("/setup/password").headers["location"].startswith("/unlock")
        assert visitor.post("/unlock", {"password": GOOD, "next": "/setup/kit"}).headers["location"] == "/setup/kit"
        assert visitor.post("/setup/kit/make").headers["location"] == "/setup/kit"
    terminal = Journey(tmp_path / "state", access=rest.access)
    assert str(terminal.place) == rest.address
    terminal.open_vault(GOOD)
    assert terminal.kit_written() is not None


def test_what_the_terminal_takes_from_the_environment_the_page_takes_too(
    rest: Server, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each start of the page nobody is asked who enters; what is typed counts before what is set."""
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        visitor.post("/setup/phone/folder", {"folder": str(card)})
        chosen(visitor, rest)
        made(visitor)
    form = f"{ELSEWHERE}/rest"
    with empty_site(tmp_path, environ={**rest.access, "PHONEWARD_PASSWORD": GOOD}) as site:
        visitor = site.visitor()
        assert visitor.get("/snapshots").status_code == 200
        asked = visitor.get(form).text
        assert "is set for this computer already" in asked
        assert ENTRY not in asked
        assert not site.context.door.is_entered
    with empty_site(tmp_path, environ={**rest.access, "RESTIC_REST_PASSWORD": "wr0ng"}) as site:
        visitor = site.visitor()
        refused = visitor.get("/")
        assert "refuses entry" in refused.text
        assert "wr0ng" not in refused.text
        again = visitor.post(form, {"place": rest.address, **rest.form})
        assert again.headers["location"] == "/setup/password"
        unlocked = visitor.post("/unlock", {"password": GOOD, "next": "/setup/kit"})
        assert unlocked.headers["location"] == "/setup/kit"
    monkeypatch.setattr(SystemKeyring, "password", lambda _keyring, _place: GOOD)
    with empty_site(tmp_path, environ=rest.access) as site:  # no keyring runs here; what it gives is taken
        assert site.visitor().get("/snapshots").status_code == 200


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("rest", "", "is no address"),
        ("rest", "rest:ftp://x/y", "must begin with https"),
        ("rest", "b2:bucket:path", "cannot speak to b2"),
        ("rest", "https://host/\x00", "cannot be printed"),
        ("rest", f"https://host/{'x' * 1000}", "too long"),
        ("s3", "s3:https://host.example", "no bucket"),
        ("sftp", "nas.example", "folder is missing"),
        ("rest", "http://127.0.0.1:{nobody}/x/", "There is no answer"),
        ("s3", "http://127.0.0.1:{nobody}/bucket/x", "There is no answer"),
        ("s3", "https://key:s3cret@host.example/bucket/x", "never into an address"),
        ("rest", "rest:anna:s3cret@nas.example", "must begin with https"),
    ],
)
def test_places_that_are_none_or_do_not_answer(site: Site, tmp_path: Path, kind: str, typed: str, said: str) -> None:
    visitor = site.visitor()
    fields = {"place": typed.format(nobody=free_port()), "user": USER, "password": ENTRY}
    answer = visitor.post(f"{ELSEWHERE}/{kind}", fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert ENTRY not in answer.text
    assert "s3cret" not in answer.text
    assert visitor.get("/setup/password").headers["location"] == "/setup/place"
    assert not (tmp_path / "state").exists()


def test_a_wrong_entry_is_told_apart_and_nothing_of_it_is_shown(site: Site, rest: Server) -> None:
    visitor = site.visitor()
    answer = visitor.post(f"{ELSEWHERE}/rest", {"place": rest.typed, "user": USER, "password": "wr0ng"})
    assert answer.status_code == 400
    assert "refuses entry" in answer.text
    assert "wr0ng" not in answer.text
    in_address = visitor.post(f"{ELSEWHERE}/rest", {"place": rest.typed.replace("//", f"//{USER}:wr0ng@")})
    assert in_address.status_code == 400
    assert "wr0ng" not in in_address.text


class _Hearing(BaseHTTPRequestHandler):
    """A server without anything, which notes who wants to enter."""

    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Say that there is nothing."""
        self.heard.append(self.headers.get("Authorization", ""))
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_words: object) -> None:
        """Say nothing on the terminal."""


def test_who_enters_one_server_is_not_told_another(site: Site, rest: Server) -> None:
    visitor = site.visitor()
    assert chosen(visitor, rest) == "/setup/password"
    assert site.context.door.access == rest.access
    with HTTPServer(("127.0.0.1", 0), _Hearing) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        page = visitor.post(f"{ELSEWHERE}/rest", {"place": f"http://127.0.0.1:{other.server_port}/x/"})
        assert page.status_code == 200, page.text
        visitor.post(f"{ELSEWHERE}/rest", {"know": "1", **waiting_in(page.text)})
        assert visitor.get("/setup/place").status_code == 200
        other.shutdown()
    assert len(_Hearing.heard) > 3
    assert set(_Hearing.heard) == {""}
    assert site.context.door.access == {}


def test_a_part_that_is_not_installed_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.split(".", maxsplit=1)[0] == "obstore":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    for name in [one for one in sys.modules if one.startswith(("obstore", "phoneward.vault.storage.s3"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    answer = site.visitor().post(f"{ELSEWHERE}/s3", {"place": "s3.eu-central-1.amazonaws.com/my-bucket/x"})
    assert answer.status_code == 400
    assert "pipx install &#39;phoneward[remote]&#39;" in answer.text


def test_a_server_that_is_away_is_said_and_not_taken_for_empty(card: Path, tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    port = free_port()
    address = f"rest:http://127.0.0.1:{port}/phones/"
    place = Server("rest", address, address, {})
    with empty_site(tmp_path) as site:
        visitor = site.visitor()
        with serve_restic(tmp_path / "served", port=port):
            visitor.post("/setup/phone/folder", {"folder": str(card)})
            assert chosen(visitor, place) == "/setup/password"
            assert made(visitor) == "/setup/kit"
            visitor.post("/setup/kit/make")
        for path in ("/setup/place", "/"):
            assert "There is no answer from" in visitor.get(path).text, path
        assert visitor.get("/setup/kit").headers["location"] == "/setup/place"
        with serve_restic(tmp_path / "served", port=port):
            assert visitor.get("/setup/kit").status_code == 200
        (tmp_path / "served" / "phones").rename(tmp_path / "served" / "gone")
        with serve_restic(tmp_path / "served", port=port):
            page = visitor.get("/setup/place").text
            assert "there is no vault at this address" in page
            assert "plug the disk" not in page
            assert visitor.get("/setup/password").headers["location"] == "/setup/place"


def test_a_key_file_that_somebody_left_is_not_built_upon(site: Site, rest: Server, card: Path, tmp_path: Path) -> None:
    # Past the server, which remembers what it has seen.
    init_repository(LocalStorage(tmp_path / "served/phones"), "somebody else's", kdf=insecure_test_cost())
    (tmp_path / "served/phones/config").unlink()
    visitor = site.visitor()
    visitor.post("/setup/phone/folder", {"folder": str(card)})
    assert chosen(visitor, rest) == "/setup/password"
    answer = visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    assert answer.status_code >= 400
    assert "There is already a vault" in answer.text
    assert not repository_exists(rest.storage())
