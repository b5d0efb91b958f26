"""A case with all that a page can show of one, made through the pages as a person makes it."""

import datetime as dt
from pathlib import Path

from phoneward.cases import Screenshot, Screenshots
from phoneward.web.case_screens import Seen
from phoneward.web.cases import SCREENS
from phoneward.web.context import WebContext
from tests.web.setup_help import ended
from tests.web.site import Visitor

TAKEN = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
HOSTILE = '<script>alert(1)</script> "妈妈" \u202egnp'


def case_shown(visitor: Visitor, folder: Path) -> str:
    """Make the case, tell it everything, seal it, change it, check it; returns its key."""
    place = folder / "case of <b>"
    made = visitor.post(
        "/cases/new", {"title": HOSTILE, "incident": "wiped-by-update", "happened": "2026-03-01", "folder": str(place)}
    )
    assert made.status_code == 303, made.text
    key = made.headers["location"].partition("case=")[2]
    for form in (
        {"what": "party", "role": "claimant", "name": "王芳", "email": "w@example.org", "did": ""},
        {"what": "party", "role": "phone-maker", "name": "Smartisan", "did": "Its store pushed the update."},
        {"what": "loss", "lost": "妈妈最后的消息", "meaning": "she died in May", "cost": "5000"},
        {"what": "event", "day": "2026-03-01T08:30", "happening": "A prompt came.", "role": "store", "against": ""},
        {"what": "event", "day": "2026-02-01", "happening": HOSTILE, "role": "", "against": "yes"},
    ):
        assert visitor.post("/cases/case/tell", {"case": key, **form}).status_code == 303
    (folder / "prompt.png").write_bytes(b"\x89PNG")
    added = {"case": key, "file": str(folder / "prompt.png"), "note": HOSTILE}
    assert visitor.post("/cases/case/add", added).status_code == 303
    assert "/cases/case" in ended(visitor, visitor.post("/cases/seal", {"case": key, "url": ""})).text
    kept = {"case": key, "kind": "demand", "language": "zh", "to": ""}
    assert visitor.post("/cases/letter/keep", kept).status_code == 303
    assert "/cases/checked" in ended(visitor, visitor.post("/cases/case/check", {"case": key})).text
    return key


def screenshots_seen(context: WebContext, picture: bytes) -> None:
    """Have the page hold two screenshots of a phone, as if somebody had just looked."""
    shots = tuple(
        Screenshot(b"/storage/emulated/0/Pictures/Screenshots/" + name, name.decode(), TAKEN, 1234)
        for name in (b"a.png", b"<b>.png")
    )
    seen = Seen(Screenshots(shots, 3, ("/storage/emulated/0/DCIM/Screenshots",)), (picture, None))
    context.answers.put(SCREENS, seen)
