"""Every page that can be looked at, with addresses of all its kinds, and the servers on which they are there.

A route that answers a page and stands neither in a table here nor among `NO_PAGE` fails `test_every_page.py`.
"""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Page

from phoneward.demo import STEPS, Told
from phoneward.phones import AdbDevice, Diagnosis, Seen, Situation
from phoneward.phones.appbackups import Computer
from phoneward.phones.diagnosis import Tier
from phoneward.phones.diagnosis.errors import NothingOnUsbError
from phoneward.phones.errors import PhoneUnauthorizedError
from phoneward.progress import Advanced, Listener, Notice, PhaseStarted
from phoneward.snapshots import change_state, name_phone, note_second, path_id
from phoneward.texts import words
from phoneward.vault import StorageFullError
from phoneward.web.jobs import Again, Job, Kind, Outcome, Work
from tests.phones.appbackups.test_oncomputer import wechat_4
from tests.web.app_backups import app_backups_shown, computer_backups_shown
from tests.web.cases_shown import case_shown, screenshots_seen
from tests.web.holding import LONG, Holding, holding
from tests.web.moves_shown import moves_shown
from tests.web.numbers_shown import numbers_shown
from tests.web.rescue_shown import looked_for_what_is_left
from tests.web.schedules_shown import schedule_shown
from tests.web.setup_help import GOOD, ended, until_password
from tests.web.site import Site, Visitor, make_settings, serving
from tests.web.test_jobs import Held
from tests.web.updates_shown import updates_shown
from tests.web.watch_shown import (
    app_looked_at,
    looked_into,
    looked_through,
    put_pictures,
    recorded,
    tested_with_a_picture,
)

NO_PAGE: Final[Mapping[str, str]] = {
    "/static/{name:path}": "style, script and pictures",
    "/enter": "leads on by itself; every test comes in through it",
    "/content/{id}": "the bytes of a file",
    "/checkup/report.html": "a download; the checkup's own tests open it",
    "/checkup/report.pdf": "a download",
    "/numbers/plan/paper.html": "a download; the plan's own tests open it",
    "/numbers/plan/calendar.ics": "a download",
    "/setup/kit/sheet.pdf": "a download",
    "/watch/picture": "a picture",
    "/rescue/card.html": "a download",
    "/move/done/report.html": "a download; the move's own tests open it",
    "/cases/letter.pdf": "a download",
    "/cases/letter.html": "a download",
    "/cases/screens/picture": "a picture",
    "/watch/canary/picture": "a download",
    "/watch/capture/picture": "a picture",
    "/phones/wireless/qr.svg": "a picture",
    "/jobs/{job}/status": "a part of the job's page",
    "/phones/status": "answers nothing but whether to look again",
    "/setup/phone/status": "answers nothing but whether to look again",
    "/phones/wireless/status": "answers nothing but whether to look again",
}
"""Routes that answer no page of their own, and why."""
NO_COMMAND: Final[Mapping[str, str]] = {
    "": "an error says what to do",
    "/jobs": "about the work of this page",
    "/settings": "about this page and this browser",
    "/unlock": "every command asks for the password by itself",
    "/setup/kit/sheet.html": "paper",
}
"""Pages that show no command, and why."""


@dataclass(frozen=True)
class Example:
    """A page to look at.

    Attributes:
        name: for messages.
        route: of which it is an example; empty: none has this address.
        address: its names in braces are filled in by the place where it is.
        status: of the answer.
        mains: main actions that it may show.
    """

    name: str
    route: str
    address: str
    status: int = 200
    mains: int = 1


SNAPSHOT: Final = "/snapshots/{id}"
FILES, FILE = f"{SNAPSHOT}/files", f"{SNAPSHOT}/file"
COVERAGE: Final = f"{SNAPSHOT}/coverage"
DEEP: Final = "path=/shared/Deep" + "/{long}" * 5

