"""Were my pictures sent? A recording on this computer is looked into, and what it shows is told with its gaps."""

import hashlib
import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from phoneward import watch
from phoneward.media import Kind, Verdict
from phoneward.progress import Advanced, Event
from phoneward.vault import LocalStorage, open_repository
from phoneward.watch import CaptureResult, Unread, Upload
from phoneward.web.watch_captures import Recording
from tests.watch.captures.pcap.recording import Job, record
from tests.web.setup_help import ended
from tests.web.site import PASSWORD, Site, make_settings, serving
from tests.web.watch_shown import encoded, put_pictures, recorded, screen

PAGE = "/watch/capture"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("vault")
    settings = make_settings(folder)
    repo = open_repository(LocalStorage(folder / "vault"), PASSWORD)
    repo.load_index()
    put_pictures(repo)
    with serving(settings) as served:
        yield served
        assert served.faults == []


def test_before_a_recording_there_is_the_way_to_make_one(site: Site) -> None:
    site.context.answers.forget(PAGE)
    page = site.visitor().get(PAGE).text
    assert "<details open>" in page
    for word in ("With PCAPdroid", "With mitmproxy", "What no recording shows", "SSLKEYLOGFILE"):
        assert word in page
    assert f'href="{PAGE}"' in site.visitor().get("/watch").text


def test_from_a_recording_to_what_was_sent(site: Site, tmp_path: Path) -> None:
    """Each picture that was sent is shown once, with each time that it was; what could not be read is told."""
    visitor = site.visitor()
    leads_to = visitor.post(PAGE, {"file": str(recorded(tmp_path))}).headers["location"]
    if leads_to != f"{PAGE}#found":  # it took a while
        assert "1 of your pictures was sent." in ended(visitor, leads_to).text
    page = visitor.get(PAGE).text
    assert "1 of your pictures was sent." in page
    assert "SENT: Screenshot_20260503-081502.png" in page
    assert page.count('<article class="pair"') == 1
    assert "to up.example, " in page
    assert "The very same picture; it lay in: body" in page
    assert "to collect.example, " in page
    assert "The same picture, smaller; it lay in: " in page
    assert "70.0 kB of which the recording does not say which app sent them" in page
    assert "Not seen is not the same as not sent" in page
    assert "<script>alert" not in page
    assert "<b>.har" not in page
    (picture,) = re.findall(r'<img src="(/watch/capture/[^"]+)"', page)
    shown = visitor.get(unescape(picture))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    for number in ("1", "-1", "x", "9" * 20, ""):
        assert visitor.get(f"{PAGE}/picture?n={number}").status_code == 404
    chinese = site.stranger()
    chinese.headers["accept-language"] = "zh-CN"
    chinese.get(site.context.one_time_link())
    told = chinese.get(PAGE).text
    assert "已发送：Screenshot_20260503-081502.png" in told
    assert "没有看到，不等于没有发送" in told


def test_the_keys_open_what_was_encrypted(site: Site) -> None:
    """Without them the bytes are counted as unread; with them the picture is seen."""
    picture = encoded(screen("12,480.55"))
    made = record(hashlib.sha256(picture).digest(), lambda: [Job("tls1.3", 20_021, "/", picture)])
    visitor = site.visitor()
    for keys, told in (("", "NOT SEEN: none of your 2 pictures"), (str(made.keys), "to upload.example, ")):
        visitor.post(PAGE, {"file": str(made.plain), "keys": keys})
        for job in site.context.jobs.all():
            assert job.ended.wait(60)
        page = visitor.get(PAGE).text
        assert told in page
        assert ("What could not be read" in page) == (not keys)


@pytest.mark.parametrize("field", ["file", "keys"])
def test_a_path_that_leads_to_no_file_is_refused_in_words(site: Site, tmp_path: Path, field: str) -> None:
    """A pipe too: it would be waited for without end."""
    os.mkfifo(tmp_path / "pipe")
    visitor, file = site.visitor(), str(recorded(tmp_path))
    for named in ("phone.har", str(tmp_path), f"{tmp_path}/none.har", f"{tmp_path}/pipe", "~nobody/x", "/\0"):
        answer = visitor.post(PAGE, {"file": file, "keys": "", field: named})
        assert answer.status_code == 400, named
        assert "There is no such file on this computer" in answer.text
        assert "phone &lt;b&gt;.har" in answer.text or field == "file", "what was typed has to be typed again"
    assert visitor.post(PAGE, {"file": ""}).status_code == 400


def test_a_file_that_is_no_recording_is_told_by_the_work(site: Site, tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text("hello")
    visitor = site.visitor()
    page = ended(visitor, visitor.post(PAGE, {"file": str(tmp_path / "x.har")})).text
    assert "is no capture that Phoneward can read" in page
    assert "Look into it again" in page


def test_another_phone_that_is_not_there(site: Site, tmp_path: Path) -> None:
    answer = site.visitor().post(PAGE, {"file": str(recorded(tmp_path)), "device": "0" * 16})
    assert answer.status_code == 400
    assert "This snapshot is not in the vault" in answer.text


def test_many_pictures_stand_on_several_pages_those_it_is_sure_of_first(site: Site) -> None:
    with site.context.library.open() as opened:
        info = opened.listed.infos[0]
    uploads = [_upload(f"/shared/DCIM/{number:02}<i>.png", Kind.CROPPED) for number in range(12)] * 21
    perhaps = [_upload("/shared/DCIM/a.png", Kind.SAME_SCREEN)]
    result = CaptureResult(
        uploads=tuple(uploads), perhaps=tuple(perhaps), unread=Unread(sent={"com.tencent.mm": 5, "<u>": 9}),
        exchanges=2000, pictures=3, images=20, uncompared=1,
    )  # fmt: skip
    found = Recording(Path("/a.har"), ("phoneward",), info, "<s>", info.snapshot.time, result, {})
    site.context.answers.put(PAGE, found)
    visitor = site.visitor()
    first, second = visitor.get(PAGE).text, visitor.get(f"{PAGE}?page=2").text
    for page in (first, second):
        assert "12 of your pictures were sent." in page
        assert "1 picture was perhaps sent" in page
        assert "5 B that WeChat sent" in page
        assert "compared byte by byte only" in page
        assert not re.search("<[isu]>", page)
    assert first.count("<article") == first.count("… and 1 more.") == 12
    assert second.count("<article") == 1
    assert "PERHAPS SENT: a.png" in second
    assert "The same screen; what is written on it cannot be told apart" in second
    assert visitor.get(f"{PAGE}/picture?n=0").status_code == 404, "the snapshot has no such picture"


def _upload(image: str, kind: Kind) -> Upload:
    verdict = Verdict(kind=kind, is_distinguishable=kind is not Kind.SAME_SCREEN, confidence=1.0, width=9)
    return Upload(
        image=image, time=None, app=None, host="<i>\u202e", url="", form=("<s>",), verdict=verdict, exchanges=(0,),
        sha256="", size=1,
    )  # fmt: skip


def test_the_work_can_be_stopped(tmp_path: Path) -> None:
    """A recording may be of many gigabytes: while it is read, a person's wish to stop is heard."""

    def stop(event: Event) -> None:
        if isinstance(event, Advanced) and event.phase == "look-into-recording":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch.look_into_capture(recorded(tmp_path), (), listener=stop)


def test_nothing_without_the_forms_token(site: Site, tmp_path: Path) -> None:
    site.context.answers.forget(PAGE)
    answer = site.visitor().client.post(PAGE, data={"file": str(recorded(tmp_path))})
    assert answer.status_code == 403
    assert site.context.answers.get(PAGE, object) is None
