"""Is this update safe for my data? What happened to the apps, and a file judged before it is installed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import updates
from phoneward.errors import readable
from phoneward.findings import SEVERITY_WORDS, Severity, worst
from phoneward.phones import popup_steps, store_guides
from phoneward.phones.appbackups import app_of_package
from phoneward.snapshots import Page
from phoneward.texts import _, formats
from phoneward.updates import Alarm, AppKey, Checked, HeldReader, Kind, Period, PhoneHistory, Verdict
from phoneward.web.addresses import address, link, number_of, pager
from phoneward.web.errors import NothingToCheckError, PageMissingError
from phoneward.web.library import Opened
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.updates import PATIENCE_S, VERDICT, Verdicts, histories, start_check

if TYPE_CHECKING:
    from phoneward.web.security.uploads import Upload

UPDATES: Final = "/updates"
APP: Final = "/updates/app"
STORES: Final = "/updates/stores"
PER_PAGE: Final = 50
ALARMS: Final = 12
"""Things that happened which the first page shows of each phone; an app's own page shows all of its."""
PERIODS: Final = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """One alarm, as the page shows it."""

    severity: Severity
    title: str
    detail: str
    held: str
    snapshot: str
    package: str


@dataclass(frozen=True, slots=True)
class PhoneShown:
    """One phone, as the page shows it.

    Attributes:
        happened: the gravest first.
        more: how many more there are.
        snapshots, since: how many were looked at, and from when on; empty where none tells of apps.
        rows: its apps.
        unreadable: how many snapshots' lists of apps cannot be read.
    """

    name: str
    happened: list[Happened]
    more: int
    snapshots: str
    since: str
    rows: list[list[object]]
    unreadable: int


def show(request: Request) -> Response:
    """Show the answer, the form, and what happened to the apps."""
    context = context_of(request)
    report = context.checkups.known()
    answer = next((part.answer for part in report.rooms if part.room.name == "updates"), None) if report else None
    with context.library.open() as opened:
        known, job = histories(context, opened)
        choices = _choices(request, opened)
        shown = [_phone(opened, name, history) for name, history in known.phones] if known is not None else []
    rows = shown[0].rows if len(shown) == 1 else []
    listed = _page_of(rows, number_of(request))
    return page(
        request,
        "updates.html",
        title=_("Updates"),
        command=("phoneward", "update", "history"),
        answer=answer,
        choices=choices,
        phones=shown,
        is_looking=job is not None and job.is_running,
        job=job,
        listed=listed,
        pager=pager(request, listed) if listed is not None else None,
        last=context.answers.get(VERDICT, Verdicts),
    )


def _choices(request: Request, opened: Opened) -> list[tuple[str, str]]:
    """Return what a file can be judged against: phones that are plugged in, then the newest snapshot of each phone."""
    found = context_of(request).desk.look()
    plugged = [
        (f"phone:{phone.serial}", _("{phone}, plugged in now").format(phone=readable(phone.model) or _("The phone")))
        for phone in found.phones
        if phone.ready
    ]
    devices = list(dict.fromkeys(info.device for info in opened.listed.infos if info.device))
    newest = [info for device in devices if (info := opened.newest(device)) is not None and not info.backup_file]
    kept = [
        (
            f"snapshot:{info.snapshot.id}",
            _("{phone}, snapshot of {day}").format(phone=opened.phone(info), day=formats.day(info.snapshot.time)),
        )
        for info in newest
    ]
    return [*plugged, *kept]


def _phone(opened: Opened, name: str, history: PhoneHistory) -> PhoneShown:
    now = dt.datetime.now(dt.UTC)
    newest_first = list(reversed(history.alarms))
    gravest: dict[str, Severity] = {}
    for alarm in newest_first:
        severity = updates.severity_of(alarm, now)
        gravest[alarm.package] = worst((severity, gravest.get(alarm.package, Severity.FINE)))
    ranked = sorted(newest_first, key=lambda alarm: -updates.severity_of(alarm, now).rank)[:ALARMS]
    reader = HeldReader(opened.repo)
    return PhoneShown(
        name,
        [_happened(alarm, history, reader, now) for alarm in ranked],
        max(0, len(newest_first) - ALARMS),
        formats.snapshots(len(history.snapshots)),
        formats.date(history.snapshots[0].taken) if history.snapshots else "",
        [_row(key, history.apps[key], gravest, history.device) for key in _by_alarm(history, gravest)],
        len(history.unreadable),
    )