IN_A_VAULT: Final = (
    Example("today", "/", "/"),
    Example("checkup", "/checkup", "/checkup"),
    Example("snapshots", "/snapshots", "/snapshots"),
    Example("snapshots of one phone", "/snapshots", "/snapshots?phone=tablet"),
    Example("snapshot", SNAPSHOT, "/snapshots/{newest}"),
    Example("snapshot cut short", SNAPSHOT, "/snapshots/{partial}"),
    Example("snapshot, everything", FILES, "/snapshots/{newest}/files"),
    Example("folder", FILES, "/snapshots/{second}/files?path=/shared/Documents"),
    Example("folder of hostile names", FILES, "/snapshots/{newest}/files?path=/shared/Hostile"),
    Example("folder of many", FILES, "/snapshots/{newest}/files?path=/shared/Many&page=3"),
    Example("folder of long names", FILES, f"/snapshots/{{newest}}/files?{DEEP}"),
    Example("folder of a backup cut short", FILES, "/snapshots/{partial}/files?path=/shared"),
    Example("file", FILE, "/snapshots/{second}/file?path=/shared/Documents/notes.txt"),
    Example("picture", FILE, "/snapshots/{newest}/file?path=/shared/Pictures/anim.gif"),
    Example("file of a hostile name", FILE, "/snapshots/{newest}/file?path=/shared/Hostile/line%0Aend.txt"),
    Example("file of a long name", FILE, f"/snapshots/{{newest}}/file?path=/shared/Hostile/{'x' * 3500}"),
    Example("link", FILE, "/snapshots/{newest}/file?path=/shared/link"),
    Example("search", "/search", "/search"),
    Example("search, much found", "/search", "/search?q=IMG"),
    Example("search, hostile names found", "/search", "/search?q=e"),
    Example("search, nothing found", "/search", "/search?q=nothing-of-this-name"),
    Example("versions", "/versions", "/versions?path=/shared/Documents/notes.txt&phone=phone"),
    Example("versions of all phones", "/versions", "/versions?path=/coverage.json"),
    Example("versions of a long name", "/versions", f"/versions?path=/shared/Hostile/{'x' * 3500}"),
    Example("differences, which", "/differences", "/differences"),
    Example("differences", "/differences", "/differences?from={oldest}&to={second}"),
    Example("differences, none", "/differences", "/differences?from={oldest}&to={oldest}"),
    Example("differences of two phones", "/differences", "/differences?from={tablet}&to={newest}&show=removed"),
    Example("coverage", "/coverage", "/coverage"),
    Example("coverage of a snapshot", COVERAGE, "/snapshots/{oldest}/coverage"),
    Example("apps", f"{COVERAGE}/apps", "/snapshots/{newest}/coverage/apps"),
    Example("apps of one kind", f"{COVERAGE}/apps", "/snapshots/{newest}/coverage/apps?state=kept&q=app1"),
    Example("apps, none found", f"{COVERAGE}/apps", "/snapshots/{newest}/coverage/apps?q=none"),
    Example("missing names", f"{COVERAGE}/missing", "/snapshots/{newest}/coverage/missing?page=2"),
    Example("missing names, none found", f"{COVERAGE}/missing", "/snapshots/{newest}/coverage/missing?q=none"),
    Example("apps' own backups", "/app-backups", "/app-backups"),
    Example("how to back up WeChat", "/app-backups/guide/{key}", "/app-backups/guide/wechat"),
    Example("how to put a foreign backup back", "/app-backups/guide/{key}", "/app-backups/guide/neo-backup"),
    Example("updates", "/updates", "/updates"),
    Example("what happened to an app", "/updates/app", "/updates/app?package=com.tencent.mm&phone=apps"),
    Example("an update judged", "/updates/verdict", "/updates/verdict"),
    Example("stores that update by themselves", "/updates/stores", "/updates/stores"),
    Example("who keeps copies of pictures", "/watch", "/watch"),
    Example("copies side by side", "/watch/copies", "/watch/copies?device=fedcba9876543210&app=com.example.loans"),
    Example("copies of nobody who is known", "/watch/copies", "/watch/copies?device=fedcba9876543210&app=-"),
    Example("ordinary copies", "/watch/copies", "/watch/copies?device=fedcba9876543210&ordinary=yes"),
    Example("an app to look at", "/watch/app", "/watch/app"),
    Example("what an app could do", "/watch/app/seen", "/watch/app/seen"),
    Example("test with a picture", "/watch/canary", "/watch/canary"),
    Example("where the test picture is", "/watch/canary/looked", "/watch/canary/looked"),
    Example("what a recording shows", "/watch/capture", "/watch/capture"),
    Example("it happened", "/rescue", "/rescue"),
    Example(
        "an app was emptied: what to do first", "/rescue/card", "/rescue/card?what=wiped-by-update&app=com.tencent.mm"
    ),
    Example("a stranger in the account", "/rescue/card", "/rescue/card?what=stranger-in-account"),
    Example("what is left", "/rescue/left", "/rescue/left"),
    Example("the cases", "/cases", "/cases"),
    Example("a case", "/cases/case", "/cases/case?case={case}"),
    Example("a case's letters", "/cases/letters", "/cases/letters?case={case}"),
    Example("a demand in Chinese", "/cases/letter", "/cases/letter?case={case}&kind=demand&language=zh"),
    Example("a statement", "/cases/letter", "/cases/letter?case={case}&kind=statement&language=zh"),
    Example("seal a case", "/cases/seal", "/cases/seal?case={case}"),
    Example("what a case is worth", "/cases/checked", "/cases/checked?case={case}"),
    Example("screenshots to pick", "/cases/screens", "/cases/screens?case={case}"),
    Example("what an agreement excludes", "/cases/clauses", "/cases/clauses"),
    Example("what an answer holds", "/cases/reply", "/cases/reply"),
    Example("no such case", "", "/cases/case?case=0000000000000000", 404),
    Example("what hangs on the numbers", "/numbers", "/numbers"),
    Example("a number that is new", "/numbers/new", "/numbers/new"),
    Example("meant for somebody else", "/numbers/new", "/numbers/new?number=%2B8613800138000&since=2026-01-01&name=Li"),
    Example("what is offered", "/numbers/offers", "/numbers/offers"),
    Example("what is offered for a number", "/numbers/offers", "/numbers/offers?number=%2B8613800138000"),
    Example("a number that will be given up", "/numbers/plan", "/numbers/plan?number=%2B8613800138000"),
    Example("a number that was given up", "/numbers/plan", "/numbers/plan?number=%2B8613900139000"),
    Example("remove a snapshot", f"{SNAPSHOT}/remove", "/snapshots/{newest}/remove"),
    Example("restore", "/restore", "/restore"),
    Example("restore where", "/restore", "/restore?snapshot={second}&path=/shared/Documents"),
    Example("restore a long name where", "/restore", f"/restore?snapshot={{newest}}&{DEEP}"),
    Example("restore onto which phone", "/restore/phones", "/restore/phones?snapshot={newest}&path=/shared/Documents"),
    Example("restore plan", "/restore/{restore}", "/restore/{planned}"),
    Example("restore, replace?", "/restore/{restore}/replace", "/restore/{planned}/replace"),
    Example("restore result", "/restore/{restore}/result", "/restore/{restored}/result"),
    Example("records where", "/restore", "/restore?snapshot={tablet}&what=records"),
    Example("records onto which phone", "/restore/phones", "/restore/phones?snapshot={tablet}&what=records"),
    Example("records plan", "/restore/{restore}", "/restore/{records_planned}"),
    Example("records result", "/restore/{restore}/result", "/restore/{records_restored}/result"),
    Example("app backups onto which phone", "/restore/phones", "/restore/phones?snapshot={tablet}&what=app-backups"),
    Example("app backups plan", "/restore/{restore}", "/restore/{backups_planned}"),
    Example("app backups, replace?", "/restore/{restore}/replace", "/restore/{backups_planned}/replace"),
    Example("app backups result", "/restore/{restore}/result", "/restore/{backups_restored}/result"),
    Example("computer's backups where", "/restore", "/restore?snapshot={tablet}&what=to-computer"),
    Example("computer's backups plan", "/restore/{restore}", "/restore/{computer_planned}"),
    Example("computer's backups, no place", "/restore/{restore}", "/restore/{computer_unknown}"),
    Example("computer's backups result", "/restore/{restore}/result", "/restore/{computer_restored}/result"),
    Example("a new phone", "/move", "/move"),
    Example("a new phone, the plan", "/move/plan", "/move/plan"),
    Example("a new phone, what came over", "/move/done", "/move/done"),
    Example("vault", "/vault", "/vault"),
    Example("passwords", "/vault/keys", "/vault/keys"),
    Example("rooms of the vault", "/vault/usage", "/vault/usage"),
    Example("fewer snapshots", "/vault/thin", "/vault/thin"),
    Example("copies of the vault", "/vault/copy", "/vault/copy"),
    Example("what happens by itself", "/schedules", "/schedules"),
    Example("add a password", "/vault/keys/{how}", "/vault/keys/add"),
    Example("change the password", "/vault/keys/{how}", "/vault/keys/change"),
    Example("remove a password", "/vault/keys/{key}/remove", "/vault/keys/{key}/remove"),
    Example("phones", "/phones", "/phones"),
    Example("without a cable", "/phones/wireless", "/phones/wireless"),
    Example("settings", "/settings", "/settings"),
    Example("parts", "/parts", "/parts", mains=9),
    Example("jobs", "/jobs", "/jobs"),
    Example("job at work", "/jobs/{job}", "/jobs/{running}?already=1"),
    Example("job done", "/jobs/{job}", "/jobs/{done}"),
    Example("job done in part", "/jobs/{job}", "/jobs/{incomplete}"),
    Example("job failed", "/jobs/{job}", "/jobs/{failed}"),
    Example("job stopped", "/jobs/{job}", "/jobs/{stopped}"),
    Example("no such page", "", "/no", 404),
    Example("no such snapshot", "", "/snapshots/00000000", 404),
    Example("set-up is done", "/setup", "/setup"),
)
"""On a server over the vault of `holding`, with two phones plugged in."""
IN_A_NEW_VAULT: Final = (
    Example("today, nothing kept", "/", "/"),
    Example("checkup, nothing kept", "/checkup", "/checkup"),
    Example("no snapshot", "/snapshots", "/snapshots"),
    Example("nothing to compare", "/differences", "/differences"),
    Example("nothing is kept", "/coverage", "/coverage"),
    Example("no app's own backup", "/app-backups", "/app-backups"),
    Example("nothing to update", "/updates", "/updates"),
    Example("no number", "/numbers", "/numbers"),
    Example("no copies of pictures", "/watch", "/watch"),
    Example("nothing happened", "/rescue", "/rescue"),
    Example("no case", "/cases", "/cases"),
    Example("no app to look at", "/watch/app", "/watch/app"),
    Example("test before there is a backup", "/watch/canary", "/watch/canary"),
    Example("no recording", "/watch/capture", "/watch/capture"),
    Example("nothing to restore", "/restore", "/restore"),
    Example("nothing to move", "/move", "/move"),
    Example("no phone", "/phones", "/phones"),
    Example("nobody's phone", "/vault", "/vault"),
    Example("no copy of the vault", "/vault/copy", "/vault/copy"),
    Example("nothing happens by itself", "/schedules", "/schedules"),
    Example("nothing takes room", "/vault/usage", "/vault/usage"),
    Example("nothing to thin", "/vault/thin", "/vault/thin"),
    Example("story", "/story", "/story"),
)
"""On a server over a vault without a snapshot, with a story to tell."""
LOCKED: Final = (
    Example("unlock", "/unlock", "/unlock"),
    Example("unlock and go on", "/unlock", "/unlock?next=/vault"),
)
"""On a server over a vault whose password must be typed."""
AWAY: Final = (Example("the vault is not there", "/", "/"),)
"""On a server over a vault that is not there."""
SET_UP: Final[Mapping[str, tuple[Example, ...]]] = {
    "nothing": (
        Example("set-up", "/setup", "/setup"),
        Example("which phone", "/setup/phone", "/setup/phone"),
        Example("menus", "/setup/phone", "/setup/phone?maker=xiaomi"),
        Example("place", "/setup/place", "/setup/place"),
        Example("elsewhere", "/setup/place/elsewhere", "/setup/place/elsewhere"),
        Example("own server", "/setup/place/elsewhere/{kind}", "/setup/place/elsewhere/rest"),
        Example("rented storage", "/setup/place/elsewhere/{kind}", "/setup/place/elsewhere/s3"),
        Example("computer with SSH", "/setup/place/elsewhere/{kind}", "/setup/place/elsewhere/sftp"),
        Example("switch it off", "/setup/debugging", "/setup/debugging"),
        Example("switch it off there", "/setup/debugging", "/setup/debugging?maker=huawei"),
        Example("cable-less set-up", "/phones/wireless", "/phones/wireless?next=/setup/phone"),
    ),
    "not allowed": (Example("allow it", "/setup/phone", "/setup/phone"),),
    "several": (Example("which of two", "/setup/phone", "/setup/phone"),),
    "place": (
        Example("phone is there", "/setup/phone", "/setup/phone"),
        Example("place is chosen", "/setup/place", "/setup/place"),
        Example("password", "/setup/password", "/setup/password"),
        Example("own password", "/setup/password/own", "/setup/password/own"),
    ),
    "phrase": (
        Example("phrase", "/setup/password/made", "/setup/password/made"),
        Example("phrase typed", "/setup/password/typed", "/setup/password/typed"),
    ),
    "vault": (
        Example("vault is there", "/setup/place", "/setup/place"),
        Example("password is there", "/setup/password", "/setup/password"),
        Example("kit", "/setup/kit", "/setup/kit"),
    ),
    "kit": (
        Example("print the kit", "/setup/kit", "/setup/kit"),
        Example("sheet", "/setup/kit/sheet.html", "/setup/kit/sheet.html"),
    ),
    "printed": (
        Example("kit is printed", "/setup/kit", "/setup/kit"),
        Example("first backup", "/setup/backup", "/setup/backup"),
    ),
    "backed up": (
        Example("first backup is done", "/setup/backup", "/setup/backup"),
        Example("trial", "/setup/verify", "/setup/verify"),
        Example("almost done", "/setup/done", "/setup/done"),
        Example("today, set-up unfinished", "/", "/"),
    ),
    "tried": (
        Example("trial is done", "/setup/verify", "/setup/verify"),
        Example("nothing to switch off", "/setup/debugging", "/setup/debugging"),
        Example("all is set up", "/setup/done", "/setup/done"),
    ),
}
"""Stage of set-up → its pages, in the order of `stages`."""
EVERYTHING: Final = (*IN_A_VAULT, *IN_A_NEW_VAULT, *LOCKED, *AWAY, *(one for some in SET_UP.values() for one in some))

