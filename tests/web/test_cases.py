"""A person keeps evidence, writes letters and seals on the page, without a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import phones
from phoneward.cases import known_cases
from phoneward.web.case_screens import Seen
from phoneward.web.cases import SCREENS
from tests.web.cases_shown import case_shown, screenshots_seen
from tests.web.holding import Holding, holding
from tests.web.setup_help import ended
from tests.web.site import Visitor


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Holding]:
    with holding(tmp_path_factory.mktemp("held")) as held:
        yield held


@pytest.fixture(scope="module")
def visitor(held: Holding) -> Visitor:
    return held.site.visitor()


@pytest.fixture(scope="module")
def key(visitor: Visitor, tmp_path_factory: pytest.TempPathFactory) -> str:
    return case_shown(visitor, tmp_path_factory.mktemp("case"))


def folder_of(held: Holding, key: str) -> Path:
    from phoneward.cases import case_key

    return next(one for one in known_cases(held.site.context.settings.state_dir) if case_key(one) == key)


def test_the_page_shows_what_was_told_and_nothing_acts(visitor: Visitor, key: str) -> None:
    text = visitor.get(f"/cases/case?case={key}").text
    for said in ("王芳", "Smartisan", "妈妈最后的消息", "she died in May", "A prompt came.", "speaks against you"):
        assert said in text, said
    assert "<script>alert" not in text
    assert "\u202e" not in text


def test_the_log_holds_what_was_done_on_the_page(held: Holding, visitor: Visitor, key: str) -> None:
    assert visitor.post("/cases/case/note", {"case": key, "note": "called the shop"}).status_code == 303
    lines = (folder_of(held, key) / "data/custody.jsonl").read_text().splitlines()
    last = json.loads(lines[-1])
    assert (last["note"], last["command"]) == ("called the shop", "phoneward open")


def test_what_makes_no_sense_is_said_on_the_same_page(visitor: Visitor, key: str) -> None:
    for form in (
        {"what": "loss", "lost": "a", "meaning": "", "cost": "much"},
        {"what": "event", "day": "soon", "happening": "b", "role": "", "against": ""},
        {"what": "party", "role": "carrier", "name": ""},
        {"what": "forget", "which": "nothing of that name"},
    ):
        answer = visitor.post("/cases/case/tell", {"case": key, **form})
        assert answer.status_code == 400, form
        assert "Nothing was changed" in answer.text


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/cases/case/tell", {"what": "party", "role": "king", "name": "x"}),
        ("/cases/case/tell", {"what": "everything"}),
        ("/cases/new", {"title": "x", "incident": "murder", "happened": "", "folder": "/tmp/never-made-case"}),
    ],
)
def test_what_no_form_of_ours_sends_is_not_answered(
    visitor: Visitor, key: str, address: str, form: dict[str, str]
) -> None:
    assert visitor.post(address, {"case": key, **form}).status_code == 404
    assert not Path("/tmp/never-made-case").exists()


def test_a_folder_that_is_taken_or_half_named_makes_no_case(visitor: Visitor, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    for folder in (str(tmp_path / "full"), "relative", ""):
        form = {"title": "My own title", "incident": "reset", "happened": "", "folder": folder}
        answer = visitor.post("/cases/new", form)
        assert answer.status_code == 400
        assert "My own title" in answer.text, "what was typed is still there"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_only_cases_of_this_computer_can_be_asked_for(visitor: Visitor) -> None:
    for key in ("", "0" * 16, "../../etc", "%2e%2e"):
        assert visitor.get(f"/cases/case?case={key}").status_code == 404


def test_a_letter_is_shown_saved_and_kept(held: Holding, visitor: Visitor, key: str) -> None:
    page = visitor.get(f"/cases/letter?case={key}&kind=demand&language=zh").text
    assert 'lang="zh-CN"' in page
    assert "王芳" in page
    assert visitor.get(f"/cases/letter.pdf?case={key}&kind=demand&language=zh").content.startswith(b"%PDF")
    saved = visitor.get(f"/cases/letter.html?case={key}&kind=statement&language=en")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "she died in May" in saved.text
    letters = folder_of(held, key) / "data/renderings/letters"
    assert len(list(letters.iterdir())) == 1
    assert visitor.get(f"/cases/letter?case={key}&kind=nothing").status_code == 404


def test_a_change_after_the_seal_is_shown_and_named(held: Holding, visitor: Visitor, key: str) -> None:
    assert "Changed since it was sealed" in visitor.get(f"/cases/case?case={key}").text
    ended(visitor, visitor.post("/cases/seal", {"case": key, "url": ""}))
    ended(visitor, visitor.post("/cases/case/check", {"case": key}))
    assert "INTEGRITY ONLY" in visitor.get(f"/cases/checked?case={key}").text
    evidence = folder_of(held, key) / "data/originals/prompt.png"
    before = evidence.read_bytes()
    evidence.write_bytes(b"\x89PNH")
    ended(visitor, visitor.post("/cases/case/check", {"case": key}))
    page = visitor.get(f"/cases/checked?case={key}").text
    evidence.write_bytes(before)
    assert "BROKEN" in page
    assert "prompt.png" in page


def test_an_authority_has_an_address_of_the_web(visitor: Visitor, key: str) -> None:
    answer = visitor.post("/cases/seal", {"case": key, "url": "file:///etc/passwd"})
    assert answer.headers["location"].startswith("/cases/seal")
    assert "begins with https://" in visitor.get(answer.headers["location"]).text


def test_screenshots_are_shown_from_memory_and_let_go_of(held: Holding, visitor: Visitor, key: str) -> None:
    assert "a.png" not in visitor.get(f"/cases/screens?case={key}").text, "nothing is looked at before one asks"
    screenshots_seen(held.site.context, b"\xff\xd8\xff small")
    page = visitor.get(f"/cases/screens?case={key}").text
    assert "a.png" in page
    assert "<b>.png" not in page
    picture = visitor.get("/cases/screens/picture?n=1")
    assert (picture.content, picture.headers["cache-control"]) == (b"\xff\xd8\xff small", "no-store")
    for number in ("0", "2", "3", "-1", "x", "99999999999"):
        assert visitor.get(f"/cases/screens/picture?n={number}").status_code == 404
    answer = visitor.post("/cases/screens/keep", {"case": key, "note": ""})
    assert answer.headers["location"].startswith("/cases/screens")
    assert visitor.post("/cases/screens/forget", {"case": key}).status_code == 303
    assert visitor.get("/cases/screens/picture?n=1").status_code == 404


def test_screenshots_that_were_kept_are_let_go_of(
    held: Holding, visitor: Visitor, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a phone shows stays in memory only until the person has picked."""
    shots = tmp_path / "Pictures/Screenshots"
    shots.mkdir(parents=True)
    (shots / "bank.png").write_bytes(b"\x89PNG of a phone")
    monkeypatch.setattr(phones, "open_adb", lambda: phones.open_folder(tmp_path))
    ended(visitor, visitor.post("/cases/screens/look", {"case": key}))
    seen = held.site.context.answers.get(SCREENS, Seen)
    assert seen is not None
    assert [shot.name for shot in seen.screenshots.shots] == ["bank.png"]
    ended(visitor, visitor.post("/cases/screens/keep", {"case": key, "pick": "1", "note": "the bank"}))
    assert [file.name for file in folder_of(held, key).rglob("*.png") if "bank" in file.name]
    assert held.site.context.answers.get(SCREENS, Seen) is None


def test_a_case_that_is_gone_can_be_taken_off_the_list(held: Holding, visitor: Visitor, tmp_path: Path) -> None:
    form = {"title": "Gone", "incident": "reset", "happened": "", "folder": str(tmp_path / "gone")}
    key = visitor.post("/cases/new", form).headers["location"].partition("case=")[2]
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    page = visitor.get("/cases").text
    assert "not in its folder any more" in page
    assert visitor.post("/cases/case/forget", {"case": key}).status_code == 303
    assert str(tmp_path / "gone") not in visitor.get("/cases").text
    assert (tmp_path / "elsewhere" / "data" / "case.json").is_file()
    del held


def test_snapshots_tell_on_the_page_too(visitor: Visitor, key: str) -> None:
    answer = visitor.post("/cases/case/from-vault", {"case": key, "package": "org.nobody.has.this"})
    assert "show no loss of org.nobody.has.this" in visitor.get(answer.headers["location"]).text