def _by_alarm(history: PhoneHistory, gravest: dict[str, Severity]) -> list[AppKey]:
    """Return the apps that a person installed: those to which something happened first."""
    own = [key for key, periods in history.apps.items() if not _is_system(periods) or key[0] in gravest]
    return sorted(own, key=lambda key: (-gravest.get(key[0], Severity.FINE).rank, str(updates.called(*key)).casefold()))


def _is_system(periods: Sequence[Period]) -> bool:
    return any(period.app is not None and period.app.is_system for period in periods[-2:])


def _happened(alarm: Alarm, history: PhoneHistory, reader: HeldReader, now: dt.datetime) -> Happened:
    held, text = None, ""
    if alarm.kind in {Kind.WIPED, Kind.GONE} and not alarm.with_reset:
        held = reader.last((alarm.package, alarm.user_id), history.with_data(alarm))
        text = str(updates.held_words(held))
    detail = updates.alarm_detail(alarm)
    return Happened(
        updates.severity_of(alarm, now),
        str(updates.alarm_title(alarm)),
        str(detail) if detail is not None else "",
        text,
        held.at.snapshot if held is not None and held.is_anything else "",
        alarm.package,
    )


def _row(key: AppKey, periods: Sequence[Period], gravest: dict[str, Severity], device: str) -> list[object]:
    app = periods[-1].app
    there = next((period.app for period in reversed(periods) if period.app is not None), None)
    name = link(address(APP, package=key[0], phone=device), str(updates.called(*key)))
    severity = gravest.get(key[0])
    mark: object = ""
    if severity is not None and severity is not Severity.FINE:
        mark = Markup('<span class="mark {}">{}</span>').format(severity.value, _(SEVERITY_WORDS[severity]))
    version = str(updates.version_of(there)) if there is not None else ""
    if app is None:
        version = _("not on the phone")
    since = formats.day(there.first_installed) if there is not None and there.first_installed is not None else ""
    return [name, mark, version, since]


def _page_of(rows: list[list[object]], number: int) -> "Page[list[object]] | None":
    if not rows:
        return None
    start = (number - 1) * PER_PAGE
    return Page(tuple(rows[start : start + PER_PAGE]), len(rows), number, PER_PAGE)


def app(request: Request) -> Response:
    """Show all that is known of one app."""
    context = context_of(request)
    package, device = request.query_params.get("package", ""), request.query_params.get("phone", "")
    with context.library.open() as opened:
        known, job = histories(context, opened)
        now = dt.datetime.now(dt.UTC)
        reader = HeldReader(opened.repo)
        parts = []
        for name, history in known.phones if known is not None else ():
            if device and history.device != device:
                continue
            its = [alarm for alarm in history.alarms if alarm.package == package]
            alarms = sorted(its, key=lambda alarm: alarm.after.taken, reverse=True)[:PERIODS]
            for key, periods in history.of_app(package).items():
                mine = [alarm for alarm in alarms if alarm.user_id == key[1]]
                parts.append(
                    {
                        "name": f"{name} · {updates.called(*key)}" if key[1] else name,
                        "happened": [_happened(alarm, history, reader, now) for alarm in mine],
                        "rows": [_period(period) for period in reversed(periods[-PERIODS:])],
                    }
                )
    if not parts and job is None:
        raise PageMissingError
    return page(
        request,
        "update_app.html",
        title=str(updates.called(package)) if parts else _("Updates"),
        command=("phoneward", "update", "history", package),
        crumbs=((UPDATES, _("Updates")),),
        package=readable(package),
        parts_of=parts,
        is_looking=job is not None and job.is_running,
        job=job,
        address=address(APP, package=package, phone=device),
    )


def _period(period: Period) -> list[object]:
    first, last = formats.day(period.first.taken), formats.day(period.last.taken)
    seen = first if first == last else _("{first} to {last}").format(first=first, last=last)
    app = period.app
    if app is None:
        return [seen, _("not on the phone"), "", "", "", ""]
    return [
        seen,
        str(updates.version_of(app)),
        "?" if app.first_installed is None else formats.day(app.first_installed),
        "?" if app.last_updated is None else formats.day(app.last_updated),
        str(updates.installer_words(app.installer)),
        str(updates.signer_words(app)),
    ]


