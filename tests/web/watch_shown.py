"""A phone on which a loan app keeps copies of the person's screenshots, a gallery its thumbnails, somebody a file.

And an app that could do so, and a test picture that one copied.
"""

import base64
import datetime as dt
import json
from pathlib import Path

import cv2
import httpx
import numpy as np
import numpy.typing as npt

from phoneward.vault import Repository
from phoneward.web.context import WebContext
from phoneward.web.jobs import JobState
from phoneward.web.watch import begin
from phoneward.web.watch_captures import begin as begin_capture
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot
from tests.watch.abilities import apps
from tests.web.site import Visitor

LOANS = "com.example.loans"
DEVICE = "fedcba9876543210"
TESTED = "0f1e2d3c4b5a6978"
HOSTILE = b"<script>alert(1)<\\script>"
_TAKEN = dt.datetime(2026, 5, 3, 8, 15, 2, tzinfo=dt.UTC)


def screen(balance: str, *, width: int = 720, height: int = 1280) -> npt.NDArray[np.uint8]:
    """Draw a bank's screen."""
    pixels = np.full((height, width, 3), 250, np.uint8)
    cv2.rectangle(pixels, (0, 0), (width, 180), (120, 60, 20), -1)
    cv2.putText(pixels, "Example Bank", (40, 120), cv2.FONT_HERSHEY_SIMPLEX, 2.0, (255, 255, 255), 4)
    cv2.putText(pixels, balance, (40, 320), cv2.FONT_HERSHEY_SIMPLEX, 2.4, (30, 30, 30), 5)
    for row in range(9):
        top = 420 + 90 * row
        cv2.putText(pixels, f"Shop {row * 7 + 3}", (40, top), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (60, 60, 60), 2)
        cv2.putText(pixels, f"-{row * 13 + 4}.{row}0", (500, top), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (40, 40, 160), 2)
        cv2.line(pixels, (40, top + 25), (width - 40, top + 25), (210, 210, 210), 2)
    return pixels


def encoded(pixels: npt.NDArray[np.uint8], ending: str = ".png", width: int | None = None) -> bytes:
    """Return a picture's file, made smaller where a width is named."""
    if width is not None:
        height = round(pixels.shape[0] * width / pixels.shape[1])
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    done, written = cv2.imencode(ending, pixels)
    assert done
    return written.tobytes()


def _at(after_s: float) -> int:
    return int((_TAKEN + dt.timedelta(seconds=after_s)).timestamp() * 10**9)


def phone_with_copies(day: int = 0) -> Tree:
    """Return a phone's files."""
    account, other = screen("12,480.55"), screen("You owe 90")
    shots: Tree = {
        b"Screenshot_20260503-081502.png": File(encoded(account), _at(0)),
        b"Screenshot_20260504-101010.png": File(encoded(other), _at(86_400)),
    }
    cache: Tree = {
        b"0af3c1": File(encoded(account), _at(4)),
        b"1b22": File(encoded(account, ".jpg", 540), _at(7_200)),
        b"blob": File(b"\0" * 93 + encoded(other, ".jpg"), _at(86_409)),
        HOSTILE: File(encoded(other, ".webp"), _at(99_999 + day)),
    }
    return {
        b"shared": {
            b"DCIM": {b"Screenshots": shots, b".thumbnails": {b"17.jpg": File(encoded(account, ".jpg", 96), _at(60))}},
            b"Android": {b"data": {LOANS.encode(): {b"cache": cache}}},
            b"odd folder": {b"a.png": File(encoded(other), _at(90_000))},
        }
    }


def put_pictures(repo: Repository, *, day: int = 0) -> None:
    """Store such a phone's snapshot of a day."""
    put_snapshot(repo, phone_with_copies(day), day=day, device=DEVICE, label="My phone")


def looked_through(context: WebContext) -> None:
    """Look through the newest snapshot, and wait until it is done."""
    job = begin(context, DEVICE)
    assert job.ended.wait(120)
    assert job.state is JobState.DONE, job.error


