"""Where each setting comes from, and that nothing else is read."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward import settings
from phoneward.settings import (
    NoRepositoryNamedError,
    Overrides,
    PasswordCommandError,
    SettingFileError,
    load,
)


def test_the_order_of_the_vaults_place(tmp_path: Path) -> None:
    file = tmp_path / "place"
    file.write_text("/from-file\n")
    environ = {
        "RESTIC_REPOSITORY_FILE": str(file),
        "RESTIC_REPOSITORY": "/restic",
        "PHONEWARD_REPOSITORY_FILE": str(file),
        "PHONEWARD_REPOSITORY": "/own",
    }
    assert load(Overrides(repository="/option"), environ).repository_path() == Path("/option")
    assert load(None, environ).repository_path() == Path("/own")
    environ["PHONEWARD_REPOSITORY"] = ""  # as in restic, an empty variable is not set
    assert load(None, environ).repository_path() == Path("/from-file")
    del environ["PHONEWARD_REPOSITORY_FILE"]
    assert load(None, environ).repository_path() == Path("/restic")
    del environ["RESTIC_REPOSITORY"]
    assert load(None, environ).repository_path() == Path("/from-file")


def test_the_order_of_the_password(tmp_path: Path) -> None:
    for name in ("option", "own", "restic"):
        (tmp_path / name).write_text(f"{name}-file\n")
    steps = [
        ("PHONEWARD_PASSWORD", "own"),
        ("PHONEWARD_PASSWORD_FILE", str(tmp_path / "own")),
        ("PHONEWARD_PASSWORD_COMMAND", f"'{sys.executable}' -c 'print(\"own-command\")'"),
        ("RESTIC_PASSWORD", "restic"),
        ("RESTIC_PASSWORD_FILE", str(tmp_path / "restic")),
        ("RESTIC_PASSWORD_COMMAND", f"'{sys.executable}' -c 'print(\"restic-command\")'"),
    ]
    environ = dict(steps)
    assert load(Overrides(password_file=str(tmp_path / "option")), environ).password() == "option-file"
    for (variable, _value), expected in zip(
        steps, ["own", "own-file", "own-command", "restic", "restic-file", "restic-command"], strict=True
    ):
        assert load(None, environ).password() == expected
        del environ[variable]
    assert load(None, environ).password() is None


def test_no_vault_named() -> None:
    with pytest.raises(NoRepositoryNamedError):
        load(None, {}).repository_path()


@pytest.mark.parametrize(
    ("stored", "meant"),
    [
        (b"word\r\n", "word"),
        (b"\xef\xbb\xbfword\n", "word"),
        ("密码 two words\n".encode(), "密码 two words"),
        ("word\n".encode("utf-16"), "word"),
    ],
)
def test_password_files_are_read_as_restic_reads_them(stored: bytes, meant: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(stored)
    assert load(None, {"PHONEWARD_PASSWORD_FILE": str(tmp_path / "file")}).password() == meant


@pytest.mark.parametrize("content", [None, b"", b"\n \n", b"\xff\xfe\xff", b"\x80abc", b"x" * (1 << 20) + b"y"])
def test_unusable_files(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(SettingFileError) as caught:
        load(None, {"PHONEWARD_PASSWORD_FILE": str(tmp_path / "file")}).password()
    assert "PHONEWARD_PASSWORD_FILE" in caught.value.sentence()


@given(st.binary(max_size=200))
def test_any_file_gives_text_or_a_sentence(content: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            text = settings.read_small_file(file.name, "X")
        except SettingFileError:
            return
        assert text
        assert text == text.strip()


@pytest.mark.parametrize("command", ["/no/such/program", "'unclosed", "false", "true"])
def test_a_password_program_that_gives_none(command: str) -> None:
    with pytest.raises(PasswordCommandError) as caught:
        load(None, {"RESTIC_PASSWORD_COMMAND": command}).password()
    assert "RESTIC_PASSWORD_COMMAND" in caught.value.sentence()


def test_no_shell_runs_the_password_program(tmp_path: Path) -> None:
    target = tmp_path / "made"
    assert load(None, {"PHONEWARD_PASSWORD_COMMAND": f"echo a; touch {target}"}).password() == f"a; touch {target}"
    assert not target.exists()


def test_places_of_state_and_cache(tmp_path: Path) -> None:
    chosen = load(None, {"PHONEWARD_STATE_DIR": str(tmp_path / "s"), "PHONEWARD_CACHE_DIR": str(tmp_path / "c")})
    assert (chosen.state_dir, chosen.cache_dir) == (tmp_path / "s", tmp_path / "c")
    usual = load(None, {})
    assert "phoneward" in usual.state_dir.parts
    assert "phoneward" in usual.cache_dir.parts
    assert not usual.state_dir.exists() or usual.state_dir.is_dir()


def test_the_environment_is_read_when_asked_never_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEWARD_REPOSITORY", "/one")
    first = load()
    monkeypatch.setenv("PHONEWARD_REPOSITORY", "/two")
    assert first.repository_path() == Path("/one")
    assert load().repository_path() == Path("/two")


def test_settings_do_not_show_the_password() -> None:
    assert "s3cret" not in repr(load(None, {"PHONEWARD_PASSWORD": "s3cret"}))


def test_import_has_no_effects(tmp_path: Path) -> None:
    code = "import phoneward.settings, phoneward.cli, os; print(os.listdir('.'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