def check(request: Request) -> Response:
    """Judge the files that came along, against what the form names."""
    context, form = context_of(request), form_of(request)
    upload: Upload = request.scope["phoneward.upload"]
    with context.library.open() as opened:
        choices = dict(_choices(request, opened))
    against = form.get("against", "")
    if not upload.files or against not in choices:
        raise NothingToCheckError
    job = start_check(context, upload.take(), against, choices[against])
    job.ended.wait(PATIENCE_S)
    return see_other(VERDICT if job.outcome is not None else f"/jobs/{job.id}")


def verdict(request: Request) -> Response:
    """Show what was judged last."""
    found = context_of(request).answers.get(VERDICT, Verdicts)
    if found is None:
        return see_other(UPDATES)
    return page(
        request,
        "update_verdict.html",
        title=_("Is this update safe for my data?"),
        command=found.command,
        crumbs=((UPDATES, _("Updates")),),
        of=found.of,
        verdicts=[_verdict(one, found.command) for one in found.checked],
    )


_SEVERITIES: Final = {
    Verdict.KEEPS: Severity.FINE,
    Verdict.REFUSED: Severity.WARNING,
    Verdict.WIPES: Severity.DANGER,
    Verdict.UNDECIDED: Severity.WARNING,
}


def _verdict(one: Checked, command: tuple[str, ...]) -> dict[str, object]:
    judgement = one.judgement
    is_lowered = judgement.lowered is not None and judgement.verdict is Verdict.KEEPS
    return {
        "file": one.file,
        "severity": Severity.WARNING if is_lowered else _SEVERITIES[judgement.verdict],
        "verdict": judgement.verdict.value,
        "headline": updates.headline(judgement.verdict),
        "sentence": one.sentence,
        "advice": one.advice or updates.explanation(judgement),
        "copied_by": _copy_first(one),
        "reasons": () if one.advice is not None else updates.main_reasons(judgement),
        "install": _guarded_install(one, command),
        "facts": _facts(one),
        "rules": [
            [str(reason.text), reason.code, reason.status, readable(reason.source)] for reason in judgement.reasons
        ],
    }


def _copy_first(one: Checked) -> str:
    """Return the page that shows how to make a copy of what is in the app; empty where that is not the first thing."""
    if not updates.needs_copy(one.judgement, one.stakes):
        return ""
    guide = app_of_package(one.judgement.package)
    return f"/app-backups/guide/{guide.key}" if guide is not None else "/phones"


def _guarded_install(one: Checked, command: tuple[str, ...]) -> tuple[str, ...]:
    """Return the command that installs an update only when the data is safe; empty where that is not to be had."""
    if one.judgement.verdict is not Verdict.KEEPS or one.installed is None or "--adb" not in command:
        return ()
    return ("phoneward", "update", "install", *one.file.split(", "))


def _facts(one: Checked) -> list[tuple[str, str]]:
    judgement, there = one.judgement, one.installed
    facts = [
        (_("App"), readable(judgement.package)),
        (_("Version of the file"), f"{one.version_name} ({one.version_code})" if one.version_code else ""),
        (_("Signer of the file"), " ".join(judgement.signers)),
        (_("System"), _("API level {sdk}").format(sdk=one.device.sdk) if one.device.sdk is not None else ""),
    ]
    if there is not None:
        facts += [
            (_("Version on the phone"), f"{readable(there.version_name)} ({there.version_code})"),
            (_("Signer on the phone"), " ".join(there.signing.sha256) if there.signing is not None else _("unknown")),
        ]
    return [(label, text) for label, text in facts if text]


def stores(request: Request) -> Response:
    """Show how stores are told to update nothing by themselves: the phone's own first."""
    context = context_of(request)
    makers = [phone.maker for phone in context.desk.look().phones if phone.maker]
    return page(
        request,
        "update_stores.html",
        title=_("Have stores update nothing by themselves"),
        command=("phoneward", "update", "check"),
        crumbs=((UPDATES, _("Updates")),),
        guides=store_guides(makers[0] if makers else None),
        popup=popup_steps(),
    )


ROUTES: Final = (
    Route(UPDATES, show),
    Route(APP, app),
    Route(VERDICT, verdict),
    Route(STORES, stores),
    Route("/updates/check", check, methods=["POST"]),
)
