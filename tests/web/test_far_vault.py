"""The page over a vault on a server: every page is there, and none asks the server dozens of times."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from phoneward.settings import Overrides, Settings, load
from phoneward.vault import init_repository, open_storage
from phoneward.vault.blobs import BytesLike
from phoneward.vault.storage import webclient
from phoneward.vault.storage.webclient import Answer, WebClient
from phoneward.vaultplace import parse_place
from tests.cli.program import Program
from tests.phone import trees
from tests.tools.rclone import serve_restic
from tests.vault.cheap import insecure_test_cost
from tests.web.site import PASSWORD, serving

PATHS = ("/", "/snapshots", "/vault", "/settings", "/checkup", "/phones", "/search", "/vault/copy")
ASKED = 10
"""Questions to the server that a page may cost once it was seen before."""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "served").mkdir()
    with serve_restic(tmp_path / "served") as port:
        yield port


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every question to the server so far."""
    questions: list[str] = []
    ask = WebClient.ask

    def counting(
        self: WebClient, method: str, path: str, headers: Mapping[str, str], content: Sequence[BytesLike] | None = None
    ) -> AbstractContextManager[Answer]:
        questions.append(f"{method} {path}")
        return ask(self, method, path, headers, content)

    monkeypatch.setattr(webclient.WebClient, "ask", counting)
    return questions


def settings_of(tmp_path: Path, address: str) -> Settings:
    overrides = Overrides(address, None, str(tmp_path / "state"), str(tmp_path / "cache"))
    return load(overrides, {"PHONEWARD_PASSWORD": PASSWORD})


def test_pages_of_a_vault_elsewhere(tmp_path: Path, port: int, asked: list[str]) -> None:
    address = f"rest:http://127.0.0.1:{port}/v/"
    init_repository(open_storage(parse_place(address), {}), PASSWORD, kdf=insecure_test_cost())
    phone = tmp_path / "phone"
    trees.put(phone, "DCIM/1.jpg", trees.content("1", 50_000))
    program = Program(tmp_path, {"PHONEWARD_REPOSITORY": address, "PHONEWARD_PASSWORD": PASSWORD})
    for _number in range(2):
        assert program.run("backup", "--folder", phone).code == 0
    with serving(settings_of(tmp_path, address)) as site:
        visitor = site.visitor()
        for path in PATHS:
            assert visitor.get(path).status_code == 200, path
        wait_until_quiet(asked)
        for path in PATHS:
            asked.clear()
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            assert len(asked) <= ASKED, (path, asked)
        assert f"http://127.0.0.1:{port}/v/" in visitor.get("/settings").text
        assert site.faults == []


def test_a_vault_that_is_missed_on_a_server_is_said_to_be(tmp_path: Path, port: int) -> None:
    with serving(settings_of(tmp_path, f"rest:http://127.0.0.1:{port}/nothing/")) as site:
        answer = site.visitor().get("/")
        assert answer.status_code == 200
        assert "Your vault is not there" in answer.text
        assert site.faults == []


def test_the_recovery_kit_names_the_server_and_no_password(tmp_path: Path, port: int) -> None:
    address = f"rest:http://anna:s3cret@127.0.0.1:{port}/kit/"
    init_repository(open_storage(parse_place(address), {}), PASSWORD, kdf=insecure_test_cost())
    program = Program(tmp_path, {"PHONEWARD_REPOSITORY": address, "PHONEWARD_PASSWORD": PASSWORD})
    shown = program.run("kit")
    assert shown.code == 0, shown.stderr
    assert f"restic -r rest:http://127.0.0.1:{port}/kit/ restore latest" in shown.stdout
    assert "RESTIC_REST_PASSWORD" in shown.stdout
    assert "s3cret" not in shown.stdout
    assert program.run("kit", "--html", tmp_path / "kit.html").code == 0
    assert "s3cret" not in (tmp_path / "kit.html").read_text()


def wait_until_quiet(asked: list[str]) -> None:
    """Wait for what the first pages began in the background."""
    give_up = time.monotonic() + 30
    before = -1
    while len(asked) != before and time.monotonic() < give_up:
        before = len(asked)
        time.sleep(0.5)