NOW: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
UNBROKEN: Final = "Grandmother's" + "-tablet" * 8
NOTHING_SEEN: Final = Diagnosis(Situation.NOTHING_SEEN, obstacle=NothingOnUsbError())
NOT_ALLOWED: Final = Seen(
    Situation.UNAUTHORIZED,
    obstacle=PhoneUnauthorizedError(serial="8d3f90b1"),
    serial="8d3f90b1",
    model="Redmi Note 12",
    maker="xiaomi",
)
DEVICES: Final = [AdbDevice("R58N1234", "device", model="SM_A546B"), AdbDevice("192.168.1.23:5555", "device")]
READY: Final = Seen(Situation.READY, serial="R58N1234", model="SM-A546B", maker="samsung", android=14)
OTHER: Final = Seen(Situation.READY, serial="192.168.1.23:5555", model="Pixel 7", android=15, network=True)


@dataclass(frozen=True)
class Place:
    """A server, and what the names in addresses stand for there."""

    site: Site
    names: Mapping[str, str]

    def address(self, example: Example) -> str:
        """Return where an example is."""
        return self.site.url + example.address.format(**self.names)


def sees(site: Site, found: Diagnosis) -> None:
    """Have a server see these phones from now on."""
    site.context.desk._diagnose = lambda: found
    site.context.desk._seen = None


