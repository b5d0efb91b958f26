"""The password in the system's keyring: a real Secret Service keeps it, only where asked; nothing unsafe is used."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null

from phoneward import systemkeyring
from phoneward.systemkeyring import (
    NAME,
    SERVICE,
    KeyringPartMissingError,
    KeyringRefusedError,
    NoSafeKeyringError,
    SystemKeyring,
    safe_backend,
)
from phoneward.vault import LocalStorage, add_key, open_repository
from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.tools.secretservice import secret_service
from tests.vault.cheap import insecure_test_cost

PASSWORD = "walnut ferry 安静 orbit"


class InMemory(keyring.backend.KeyringBackend):
    """Stands for a safe keyring; `broken` makes it refuse."""

    priority = 1

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str], str] = {}
        self.asked = 0
        self.broken = False

    def _ask(self) -> None:
        self.asked += 1
        if self.broken:
            raise keyring.errors.KeyringLocked("the keyring is locked")

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return self.stored.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        self.stored[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._ask()
        del self.stored[service, username]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> InMemory:
    backend = InMemory()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    words = next(iter(systemkeyring._KNOWN.values()))
    monkeypatch.setitem(systemkeyring._KNOWN, InMemory.__module__, words)
    return backend


def test_it_is_never_asked_by_itself(memory: InMemory, tmp_path: Path) -> None:
    kept = SystemKeyring(tmp_path)
    assert kept.password(tmp_path / "vault") is None
    assert not kept.is_remembered(tmp_path / "vault")
    assert not kept.forget(tmp_path / "vault")
    assert memory.asked == 0


def test_remembered_changed_and_forgotten(memory: InMemory, tmp_path: Path) -> None:
    kept, place = SystemKeyring(tmp_path / "state"), tmp_path / "vault"
    kept.remember(place, "old")
    kept.remember(place, PASSWORD)
    assert SystemKeyring(tmp_path / "state").password(place) == PASSWORD
    assert len(memory.stored) == 1
    assert kept.password(tmp_path / "another") is None
    assert {service for service, _name in memory.stored} == {SERVICE}
    note = (tmp_path / "state" / NAME).read_text()
    assert PASSWORD not in note
    assert kept.forget(place)
    assert (memory.stored, kept.password(place)) == ({}, None)


def test_a_keyring_that_is_locked(memory: InMemory, tmp_path: Path) -> None:
    kept = SystemKeyring(tmp_path)
    kept.remember(tmp_path / "v", "x")
    memory.broken = True
    assert kept.password(tmp_path / "v") is None, "the person is asked instead"
    with pytest.raises(KeyringRefusedError, match="locked"):
        kept.remember(tmp_path / "v", "y")
    with pytest.raises(KeyringRefusedError):
        kept.forget(tmp_path / "v")
    assert not kept.is_remembered(tmp_path / "v"), "it is not used any more, wherever it lies"


@pytest.mark.parametrize("backend", [null.Keyring(), fail.Keyring(), chainer.ChainerBackend()])  # type: ignore[no-untyped-call]
def test_what_keeps_nothing_safe_is_refused(
    backend: keyring.backend.KeyringBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if isinstance(backend, chainer.ChainerBackend):
        monkeypatch.setattr(chainer.ChainerBackend, "backends", [null.Keyring()])  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    with pytest.raises(NoSafeKeyringError):
        SystemKeyring(tmp_path).remember(tmp_path / "v", "x")
    assert list(tmp_path.iterdir()) == []


def test_a_plain_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """keyrings.alt's PlaintextKeyring, by the name of its module."""
    plain = type("PlaintextKeyring", (InMemory,), {"__module__": "keyrings.alt.file"})
    monkeypatch.setattr(keyring, "get_keyring", plain)
    with pytest.raises(NoSafeKeyringError, match=r"keyrings\.alt\.file"):
        safe_backend()


def test_the_best_safe_one_of_several(memory: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    chained = chainer.ChainerBackend()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [null.Keyring(), memory])  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "get_keyring", lambda: chained)
    assert safe_backend() is memory


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyringPartMissingError):
        SystemKeyring(tmp_path).remember(tmp_path / "v", "x")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"vaults": 7}', '{"vaults": {"a": 1}}', "x" * (1 << 20 | 1)])
