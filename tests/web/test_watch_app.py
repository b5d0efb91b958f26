"""What an app could do: an app of the newest backup or a file is looked at, and told in plain words."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from phoneward.vault import LocalStorage, open_repository
from phoneward.web.security import uploads
from tests.updates.pasts import app, put_day
from tests.watch.abilities.apps import PACKAGE
from tests.web.site import PASSWORD, Site, Visitor, make_settings, serving
from tests.web.test_updates import until
from tests.web.watch_shown import POLICY, watching_app

HOSTILE = "<script>alert(1)</script>\u202e.apk"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    repo.load_index()
    put_day(repo, 0, [app(PACKAGE)], apks={PACKAGE: watching_app().read_bytes()})
    with serving(settings) as served:
        yield served
        assert served.faults == []
        folder = settings.cache_dir / "uploads"
        until(lambda: not folder.exists() or not any(folder.iterdir()))  # nothing stays of what was sent


def send(visitor: Visitor, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    """Send the form as the page would."""
    data = {"csrf": visitor.token(), **fields}
    return visitor.client.post("/watch/app/look", data=data, files=[("files", file) for file in files or [("", b"")]])


def seen(site: Site, visitor: Visitor) -> str:
    for job in site.context.jobs.all():
        assert job.ended.wait(60)
    return unescape(visitor.get("/watch/app/seen").text)


def offered(visitor: Visitor) -> str:
    found = re.search(rf'value="([0-9a-f]{{64}}:{re.escape(PACKAGE)})"', visitor.get("/watch/app").text)
    assert found is not None
    return found[1]


def test_an_app_of_the_newest_backup_beside_what_its_publisher_says(site: Site) -> None:
    visitor = site.visitor()
    assert "/watch/app" in visitor.get("/watch").text
    assert send(visitor, app=offered(visitor), says=POLICY).status_code == 303
    text = seen(site, visitor)
    assert "It is told at once when a picture or a screenshot is added to your phone." in text
    assert "the app's own code" in text
    assert "In the app, and not in the text" in text
    assert re.search(r"<li>screenshots</li>", text)
    assert "In the app, and spoken of" in text
    assert "your contacts to find friends" in text
    assert f"phoneward watch app {PACKAGE}" in text
    assert "not what it does" in text


def test_a_file_counts_and_is_called_as_the_person_calls_it(site: Site) -> None:
    visitor = site.visitor()
    assert send(visitor, (HOSTILE, watching_app().read_bytes()), app=offered(visitor)).status_code == 303
    page = visitor.get("/watch/app/seen").text
    assert "script&gt;" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "Beside the text" not in page


def test_what_is_no_app_is_said_in_one_sentence(site: Site) -> None:
    visitor = site.visitor()
    answer = send(visitor, ("holiday.jpg", b"\xff\xd8\xff\xe0 no app"))
    assert answer.headers["location"].startswith("/jobs/")
    for job in site.context.jobs.all():
        assert job.ended.wait(60)
    assert re.search(r'class="what">[^<]*holiday\.jpg', visitor.get(answer.headers["location"]).text)


@pytest.mark.parametrize("chosen", ["", "x", f"ffffffff:{PACKAGE}", "latest:../../etc"])
def test_only_apps_that_were_offered_are_looked_at(site: Site, chosen: str) -> None:
    answer = send(site.visitor(), app=chosen)
    assert answer.status_code == 400
    assert "No app was chosen" in answer.text


def test_a_long_policy_is_read_and_an_endless_one_is_not(site: Site) -> None:
    visitor = site.visitor()
    long = POLICY + " We care." * 40_000
    assert send(visitor, app=offered(visitor), says=long).status_code == 303
    assert "spoken of" in seen(site, visitor)
    assert send(visitor, app=offered(visitor), says="x" * (uploads.MAX_TEXT + 1)).status_code == 413


def test_before_any_app_there_is_no_answer(site: Site) -> None:
    assert site.visitor().get("/watch/app/seen").headers["location"] == "/watch/app"