@contextlib.contextmanager
def in_a_vault(folder: Path) -> Iterator[Place]:
    """Serve a vault with all that can be looked at: phones, plans, jobs of each kind, two passwords."""
    work = Held()
    with holding(folder) as held:
        site, visitor = held.site, held.site.visitor()
        sees(site, Diagnosis(Situation.READY, phones=(READY, NOT_ALLOWED)))
        with held.repo.lock(exclusive=False) as lock:
            seconds = [*note_second("ab" * 32, folder, NOW), *note_second("cd" * 32, Path("/away", UNBROKEN), None)]
            change_state(held.repo, lock, [name_phone("tablet", UNBROKEN), *seconds])
        _app_backups(held, visitor, folder / "home")
        updates_shown(held, visitor)
        numbers_shown(held, visitor)
        put_pictures(held.repo)
        looked_through(site.context)
        tested_with_a_picture(site.context, held.repo, visitor)
        app_looked_at(site.context, visitor)
        looked_into(site.context, recorded(folder))
        looked_for_what_is_left(visitor)
        moves_shown(held)
        schedule_shown(site.context.settings.state_dir, folder / "vault")
        added = {"password": GOOD, "again": GOOD}
        assert visitor.post("/vault/keys/add", added).status_code == 303
        key = visitor.get("/vault/keys").text.partition('href="/vault/keys/')[2].partition("/")[0]
        names = {
            "newest": held.newest,
            "second": held.snapshots[1].id or "",
            "oldest": held.snapshots[0].id or "",
            "partial": held.partial.id or "",
            "tablet": visitor.get("/snapshots?phone=tablet").text.partition('href="/snapshots/')[2][:64],
            "long": LONG.decode(),
            "key": key,
            "case": case_shown(visitor, folder),
            **_restores(held, visitor, folder),
            **_records(held, visitor, folder),
            **app_backups_shown(held),
            **computer_backups_shown(held),
            **_jobs(site, work),
        }
        screenshots_seen(site.context, b"\xff\xd8\xff")
        visitor.get("/search")  # the catalogue is made
        for address in ("/vault/usage/phone", "/vault/usage/app", "/vault/thin/look"):
            visitor.post(address)
        for job in site.context.jobs.all():
            assert job.id == names["running"] or job.ended.wait(60)
        try:
            yield Place(site, names)
        finally:
            work.goes_on.set()
        assert site.faults == []


