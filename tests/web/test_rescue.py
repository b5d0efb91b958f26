"""The rescue pages: what happened, what to do first, what is left, and all of it into a case."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from phoneward.cases import Case
from phoneward.incidents import Incident
from phoneward.phones.appbackups import Computer
from phoneward.vault import LocalStorage, open_repository
from tests.rescue.phones import CHATS, content
from tests.watch.scanning.phones import put
from tests.web.rescue_shown import looked_for_what_is_left
from tests.web.setup_help import ended
from tests.web.site import PASSWORD, Site, make_settings, serving


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    device = "fedcba9876543210"
    put(repo, {f"{CHATS}/{n}": content(str(n)) for n in range(3)}, day=0, device=device)
    hostile = "shared/DCIM/.trashed-4000000000-<script>alert(1)<\\script>.jpg"
    put(repo, {hostile: content("m"), "shared/DCIM/a": content("a")}, day=1, device=device)
    with serving(settings) as served:
        served.context.on_computer._computer = Computer("linux", tmp_path / "home")
        yield served
        assert served.faults == []


def test_every_incident_leads_to_its_card(site: Site) -> None:
    """Do, do not, why; a leak has nothing to look for; the card can be saved for printing."""
    visitor = site.visitor()
    first = unescape(visitor.get("/rescue").text)
    for incident in Incident:
        assert f'href="/rescue/card?what={incident}"' in first
        card = visitor.get(f"/rescue/card?what={incident}").text
        assert "Stop</strong>" in card
        assert ('action="/rescue/search"' in card) is not incident.is_leak
        paper = visitor.get(f"/rescue/card.html?what={incident}")
        assert paper.headers["content-disposition"].startswith("attachment")
        assert "<!doctype html>" in paper.text
    assert visitor.get("/rescue/card?what=eaten").status_code == 404
    assert visitor.get("/rescue/left").status_code == 303, "nobody has looked yet"


def test_from_the_card_to_what_is_left_to_a_case(site: Site, tmp_path: Path) -> None:
    """What a hostile phone calls its files stays text; everything is copied, and where it lay stands beside it."""
    visitor = site.visitor()
    page = looked_for_what_is_left(visitor)
    assert "<script>alert" not in page
    assert "alert(1)" in page
    assert "3 files that are gone since" in page
    assert "Where else to look" in page
    assert "100 % recovery" in page
    form = {"what": "deleted", "app": "", "when": "", "folder": str(tmp_path / "case")}
    said = ended(visitor, visitor.post("/rescue/collect", form)).text
    assert "4 files are in the case" in said
    items = [item for item in Case.open(tmp_path / "case").items() if item.source is not None and item.source.snapshot]
    assert len(items) == 4


@pytest.mark.parametrize("folder", ["", "case", "HERE"])
def test_no_case_is_made_where_none_can_be(site: Site, tmp_path: Path, folder: str) -> None:
    """A folder without its whole path, or with somebody's files: the page says so, and keeps what was found."""
    visitor = site.visitor()
    looked_for_what_is_left(visitor)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("mine")
    form = {"what": "deleted", "app": "", "when": "", "folder": folder.replace("HERE", str(tmp_path / "mine"))}
    answer = visitor.post("/rescue/collect", form)
    assert answer.status_code == 400
    assert "gone since" in answer.text
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter"]
