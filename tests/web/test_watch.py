"""The pictures pages: who keeps copies of my pictures, and the pictures side by side, made anew for the page."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import cv2
import numpy as np
import pytest

from phoneward.vault import LocalStorage, open_repository
from tests.web.site import PASSWORD, Site, make_settings, serving
from tests.web.watch_shown import LOANS, looked_through, put_pictures


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    put_pictures(repo)
    with serving(settings) as served:
        yield served
        assert served.faults == []


def pictures_of(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<img src="(/watch/[^"]+)"', page)]


def test_from_a_backup_to_the_pictures_side_by_side(site: Site) -> None:
    visitor = site.visitor()
    before = visitor.get("/watch").text
    assert "was not looked through yet" in before
    assert "Look for copies of my pictures" in before
    assert visitor.post("/watch/scan", {"device": ""}).headers["location"].startswith("/jobs/")
    looked_through(site.context)

    first = visitor.get("/watch").text
    assert LOANS in first
    assert "in a folder of which nobody can tell" in first
    copies = visitor.get(f"/watch/copies?app={LOANS}").text
    assert copies.count('<article class="pair"') == 4
    assert "written 4 seconds later" in copies
    assert "The very same picture" in copies
    assert "<script>alert" not in copies
    assert "does not say that it was sent" in copies
    for shown in pictures_of(copies):
        answer = visitor.get(shown)
        assert answer.headers["content-type"] == "image/jpeg"
        pixels = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        assert pixels.shape[1] <= 420


def test_thumbnails_are_told_apart_and_accuse_nobody(site: Site) -> None:
    looked_through(site.context)
    visitor = site.visitor()
    assert "ordinary cause, such as a gallery" in visitor.get("/watch").text
    ordinary = visitor.get("/watch/copies?ordinary=yes").text
    assert "A small picture for a gallery" in ordinary
    assert ".thumbnails" in ordinary
    assert ordinary.count('<article class="pair"') == 1
    assert ".thumbnails" not in visitor.get("/watch/copies").text


def test_what_the_person_says_of_a_picture_is_kept_and_weighs(site: Site) -> None:
    looked_through(site.context)
    visitor = site.visitor()
    page = visitor.get(f"/watch/copies?app={LOANS}").text
    number = re.search(r'name="n" value="(\d+)"', page)
    assert number is not None
    sent = {"device": "", "n": number[1], "label": "my bank account", "back": f"/watch/copies?app={LOANS}"}
    answer = visitor.post("/watch/mark", sent)
    assert answer.headers["location"] == f"/watch/copies?app={LOANS}"
    assert 'value="my bank account"' in visitor.get(f"/watch/copies?app={LOANS}").text


@pytest.mark.parametrize(
    "address",
    [
        "/watch/picture",
        "/watch/picture?n=99999&which=copy",
        "/watch/picture?n=-1&which=copy",
        "/watch/picture?n=x&which=copy",
        "/watch/picture?n=0&which=../../etc/passwd",
        "/watch/copies?device=ffffffffffffffff",
    ],
)
def test_addresses_that_nobody_was_given(site: Site, address: str) -> None:
    looked_through(site.context)
    assert site.visitor().get(address).status_code == 404


def test_a_form_leads_nowhere_else(site: Site) -> None:
    looked_through(site.context)
    sent = {"device": "", "n": "0", "label": "x", "back": "https://example.com/"}
    assert site.visitor().post("/watch/mark", sent).headers["location"] == "/watch"
