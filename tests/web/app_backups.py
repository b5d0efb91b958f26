"""Plans and results of apps' own backups, as a phone would have answered, for pages to be looked at."""

import datetime as dt
from pathlib import Path

from phoneward.phones.appbackups import Computer, OnPhone, app_of_key
from phoneward.snapshots import AppBackup, AppBackupsPlan, ComputerBackup, Place, PlaceFate, PlaceOutcome
from phoneward.snapshots.placing import Item
from phoneward.snapshots.placing.found import FoundBackup
from phoneward.snapshots.placing.items import Content
from phoneward.snapshots.placing.whereto import place_for
from phoneward.texts import words
from phoneward.vault import FileId, Node, NodeType, RestoreReport
from phoneward.web.restores import Restore, Wanted, What
from tests.web.holding import LONG, Holding


def app_backups_shown(held: Holding) -> dict[str, str]:
    """Have a server know a plan and a result; returns their names."""
    names = {}
    for name, outcome in (("backups_planned", PlaceOutcome.NOTHING), ("backups_restored", PlaceOutcome.WRITTEN)):
        wanted = Wanted(FileId(held.tablet), (), "", None, "R58N1234", What.APP_BACKUPS)
        made = Restore(wanted, words("the newest backup that each app made of itself"), "phone")
        made.app_backups, made.is_placed = shown_plan(outcome), outcome is PlaceOutcome.WRITTEN
        names[name] = held.site.context.restores.add(made).id
    return names


def computer_backups_shown(held: Holding) -> dict[str, str]:
    """Have a server know plans and a result of a computer's backups; returns their names."""
    names = {}
    node = Node(name=b"wxid", type=NodeType.DIR)
    place = Path("/home/mum/Documents/xwechat_files/Backup") / ("wxid_" + "long" * 40)
    for name, at in (("computer_planned", place), ("computer_unknown", None), ("computer_restored", place)):
        backup = ComputerBackup("com.tencent.mm", b"/computer/com.tencent.mm/wxid", node, LONG.decode(), at, at)
        if name == "computer_planned" and at is not None:
            backup.target = at.with_name("<i>beside")
        wanted = Wanted(FileId(held.tablet), (), "", None, "", What.TO_COMPUTER, Computer("linux", Path("/home/mum")))
        made = Restore(wanted, words("the backups that apps made on a computer"), "phone")
        made.computer_backups = [backup]
        if name == "computer_restored":
            made.is_placed, backup.report = True, RestoreReport(files=3, bytes_restored=70_000)
        names[name] = held.site.context.restores.add(made).id
    return names


def shown_plan(outcome: PlaceOutcome = PlaceOutcome.NOTHING) -> AppBackupsPlan:
    """Return a plan of two backups: one has a file of the person's in its place, the other cannot be there."""
    plan = AppBackupsPlan(unreadable=[b"/shared/<b>gone"])
    content = Content(70_000, lambda: None, lambda: iter(()))
    for key, folder, name, fate in (
        ("whatsapp", b"Android/media/com.whatsapp/WhatsApp/Databases", b"msgstore.db.crypt15", PlaceFate.DIFFERS),
        ("neo-backup", b"Neo/org.app", b"<i>\x1b[31m" + LONG, PlaceFate.IMPOSSIBLE),
    ):
        app = app_of_key(key)
        assert app is not None
        found = OnPhone(key, "org.app" if app.of_others else app.packages[0], "backup", "file", None, b"")
        item = Item(app.packages[0], b"/shared/" + name, b"/sdcard", folder + b"/" + name, content, 0)
        place = Place(item, b"/sdcard/" + folder + b"/" + name, fate, "a link")
        place.outcome = outcome if fate is PlaceFate.DIFFERS else PlaceOutcome.NOTHING
        made = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        backup = FoundBackup(app, found, b"/shared", b"/shared/" + name, made, ())
        plan.backups.append(AppBackup(backup, 3, place_for(key, 34), b"/sdcard/" + folder, True, [place]))
        plan.placing.places.append(place)
    return plan
