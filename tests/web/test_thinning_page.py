"""Keeping fewer snapshots, and who takes how much: seen first, removed only once the word was typed."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from phoneward.snapshots import FamilyRules, family_rules, list_snapshots, load_state
from phoneward.vault import FileId, LocalStorage, Repository, open_repository, save_snapshot
from tests.web.holding import Holding, holding
from tests.web.site import PASSWORD


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Holding]:
    with holding(tmp_path) as one:
        yield one
        assert one.site.faults == []


def _finished(held: Holding) -> str:
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(60)
    assert job.error is None, job.error
    assert job.outcome is not None
    return str(job.outcome.sentence)


def _open(tmp_path: Path) -> Repository:
    return open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)


def _there(tmp_path: Path) -> set[str | None]:
    return {info.snapshot.id for info in list_snapshots(_open(tmp_path)) if not info.state}


def _years(held: Holding, tmp_path: Path, start: int = 1_400_000_000) -> list[FileId]:
    """Put snapshots of five days long ago into the vault; return their names, oldest first."""
    repo, whole = _open(tmp_path), held.snapshots[0]
    times = [start * 10**9 + day * 86_400 * 10**9 for day in range(5)]
    return [save_snapshot(repo, msgspec.structs.replace(whole, id=None, time_ns=time)) for time in times]


def test_what_would_go_is_shown_and_goes_only_when_the_word_is_typed(held: Holding, tmp_path: Path) -> None:
    old, visitor = _years(held, tmp_path), held.site.visitor()
    before = _there(tmp_path)
    text = visitor.get("/vault/thin").text
    assert "everything of the last 7 days" in text
    assert "Remove them" not in text
    assert visitor.post("/vault/thin/go", {"typed": "remove"}).headers["location"] == "/vault/thin"
    visitor.post("/vault/thin/look")
    assert "would go. Nothing was changed." in _finished(held)
    text = visitor.get("/vault/thin").text
    assert "Remove them" in text
    assert text.count(">goes<") >= 3
    assert _there(tmp_path) == before
    for typed in ("", "yes"):
        assert visitor.post("/vault/thin/go", {"typed": typed}).status_code == 400
    visitor.post("/vault/thin/go", {"typed": "remove"})
    assert "removed" in _finished(held)
    gone = before - _there(tmp_path)
    assert set(old[1:4]) <= gone
    assert not gone & {old[0], held.newest}
    visitor.post("/vault/thin/look")
    _finished(held)
    assert "Nothing would go." in visitor.get("/vault/thin").text


def test_more_than_was_shown_never_goes(held: Holding, tmp_path: Path) -> None:
    _years(held, tmp_path)
    visitor = held.site.visitor()
    visitor.post("/vault/thin/look")
    _finished(held)
    _years(held, tmp_path, 1_300_000_000)
    before = _there(tmp_path)
    visitor.post("/vault/thin/go", {"typed": "remove"})
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(60)
    assert job.error is not None
    assert job.error.code == "plan-outdated"
    assert _there(tmp_path) == before


def test_rules_are_kept_in_the_vault(held: Holding, tmp_path: Path) -> None:
    visitor = held.site.visitor()
    fields = {"everything": "20d", "daily": "2m", "weekly": "1y6m", "monthly": "9y"}
    assert visitor.post("/vault/thin/rules", {**fields, "daily": "3 weeks"}).status_code == 400
    assert family_rules(load_state(_open(tmp_path))) == FamilyRules()
    assert visitor.post("/vault/thin/rules", fields).status_code == 303
    assert str(family_rules(load_state(_open(tmp_path)))) == "all=20d daily=2m weekly=1y6m monthly=9y"
    assert "one a week for 1 year, 6 months" in visitor.get("/vault/thin").text
    visitor.post("/vault/thin/rules", {"usual": "yes"})
    assert family_rules(load_state(_open(tmp_path))) == FamilyRules()
    assert len(_there(tmp_path)) == len({info.id for info in [*held.snapshots, held.partial]}) + 1


def test_other_rules_make_a_plan_worthless(held: Holding, tmp_path: Path) -> None:
    _years(held, tmp_path)
    visitor = held.site.visitor()
    visitor.post("/vault/thin/look")
    _finished(held)
    assert "Remove them" in visitor.get("/vault/thin").text
    visitor.post("/vault/thin/rules", dict.fromkeys(("everything", "daily", "weekly", "monthly"), "90y"))
    assert "Remove them" not in visitor.get("/vault/thin").text


@pytest.mark.parametrize("per", ["phone", "app"])
def test_who_takes_how_much(per: str, held: Holding) -> None:
    visitor = held.site.visitor()
    assert "<table" not in visitor.get("/vault/usage").text
    visitor.post(f"/vault/usage/{per}")
    assert "in the vault" in _finished(held)
    text = visitor.get("/vault/usage").text
    assert ("My phone" if per == "phone" else "all that is no app") in text
    assert visitor.post("/vault/usage/colour").status_code == 404
    visitor.post("/lock")
    assert held.site.context.answers.get(f"/vault/usage/{per}", object) is None