def test_a_note_that_says_anything(text: str, memory: InMemory, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    assert SystemKeyring(tmp_path).password(tmp_path / "v") is None
    assert memory.asked == 0


@pytest.mark.usefixtures("memory")
def test_a_note_as_long_as_no_note_is(tmp_path: Path) -> None:
    """Somebody put a huge file in its place: it is not read, and the person is asked as before."""
    SystemKeyring(tmp_path).remember(tmp_path / "v", "x")
    note = tmp_path / NAME
    note.write_bytes(note.read_bytes() + b" " * (systemkeyring.MAX_FILE + 1))
    assert SystemKeyring(tmp_path).password(tmp_path / "v") is None


@pytest.mark.usefixtures("memory")
def test_the_vaults_remembered_last_are_noted(tmp_path: Path) -> None:
    kept = SystemKeyring(tmp_path)
    for number in range(systemkeyring.MAX_VAULTS + 2):
        kept.remember(tmp_path / f"v{number}", f"p{number}")
    known = [kept.is_remembered(tmp_path / f"v{number}") for number in range(systemkeyring.MAX_VAULTS + 2)]
    assert known == [False] * 2 + [True] * systemkeyring.MAX_VAULTS


def test_a_keyring_that_gives_back_something_else(
    memory: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at once, and not on the day when the password is needed."""
    monkeypatch.setattr(memory, "get_password", lambda _service, _name: "other")
    with pytest.raises(KeyringRefusedError, match="does not give back"):
        SystemKeyring(tmp_path).remember(tmp_path / "v", "x")
    assert not SystemKeyring(tmp_path).is_remembered(tmp_path / "v")


@pytest.mark.usefixtures("memory")
def test_the_note_is_for_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SystemKeyring(tmp_path / "state").remember(tmp_path / "v", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("memory")
def test_a_note_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(KeyringRefusedError, match="No space left"):
        SystemKeyring(tmp_path).remember(tmp_path / "v", "x")
    assert list(tmp_path.iterdir()) == []


# -- a real Secret Service, through the command line -------------------------------------------------------------------


@pytest.fixture(scope="module")
def service() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="ks-", dir="/tmp") as folder, secret_service(Path(folder)) as variables:
        yield variables


@pytest.fixture
def asked(program: Program, tmp_path: Path, service: dict[str, str]) -> Program:
    """A program that knows where its vault is, has a real keyring, and no password."""
    make_vault(tmp_path / "vault", PASSWORD)
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PYTHONPATH=os.pathsep.join(_paths()), **service)


def _paths() -> list[str]:
    """This checkout's code, and where the library `keyring` is."""
    return [str(Path(systemkeyring.__file__).parents[1]), str(Path(keyring.__file__).parents[1])]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", {})


def test_asked_once_and_never_again(asked: Program) -> None:
    assert asked.run("snapshots").code == 2, "nobody to ask, and nothing is remembered"
    talk = terminal.run(asked, ["key", "remember"], [("Password of the vault: ", PASSWORD)])
    assert talk.code == 0, talk.screen
    assert "Secret Service" in talk.screen
    assert asked.run("snapshots").code == 0
    files = [path for path in asked.home.rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in path.read_bytes() for path in files)
    assert asked.run("key", "forget-password").code == 0
    assert asked.run("snapshots").code == 2
    assert "never asked to keep" in asked.run("key", "forget-password").stdout


def test_a_changed_password_is_the_remembered_one(asked: Program, tmp_path: Path) -> None:
    given = asked.with_(PHONEWARD_PASSWORD=PASSWORD)
    assert given.run("key", "remember", "--json").document["message_type"] == "password_remembered"
    assert asked.with_(PHONEWARD_NEW_PASSWORD="another of several words").run("key", "passwd").code == 0
    assert asked.run("snapshots").code == 0, "the new one is remembered"
    open_repository(LocalStorage(tmp_path / "vault"), "another of several words")


def test_a_password_that_was_removed_is_forgotten(asked: Program, tmp_path: Path) -> None:
    assert asked.with_(PHONEWARD_PASSWORD=PASSWORD).run("key", "remember").code == 0
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    other = add_key(repo, "second", kdf=insecure_test_cost())
    mine = repo.key_name
    with_second = asked.with_(PHONEWARD_PASSWORD="second")
    third = add_key(repo, "third", kdf=insecure_test_cost())
    assert with_second.run("key", "remove", third, "--yes").code == 0
    assert asked.run("snapshots").code == 0, "another key went: the remembered one still opens"
    assert with_second.run("key", "remove", mine, "--yes").code == 0
    assert asked.run("snapshots").code == 2
    assert "never asked to keep" in asked.run("key", "forget-password").stdout
    assert other


def test_a_password_that_was_changed_elsewhere_is_asked_for(asked: Program, tmp_path: Path) -> None:
    assert asked.with_(PHONEWARD_PASSWORD=PASSWORD).run("key", "remember").code == 0
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    old = repo.key_name
    add_key(repo, "elsewhere", kdf=insecure_test_cost())
    (tmp_path / "vault" / "keys" / old).unlink()
    ran = asked.run("snapshots")
    assert ran.code == 2
    assert "does not open this vault any more" in ran.stderr


def test_without_a_keyring_nothing_is_stored(asked: Program) -> None:
    alone = asked.with_(PHONEWARD_PASSWORD=PASSWORD, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere")
    ran = alone.run("key", "remember", "--json")
    assert (ran.code, ran.complaint["code"]) == (1, "no-safe-keyring")