POLICY = (
    "Privacy policy. We value your privacy and tell you here what data the app takes and why. With your consent we use "
    "your contacts to find friends who have the app too. We keep your data as long as the law wants it, and you can "
    "ask us at any time which data we have and that we delete it."
)
"""Speaks of contacts, and not of screenshots."""


def watching_app() -> Path:
    """Return an app that is told of each new screenshot, and may read the contacts."""
    watcher = apps.code(
        f"{apps.PACKAGE}.Watcher", apps.get(apps.PICTURES), apps.call(apps.OBSERVE, count=4), apps.load("screenshot")
    )
    return apps.app(watcher, in_manifest=apps.permissions("READ_MEDIA_IMAGES", "READ_CONTACTS", "INTERNET"))


def put_canary(repo: Repository, data: bytes, *, day: int) -> None:
    """Store the snapshot of a phone on which the loan app made a smaller copy of a test picture."""
    pixels = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    copy = {b"cache": {b"0af3c1": File(encoded(pixels, ".jpg", 540))}}
    shared: Tree = {
        b"DCIM": {b"Screenshots": {b"test.png": File(data)}},
        b"Android": {b"data": {LOANS.encode(): copy}},
    }
    put_snapshot(repo, {b"shared": shared}, day=day, device=TESTED, label="Phone under test")


def leads_to_the_end(context: WebContext, answer: httpx.Response) -> None:
    """Wait for what a form began."""
    assert answer.status_code == 303, answer.text
    for job in context.jobs.all():
        assert job.ended.wait(60)
        assert job.error is None, job.error


def tested_with_a_picture(context: WebContext, repo: Repository, visitor: Visitor) -> None:
    """Make a test picture, store a phone on which it was copied, and have it looked for."""
    visitor.post("/watch/canary/make")
    number = visitor.get("/watch/canary").text.partition("picture?number=")[2][:7]
    put_canary(repo, visitor.get(f"/watch/canary/picture?number={number}").content, day=1)
    leads_to_the_end(context, visitor.post("/watch/canary/look", {"device": TESTED, "number": number}))


def app_looked_at(context: WebContext, visitor: Visitor) -> None:
    """Send an app of a hostile name, and what its publisher says of it."""
    form = {"csrf": visitor.token(), "says": POLICY}
    files = [("files", (f"{HOSTILE.decode()}{'x' * 150}.apk", watching_app().read_bytes()))]
    leads_to_the_end(context, visitor.client.post("/watch/app/look", data=form, files=files))


def recorded(folder: Path) -> Path:
    """Make a recording (HAR) in which the account's screenshot is sent twice: whole, then smaller within JSON."""
    whole, small = encoded(screen("12,480.55")), encoded(screen("12,480.55"), ".jpg", 540)
    wrapped = json.dumps({HOSTILE.decode(): base64.b64encode(small).decode()}).encode()
    entries = [
        {
            "startedDateTime": f"2026-05-03T08:15:{second:02}Z",
            "request": {
                "method": "POST",
                "url": url,
                "httpVersion": "HTTP/2",
                "headers": [],
                "postData": {"mimeType": kind, "text": base64.b64encode(body).decode(), "encoding": "base64"},
            },
            "response": {},
        }
        for second, url, kind, body in (
            (6, "https://up.example/a", "image/png", whole),
            (9, "https://collect.example/b", "application/json", wrapped),
        )
    ]
    lost = {"method": "POST", "url": "https://z.example/", "headers": [{"name": "Content-Length", "value": "70000"}]}
    entries.append({"startedDateTime": "2026-05-03T08:15:20Z", "request": lost, "response": {}})
    path = folder / "phone <b>.har"
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def looked_into(context: WebContext, file: Path) -> None:
    """Look into a recording for this phone's pictures, and wait until it is done."""
    job, _is_new = begin_capture(context, DEVICE, file, None)
    assert job.ended.wait(120)
    assert job.state is JobState.DONE, job.error