def _app_backups(held: Holding, visitor: Visitor, home: Path) -> None:
    """Have WeChat's backups of a family on this computer, of which one goes along and one went away since."""
    place = home / "Documents" / "xwechat_files" / "Backup"
    for account in ("wxid_mum", "wxid_" + "long" * 40, "<script>\x1b[2J"):
        wechat_4(place, account)
    held.site.context.on_computer._computer = Computer("linux", home)
    gone = place / "wxid_gone"
    for account in ("wxid_mum", gone.name):
        kept = wechat_4(place, account)
        held.site.context.on_computer.again()
        form = {"folder": path_id(str(kept)), "device": "phone"}
        assert visitor.post("/app-backups/keep", form).status_code == 303
    gone.rename(home / "gone")
    held.site.context.on_computer.again()


def _restores(held: Holding, visitor: Visitor, folder: Path) -> dict[str, str]:
    """Plan two restores over a file of the person's own, and carry one out."""
    made = []
    for name in ("planned", "restored"):
        mine = folder / name / "shared" / "Documents" / "notes.txt"
        mine.parent.mkdir(parents=True)
        mine.write_bytes(b"of mine")
        asked = {"snapshot": held.snapshots[1].id or "", "path": "/shared/Documents", "target": str(folder / name)}
        made.append(_led_to(visitor, visitor.post("/restore/plan", asked).headers["location"]).rpartition("/")[2])
    answer = visitor.post(f"/restore/{made[1]}/go", {"existing": "keep"})
    assert "/result" in ended(visitor, answer).text
    return {"planned": made[0], "restored": made[1]}


