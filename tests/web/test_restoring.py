"""Getting files back: what was asked, where it was said, after a plan; nothing else and nowhere else."""

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from phoneward.snapshots import Compared, load_state, looked_after
from phoneward.texts import verbatim
from phoneward.vault import FileId, IssueKind, LocalStorage, RestoreIssue, RestoreReport, open_repository
from phoneward.vaultplace import folder_of
from phoneward.web import restoring
from phoneward.web.errors import RestoreUnknownError
from phoneward.web.restores import Restore, Wanted
from tests.web.holding import Holding, holding
from tests.web.site import PASSWORD, Site, Visitor

DOCUMENTS = "/shared/Documents"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    with holding(tmp_path_factory.mktemp("held")) as one:
        yield one
        assert one.site.faults == []


@pytest.fixture(scope="module")
def visitor(held: Holding) -> Visitor:
    return held.site.visitor()


def plan(held: Holding, visitor: Visitor, target: Path | str, **fields: str) -> httpx.Response:
    """Ask for a plan and return its page; the second snapshot has notes.txt."""
    asked = {"snapshot": held.snapshots[1].id or "", "path": DOCUMENTS, "target": str(target), **fields}
    answer = visitor.post("/restore/plan", asked)
    return visitor.get(settled(held, answer.headers["location"])) if answer.status_code == 303 else answer


def settled(held: Holding, address: str) -> str:
    """Wait for a job that an address leads to; return where it leads on."""
    return settled_at(held.site, address)


def settled_at(site: Site, address: str) -> str:
    """As `settled`, on any server."""
    if not address.startswith("/jobs/"):
        return address
    job = site.context.jobs.get(address.removeprefix("/jobs/"))
    assert job.ended.wait(60)
    assert job.error is None, job.error
    assert job.outcome is not None
    return job.outcome.next_href


def base_of(page: httpx.Response) -> str:
    found = re.search(r'action="(/restore/[^"/]+)/go"', page.text)
    assert found, page.text
    return found[1]


