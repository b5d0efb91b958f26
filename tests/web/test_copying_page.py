"""The page of the second vault: made, filled, brought up to date, forgotten; what was typed stands nowhere."""

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.snapshots import copying, list_snapshots, load_state, second_vaults
from phoneward.vault import FileId, LocalStorage, Repository, check, init_repository, open_repository
from tests.cli.program import make_vault
from tests.vault.cheap import insecure_test_cost
from tests.web.holding import Holding, holding
from tests.web.site import PASSWORD


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Holding]:
    with holding(tmp_path) as one:
        yield one
        assert one.site.faults == []


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second vault that is made has a key that is cheap to derive."""
    cost = functools.partial(init_repository, kdf=insecure_test_cost())
    monkeypatch.setattr(copying, "init_repository", cost)


def _finished(held: Holding) -> str:
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(60)
    assert job.error is None, job.error
    assert job.outcome is not None
    return str(job.outcome.sentence)


def _open(place: Path, password: str = PASSWORD) -> Repository:
    repo = open_repository(LocalStorage(place), password)
    repo.load_index()
    return repo


def _form(place: Path | str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"place": str(place), "password": password, **more}


@pytest.mark.usefixtures("cheap")
def test_a_second_vault_is_made_filled_and_remembered(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    assert "No second vault is noted." in visitor.get("/vault").text
    place = tmp_path / "disk" / "second"
    assert visitor.post("/vault/copy", _form(place, new="yes")).status_code == 303
    assert "snapshots" in _finished(held)
    second = _open(place)
    here = [info.snapshot.tree for info in list_snapshots(held.repo) if not info.state]
    assert [info.snapshot.tree for info in list_snapshots(second) if not info.state] == here
    assert check(second, read_data=True).ok
    (known,) = second_vaults(load_state(_open(tmp_path / "vault")))
    assert (known.place, known.copied is not None) == (str(place), True)
    text = visitor.get("/vault/copy").text
    assert f'value="{place}"' in text
    assert PASSWORD not in text
    assert f"All was copied into {place}" in visitor.get("/vault").text
    visitor.post("/vault/copy", _form(place))
    assert _finished(held) == "There was nothing new to copy."
    visitor.post("/vault/copy/forget", {"second": "nothing of the kind"})
    assert second_vaults(load_state(_open(tmp_path / "vault"))) != []
    visitor.post("/vault/copy/forget", {"second": known.id})
    assert second_vaults(load_state(_open(tmp_path / "vault"))) == []
    assert (place / "config").exists()


@pytest.mark.usefixtures("cheap")
def test_what_is_typed_wrong_is_said_on_the_form(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    make_vault(tmp_path / "second", "its own")
    cases = [
        (_form("relative/place"), "begin"),
        (_form(tmp_path / "second", ""), "A password is needed"),
        (_form(tmp_path / "second", "x" * 1001), "A password is needed"),
        (_form(tmp_path / "second", "wrong"), "does not open the vault"),
        (_form(tmp_path / "nothing"), "There is no second vault"),
        (_form(tmp_path / "vault"), "inside the other"),
        (_form(tmp_path / "vault" / "data" / "x", new="yes"), "inside the other"),
        (_form(tmp_path / "weak", "123456", new="yes"), "easy to guess"),
    ]
    for form, said in cases:
        answer = visitor.post("/vault/copy", form)
        assert answer.status_code == 400, form
        assert said in answer.text, form
        assert not form["password"] or len(form["password"]) > 1000 or f'value="{form["password"]}"' not in answer.text
    assert held.site.context.jobs.all() == []
    assert not (tmp_path / "weak").exists()


@pytest.mark.usefixtures("cheap")
def test_a_new_vault_may_have_this_ones_password_or_a_good_one(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    for name, password in (("same", PASSWORD), ("good", "walnut ferry quiet orbit")):
        assert visitor.post("/vault/copy", _form(tmp_path / name, password, new="yes")).status_code == 303
        _finished(held)
        assert _open(tmp_path / name, password).config.version == 2


def test_what_is_damaged_is_named(held: Holding, tmp_path: Path) -> None:
    make_vault(tmp_path / "second", PASSWORD)
    broken = FileId(held.newest)
    path = tmp_path / "vault" / "snapshots" / broken
    path.chmod(0o600)
    path.write_bytes(b"damaged")
    held.site.visitor().post("/vault/copy", _form(tmp_path / "second"))
    assert "snapshots" in _finished(held)
    job = held.site.context.jobs.all()[0]
    assert job.outcome is not None
    assert job.outcome.is_incomplete
    assert any(broken[:8] in line for line in job.notices)
    (known,) = second_vaults(load_state(_open(tmp_path / "vault")))
    assert known.copied is None, "not all was copied"
