"""A phone whose apps have a past, hostile names among them, and update files that were judged: for all looks."""

from tests.apk.making import key, make_apk
from tests.updates.pasts import app, day, held, own_backup, put_day
from tests.web.holding import Holding
from tests.web.site import Visitor

NOTES = "org.example.notes"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 150
DEVICE, LABEL = "apps", "Phone with apps"


def updates_shown(holding: Holding, visitor: Visitor) -> None:
    """Put such a phone into the vault, and judge two files."""
    first, other = make_apk(NOTES), make_apk(NOTES, keys=(key("other"),), version_code=2)
    others = [app(f"org.example.application{number}") for number in range(70)]
    named = app("com.example." + "long" * 50, version_name=HOSTILE, installer=HOSTILE)
    apks = {NOTES: first.read_bytes()}
    before = [app(), app(NOTES, version_code=1), named, *others]
    put_day(
        holding.repo, -9, before, apks=apks, coverages=[held(own_backups=[own_backup(-9)])], device=DEVICE, label=LABEL
    )
    after = [app(first_installed=day(-5), version_code=6), app(NOTES, version_code=1, installer=""), named, *others[1:]]
    last = put_day(holding.repo, -3, after, apks=apks, coverages=[held()], device=DEVICE, label=LABEL)
    form = {"csrf": visitor.token(), "against": f"snapshot:{last.id}"}
    files = [("files", (f"{HOSTILE}.apk", b"no app")), ("files", ("notes.apk", other.read_bytes()))]
    assert visitor.client.post("/updates/check", data=form, files=files).status_code == 303