def go(held: Holding, visitor: Visitor, page: httpx.Response, **fields: str) -> httpx.Response:
    answer = visitor.post(base_of(page) + "/go", {"existing": "keep", **fields})
    assert answer.status_code == 303, answer.text
    return visitor.get(settled(held, answer.headers["location"]))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_plan_writes_nothing_and_shows_the_whole_target(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    text = plan(held, visitor, target).text
    assert str(target) in text
    assert "2 files (8 B)" in text
    assert not (tmp_path / "new").exists()


def test_the_plan_speaks_the_language_of_who_looks_at_it(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    """Somebody who changes the language after the plan was made reads all of it in theirs."""
    page = plan(held, visitor, tmp_path / "new", path="/")
    assert "everything in the snapshot, from My phone" in page.text
    chinese = visitor.get(base_of(page), **{"accept-language": "zh-CN"}).text
    assert "My phone" in chinese
    assert "everything" not in chinese
    assert ", from " not in chinese


def test_what_was_asked_is_restored_and_proven_and_nothing_else(
    held: Holding, visitor: Visitor, tmp_path: Path
) -> None:
    target = tmp_path / "back"
    result = go(held, visitor, plan(held, visitor, target))
    assert everything(tmp_path) == {
        "back/shared/Documents/notes.txt": b"two!",
        "back/shared/Documents/same.txt": b"same",
    }
    assert "All that was asked for is there" in result.text
    assert "2 files (8 B)" in result.text
    repo = open_repository(LocalStorage(folder_of(held.site.context.door.place())), PASSWORD)
    assert looked_after(load_state(repo)).restore_test is not None


def test_files_that_differ_stay_unless_the_word_is_typed(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    mine = tmp_path / "shared" / "Documents" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"my own newer text")
    page = plan(held, visitor, tmp_path)
    keep, replace = page.text.index("/go"), page.text.index("/replace")
    assert keep < replace  # the safe choice first
    result = go(held, visitor, page)
    assert mine.read_bytes() == b"my own newer text"
    assert "notes.txt was left as it is" in result.text

    page = plan(held, visitor, tmp_path)
    base = base_of(page)
    assert str(tmp_path) in visitor.get(base + "/replace").text
    for typed in ("", "yes", "replac"):
        answer = visitor.post(base + "/go", {"existing": "replace", "typed": typed})
        assert answer.status_code == 400
        assert "That was not the word" in answer.text
    assert mine.read_bytes() == b"my own newer text"
    go(held, visitor, page, existing="replace", typed="  Replace ")
    assert mine.read_bytes() == b"two!"


@pytest.mark.parametrize("target", ["", "relative/folder", "../up", "~nobody-of-this-name/x", "a\0b", "x" * 2000])
def test_a_target_that_is_no_whole_path_is_refused(held: Holding, visitor: Visitor, target: str) -> None:
    answer = plan(held, visitor, target)
    assert answer.status_code == 400
    assert "cannot be used" in answer.text


def test_the_vault_and_a_file_are_refused_as_targets(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    place = folder_of(held.site.context.door.place())
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "way-in").symlink_to(place)
    for target in (
        place,
        place / "data",
        tmp_path / "file",
        tmp_path / "way-in" / "x",
        Path(f"{tmp_path}/x/..") / "way-in",
    ):
        assert plan(held, visitor, target).status_code == 400, target


def test_a_path_that_the_snapshot_does_not_hold_is_refused(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    for path in ("/shared/nothing", "../../etc", "/shared/%2e%2e/x"):
        answer = visitor.post("/restore/plan", {"snapshot": held.newest, "path": path, "target": str(tmp_path / "t")})
        job = held.site.context.jobs.all()[0]
        assert answer.status_code == 303
        assert job.ended.wait(30)
        assert job.error is not None
    assert os.listdir(tmp_path) == []


def test_a_plan_that_nobody_made_cannot_be_carried_out(visitor: Visitor) -> None:
    answer = visitor.post("/restore/made-up/go", {"existing": "keep"})
    assert answer.status_code == 404
    assert "Nothing is known about this restore" in answer.text


def test_a_full_or_forbidden_disk_is_said(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    page = plan(held, visitor, tmp_path / "later")
    (tmp_path / "later").write_bytes(b"a file came up where the folder was to be")
    visitor.post(base_of(page) + "/go", {"existing": "keep"})
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(30)
    assert job.error is not None
    assert 'role="alert"' in visitor.get(f"/jobs/{job.id}").text
    assert visitor.get(base_of(page)).status_code == 200  # the plan is there still


def test_the_folder_that_is_suggested_is_new_and_in_the_persons_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the phone is called."""
    monkeypatch.setenv("HOME", str(tmp_path))
    first = restoring.suggested_target("小米 14", None)
    assert first == tmp_path / "Phoneward" / "小米 14"
    first.mkdir(parents=True)
    assert restoring.suggested_target("小米 14", None) == tmp_path / "Phoneward" / "小米 14 (2)"
    for name in ("../../etc", "..", "/etc/passwd", "a\0b", "C:\\Windows", "x" * 300, "", "\u202egpj"):
        found = restoring.suggested_target(name, None)
        assert found.parent == tmp_path / "Phoneward"
        assert re.fullmatch(r"[\w -]{1,40}", found.name), name


def test_everything_is_asked_for_by_the_top_alone(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    page = plan(held, visitor, tmp_path / "all", path="/")
    assert "everything in the snapshot" in page.text
    assert "--include" not in page.text


def test_more_paths_than_a_person_chooses_are_refused(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    fields = [("csrf", visitor.token()), ("snapshot", held.newest), ("target", str(tmp_path / "t"))]
    paths = [("path", f"/shared/Many/IMG_{number:04}.jpg") for number in range(51)]
    before = len(held.site.context.jobs.all())
    answer = visitor.client.post("/restore/plan", content=urlencode([*fields, *paths]), headers=FORM)
    assert "was not said what shall be restored" in answer.text
    assert len(held.site.context.jobs.all()) == before
    answer = visitor.client.post("/restore/plan", content=urlencode([*fields, *paths[:50]]), headers=FORM)
    assert "50 files" in visitor.get(settled(held, answer.headers["location"])).text


def test_what_could_not_be_planned_is_not_carried_out(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    fields = {"snapshot": held.newest, "path": "/shared/nothing", "target": str(tmp_path / "t")}
    visitor.post("/restore/plan", fields)
    job = held.site.context.jobs.all()[0]
    assert job.ended.wait(30)
    name = job.key.removeprefix("plan:")
    assert visitor.post(f"/restore/{name}/go", {"existing": "keep"}).headers["location"] == f"/restore/{name}"
    assert held.site.context.jobs.all()[0] is job
    assert visitor.get(f"/restore/{name}").headers["location"] == "/jobs"


def test_two_windows_do_not_write_into_one_folder_at_once(
    held: Holding, visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (plan(held, visitor, tmp_path / "back") for _window in range(2))
    goes_on, real = threading.Event(), restoring.carry_out

    def slow(*arguments: object, **options: object) -> object:
        assert goes_on.wait(30)
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "carry_out", slow)
    first = visitor.post(base_of(one) + "/go", {"existing": "keep"}).headers["location"]
    second = visitor.post(base_of(two) + "/go", {"existing": "keep"}).headers["location"]
    goes_on.set()
    assert second == f"{first}?already=1"
    assert held.site.context.jobs.all()[0].ended.wait(30)


def test_a_result_with_many_deviations_comes_in_pages_and_hides_none(
    held: Holding, visitor: Visitor, tmp_path: Path
) -> None:
    page = plan(held, visitor, tmp_path / "back")
    restore = held.site.context.restores.get(base_of(page).removeprefix("/restore/"))
    issues = [RestoreIssue(b"/shared/%03d" % number, IssueKind.FAILED) for number in range(150)]
    restore.report = RestoreReport(issues=issues, counts=Counter({IssueKind.FAILED: 150}))
    restore.compared = Compared(files=1, bytes=1)
    result = base_of(page) + "/result"
    one, two = visitor.get(result).text, visitor.get(f"{result}?page=2").text
    assert [text.count("/shared/0") + text.count("/shared/1") for text in (one, two)] == [100, 50]
    assert "All that was asked for is there" not in one, "what could be compared was the same, and not all was written"
    outcome = restoring._folder_outcome(restore)
    assert outcome.is_incomplete
    assert "not everything" in str(outcome.sentence)


def test_what_was_planned_is_forgotten_in_time_and_when_the_vault_is_locked(
    held: Holding, visitor: Visitor, tmp_path: Path
) -> None:
    """A plan names files."""
    restores = held.site.context.restores
    oldest, *others = (
        restores.add(Restore(Wanted(FileId(""), (), "", tmp_path), verbatim("x"), "y")) for _one in range(21)
    )
    with pytest.raises(RestoreUnknownError):
        restores.get(oldest.id)
    assert restores.get(others[0].id) is others[0]
    visitor.post("/lock")
    assert visitor.get(f"/restore/{others[0].id}").status_code == 404
    visitor.post("/unlock", {"password": PASSWORD})
