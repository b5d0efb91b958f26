"""Settings: what a person decided is shown where the vault is open, and can be taken back."""

import re
from pathlib import Path

import pytest

from phoneward.setup import PRINTED, note_kit_printed
from phoneward.snapshots import Change, change_state, load_state, mark_done, name_phone, set_setting, write_note
from phoneward.vaultplace import folder_of
from phoneward.web import kept
from tests.web.holding import holding
from tests.web.site import PASSWORD, Site, Visitor
from tests.web.test_attacks_words import HOSTILE, INERT

HEADING = {"en": "What you decided", "zh_CN": "您的决定"}


def decide(site: Site, *changes: Change) -> None:
    with site.context.door.own() as repo, repo.lock(exclusive=False) as lock:
        change_state(repo, lock, changes)


def unlocked(site: Site, language: str = "en") -> Visitor:
    """Return a visitor who opened the vault."""
    visitor = site.visitor()
    visitor.post("/language", {"language": language})
    visitor.get("/vault")
    return visitor


def take_back(visitor: Visitor, what: str, number: int = 0) -> None:
    """Press the button of that kind that stands first, or so many after it."""
    fields = r'name="decided" value="([0-9a-f]+)">\s*<input type="hidden" name="what" value="(\w+)"'
    forms = re.findall(fields, visitor.get("/settings").text)
    chosen = [decided for decided, its_what in forms if its_what == what][number]
    answer = visitor.post("/settings/take-back", {"decided": chosen, "what": what})
    assert answer.headers["location"] == "/settings#kept"


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_decided_is_nothing_said(site: Site, language: str) -> None:
    assert HEADING[language] not in unlocked(site, language).get("/settings").text


@pytest.mark.parametrize(("language", "said"), [
    ("en", ("phones: Mum&#39;s", "Checked, nothing damaged", "The recovery kit is printed", "and 1 more")),
    ("zh_CN", ("您给手机起的名字：Mum&#39;s", "检查过，没有损坏", "恢复说明已经打印", "还有 1 个")),
])  # fmt: skip
def test_what_was_decided_is_shown(
    site: Site, language: str, said: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "SHOWN", 2)
    with site.context.door.own() as repo:
        note_kit_printed(repo)
    decide(site, name_phone("2" * 16, "Mum's"), set_setting("last-check", "2026-03-04T05:06:07+00:00"))
    decide(site, set_setting("later", 5), write_note("gone", "ask Anna"), mark_done("z-last"))
    page = unlocked(site, language).get("/settings").text
    for words in (HEADING[language], 'href="/phones"', "ask Anna", "2026", "<dd>5</dd>", *said):
        assert words in page
    assert "z-last" not in page, "two of a kind are shown here, and how many there are besides"


def test_a_locked_vault_tells_nothing(locked_site: Site) -> None:
    visitor = locked_site.visitor()
    visitor.post("/unlock", {"password": "correct horse 马 battery"})
    decide(locked_site, name_phone("2" * 16, "Mum's"))
    assert "Mum&#39;s" in visitor.get("/settings").text
    visitor.post("/lock")
    text = visitor.get("/settings").text
    assert "Mum&#39;s" not in text
    assert HEADING["en"] not in text


def test_a_vault_that_is_away_is_said(locked_site: Site) -> None:
    visitor = locked_site.visitor()
    visitor.post("/unlock", {"password": "correct horse 马 battery"})
    place = folder_of(locked_site.context.door.place())
    place.rename(place.with_name("unplugged"))
    answer = visitor.get("/settings")
    assert (answer.status_code, HEADING["en"] in answer.text, "There is no" in answer.text) == (200, True, True)


def test_a_finding_has_its_title_while_it_is_known(site: Site) -> None:
    decide(site, mark_done("snapshots.none"))
    visitor = unlocked(site)
    assert '<h3 dir="auto">snapshots.none</h3>' in visitor.get("/settings").text
    visitor.get("/checkup")
    assert all(job.ended.wait(30) for job in site.context.jobs.all())
    assert '<h3 dir="auto">There is no snapshot of your phone yet.</h3>' in visitor.get("/settings").text


def test_marks_and_notes_are_taken_back_one_by_one(site: Site) -> None:
    with site.context.door.own() as repo:
        note_kit_printed(repo)
    decide(site, write_note("a", "ask Anna"), mark_done("a"))
    visitor = unlocked(site)
    take_back(visitor, "note")
    assert "It is taken back." in visitor.get("/settings").text
    with site.context.vault() as repo:
        state = load_state(repo)
    assert (state.is_done("a"), state.note("a"), state.is_done(PRINTED)) == (True, None, True)
    take_back(visitor, "done", 1)
    take_back(visitor, "done")
    assert HEADING["en"] not in visitor.get("/settings").text
    with site.context.vault() as repo:
        assert load_state(repo).decided() == ()


@pytest.mark.parametrize("made_up", ["", "a", "0" * 32, "phone-name"])
def test_nothing_else_can_be_taken_back(site: Site, made_up: str) -> None:
    decide(site, name_phone("a", "Mum's"), mark_done("b"))
    visitor = unlocked(site)
    visitor.post("/settings/take-back", {"decided": made_up, "what": "done"})
    with site.context.vault() as repo:
        state = load_state(repo)
    assert (state.phone_name("a"), state.is_done("b")) == ("Mum's", True)


def test_hostile_state_is_shown_and_never_obeyed(site: Site) -> None:
    """Whoever knows the password can write any name, key, note and setting."""
    decide(site, name_phone("2" * 16, HOSTILE), mark_done(HOSTILE), write_note(HOSTILE, HOSTILE))
    decide(site, set_setting(HOSTILE, HOSTILE), set_setting("last-check", HOSTILE))
    visitor = unlocked(site)
    page = visitor.get("/settings").text
    assert page.count("&lt;script&gt;document") == 6
    assert page.count("{{7*7}}") == 6
    for piece in INERT:
        assert piece not in page
    take_back(visitor, "done")
    take_back(visitor, "note")
    with site.context.vault() as repo:
        assert load_state(repo).decided() == ()


def test_the_password_is_remembered_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The toggle on the page, with a keyring that stands for a safe one."""
    import keyring

    from phoneward import systemkeyring
    from phoneward.systemkeyring import SystemKeyring
    from tests.test_systemkeyring import InMemory

    backend = InMemory()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setitem(systemkeyring._KNOWN, InMemory.__module__, next(iter(systemkeyring._KNOWN.values())))
    with holding(tmp_path) as held:
        visitor = held.site.visitor()
        assert "Remember the password on this computer" in visitor.get("/settings").text
        assert backend.asked == 0
        assert visitor.post("/settings/password/remember", {"password": "wrong"}).status_code >= 400
        assert backend.stored == {}
        assert visitor.post("/settings/password/remember", {"password": PASSWORD}).status_code == 303
        kept = SystemKeyring(held.site.context.settings.state_dir)
        assert kept.password(tmp_path / "vault") == PASSWORD
        text = visitor.get("/settings").text
        assert "This computer remembers" in text
        assert PASSWORD not in text
        changed = {"password": "walnut ferry quiet orbit", "again": "walnut ferry quiet orbit"}
        visitor.post("/vault/keys/change", changed)
        assert kept.password(tmp_path / "vault") == "walnut ferry quiet orbit"
        visitor.post("/settings/password/forget")
        assert (backend.stored, kept.is_remembered(tmp_path / "vault")) == ({}, False)
        monkeypatch.setattr(keyring, "get_keyring", keyring.backends.null.Keyring)
        assert "offers no keyring that keeps passwords safe" in visitor.get("/settings").text
