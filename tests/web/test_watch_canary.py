"""Test with a picture made for it: it is downloaded here, and looked for in a backup that is made afterwards."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import watch
from phoneward.vault import LocalStorage, Repository, open_repository
from tests.snapshots.catalogue.histories import START_NS
from tests.web.site import PASSWORD, Site, Visitor, make_settings, serving
from tests.web.watch_shown import LOANS, put_canary, put_pictures


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[tuple[Site, Repository]]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    with serving(settings) as served:
        yield served, repo
        assert served.faults == []


def made(visitor: Visitor) -> tuple[str, bytes]:
    """Make a test picture as a person does, and download it."""
    assert visitor.post("/watch/canary/make").headers["location"] == "/watch/canary#made"
    href = re.search(r"/watch/canary/picture\?number=(\d{7})", visitor.get("/watch/canary").text)
    assert href is not None
    answer = visitor.get(href[0])
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment")
    return href[1], answer.content


def looked_for(site: Site, visitor: Visitor, number: str) -> str:
    assert visitor.post("/watch/canary/look", {"number": number}).status_code == 303
    for job in site.context.jobs.all():
        assert job.ended.wait(60)
    return visitor.get("/watch/canary/looked").text


def test_from_the_download_to_the_app_that_copied_it(vault: tuple[Site, Repository]) -> None:
    site, repo = vault
    visitor = site.visitor()
    assert "/watch/canary" in visitor.get("/watch").text
    number, data = made(visitor)
    (note,) = watch.CanaryNotes(site.context.settings.state_dir).all()
    assert (f"{note.number:07d}", note.size) == (number, len(data))
    put_canary(repo, data, day=int(dt.datetime.now(dt.UTC).timestamp() - START_NS // 10**9) // 86_400 + 2)
    assert f'value="{number}"' in visitor.get("/watch/canary").text

    text = looked_for(site, visitor, number)
    assert "SEEN: a test picture lies in 2 places of this backup." in text
    assert LOANS in text
    assert "older than the test picture" not in text
    assert "540 × 1200 pixels" in text
    other = f"{(note.number + 1) % 1_000_000:07d}"
    assert "NOT SEEN" in looked_for(site, visitor, other)
    assert "SEEN: a test picture lies in 2 places" in looked_for(site, visitor, ""), "any"


def test_a_backup_from_before_is_said_to_be_older(vault: tuple[Site, Repository]) -> None:
    site, repo = vault
    visitor = site.visitor()
    number, data = made(visitor)
    put_canary(repo, data, day=0)
    assert "older than the test picture" in looked_for(site, visitor, number)


def test_the_page_says_what_the_test_is_not(vault: tuple[Site, Repository]) -> None:
    text = vault[0].visitor().get("/watch/canary").text
    assert "Not seen is no proof" in text
    assert "does not trigger the notice of screenshots" in text
    assert "phoneward watch canary --app PACKAGE" in text


def test_only_the_picture_that_was_made_last_is_handed_out(vault: tuple[Site, Repository]) -> None:
    visitor = vault[0].visitor()
    assert visitor.get("/watch/canary/picture").status_code == 404
    first, _data = made(visitor)
    made(visitor)
    assert visitor.get(f"/watch/canary/picture?number={first}").status_code == 404
    assert visitor.get("/watch/canary/looked").headers["location"] == "/watch/canary"


@pytest.mark.parametrize("number", ["-1", "1e3", "١٢٣", "99999999", "<script>"])
def test_what_is_no_number_of_a_picture_is_said(vault: tuple[Site, Repository], number: str) -> None:
    visitor = vault[0].visitor()
    assert visitor.post("/watch/canary/look", {"number": number}).headers["location"] == "/watch/canary"
    assert "as it stands on the test picture" in visitor.get("/watch/canary").text
    assert not vault[0].context.jobs.all()


def test_a_phone_that_nobody_was_offered(vault: tuple[Site, Repository]) -> None:
    site, repo = vault
    put_pictures(repo)
    assert site.visitor().post("/watch/canary/look", {"device": "ffff", "number": ""}).status_code == 404