def _records(held: Holding, visitor: Visitor, folder: Path) -> dict[str, str]:
    """Plan and carry out restores of records, one file of which is damaged."""
    made = []
    for name in ("records", "records again"):
        asked = {"snapshot": held.tablet, "what": "records", "target": str(folder / name)}
        made.append(_led_to(visitor, visitor.post("/restore/plan", asked).headers["location"]).rpartition("/")[2])
    answer = visitor.post(f"/restore/{made[1]}/go", {"existing": "keep"})
    assert "/result" in ended(visitor, answer).text
    return {"records_planned": made[0], "records_restored": made[1]}


def _led_to(visitor: Visitor, address: str) -> str:
    if not address.startswith("/jobs/"):
        return address
    return ended(visitor, address).text.partition('class="button main" href="')[2].partition('"')[0]


def _jobs(site: Site, work: Held) -> dict[str, str]:
    """Start a job that goes on, and have one end in each way."""

    def full(_listener: Listener) -> Outcome:
        raise StorageFullError(path="/media/disk", detail="No space left on device")

    def noticing(listener: Listener) -> Outcome:
        listener(PhaseStarted("send", 10, 1000))
        listener(Notice(b"DCIM/\xff<b>.jpg", "could not be read"))
        said = (words("Every snapshot has all it had."),)
        return Outcome(words("The checkup is done."), said, words("See the checkup"), "/checkup", is_incomplete=True)

    def done(listener: Listener) -> Outcome:
        listener(PhaseStarted("check"))
        return Outcome(words("The checkup is done."), (), words("See the checkup"), "/checkup")

    def waiting(listener: Listener) -> Outcome:
        listener(PhaseStarted("send", 10, 1000))
        begun.set()
        while True:
            listener(Advanced("send", 4, 400))

    begun = threading.Event()
    again = Again(words("Go on with the backup"), "/phones/backup", {"serial": "x"}, "/phones")
    kind = Kind(words("Take a snapshot"), ("phoneward", "backup", "--serial", "R58N1234"), again=again)
    jobs = site.context.jobs
    found: dict[str, Job] = {}
    works: Mapping[str, Work] = {
        "done": done,
        "incomplete": noticing,
        "failed": full,
        "stopped": waiting,
        "running": work,
    }
    for name, one in works.items():
        found[name], _new = jobs.start(kind, name, one)
    assert begun.wait(30)
    found["stopped"].stop.set()
    assert work.began.wait(30)
    return {name: job.id for name, job in found.items()}


@contextlib.contextmanager
def in_a_new_vault(folder: Path) -> Iterator[Place]:
    """Serve a vault without a snapshot, as the sample phone's."""
    with serving(make_settings(folder)) as site:
        sees(site, NOTHING_SEEN)
        site.context.story = tuple(
            Told(
                step,
                (words("It holds {count} files: photos, a video, chats, downloads, a few odd names.", count=74),),
                {},
            )
            for step in STEPS
        )
        yield Place(site, {})
        assert site.faults == []


def stages(site: Site, visitor: Visitor, folder: Path, card: Path) -> Iterator[str]:
    """Go through set-up as the browser whose session `visitor` shares; yield the stages of `SET_UP`."""
    sees(site, NOTHING_SEEN)
    yield "nothing"
    sees(site, Diagnosis(Situation.UNAUTHORIZED, Tier.OBSERVED, NOT_ALLOWED.obstacle, (NOT_ALLOWED,)))
    yield "not allowed"
    sees(site, Diagnosis(Situation.SEVERAL_PHONES, phones=(READY, OTHER)))
    yield "several"
    until_password(visitor, folder, card)
    yield "place"
    visitor.post("/setup/password/make")
    yield "phrase"
    visitor.post("/setup/password/own", {"password": GOOD, "again": GOOD})
    yield "vault"
    visitor.post("/setup/kit/make")
    yield "kit"
    visitor.post("/setup/kit/printed")
    yield "printed"
    ended(visitor, visitor.post("/setup/backup"))
    yield "backed up"
    ended(visitor, visitor.post("/setup/verify"))
    yield "tried"


def same_session(page: Page, site: Site) -> Visitor:
    """Return a client that is the browser's own session."""
    cookies = {one.get("name", ""): one.get("value", "") for one in page.context.cookies()}
    return Visitor(httpx.Client(base_url=site.url, cookies=cookies, headers={"accept-language": "en"}, timeout=30))
