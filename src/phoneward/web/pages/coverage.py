"""If the phone broke now: what is kept, what is not, why, and what to do about each."""

import datetime as dt
from typing import Final

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import readable
from phoneward.snapshots import (
    STATE_WORDS,
    ApkState,
    AppCoverage,
    CoverageView,
    Gap,
    Page,
    SnapshotInfo,
    State,
    StorageCoverage,
    app_called,
    app_name,
    apps_called,
    concerns_the_person,
    coverage_sentences,
    gap_why,
    next_step_sentence,
    own_backup_rows,
    row_why,
    storage_name,
)
from phoneward.texts import _, formats, sentences
from phoneward.web.addresses import address, link, number_of, pager
from phoneward.web.library import Opened
from phoneward.web.page import context_of, page
from phoneward.web.pages.app_backups import rows_of
from phoneward.web.pages.snapshots import crumbs_of, moment_of, shown, snapshot_address

APPS: Final = 50
GAPS: Final = 100
WORST_APPS: Final = 10
_ORDER: Final = {state: number for number, state in enumerate(STATE_WORDS)}


def newest(request: Request) -> Response:
    """Show the coverage of the newest snapshot."""
    with context_of(request).library.open() as opened:
        info = opened.newest(request.query_params.get("phone"))
        if info is None:
            return page(request, "coverage_none.html", title=_("If your phone broke now"), command=_command(None))
        return _overview(request, opened, info)


def of_snapshot(request: Request) -> Response:
    """Show the coverage of one snapshot."""
    with context_of(request).library.open() as opened:
        return _overview(request, opened, opened.find(request.path_params["id"]))


def _overview(request: Request, opened: Opened, info: SnapshotInfo) -> Response:
    view = opened.catalogue.coverage(info.snapshot)
    base = f"{snapshot_address(info)}/coverage"
    apps = sorted((app for app in view.coverage.apps if concerns_the_person(app)), key=_worst_first)
    storages = view.storages().rows
    now = dt.datetime.now(dt.UTC)
    return page(
        request,
        "coverage.html",
        title=_("If your phone broke now"),
        command=_command(info),
        crumbs=crumbs_of(opened, info) if "id" in request.path_params else (),
        when=_("{phone}, {time}").format(phone=opened.phone(info), time=moment_of(info)),
        sentences=coverage_sentences(view.coverage),
        storages=[_storage_row(storage) for storage in storages],
        apps=[_app_row(app) for app in apps[:WORST_APPS]],
        all_apps=address(f"{base}/apps"),
        app_count=len(view.coverage.apps),
        gaps=sum(view.coverage.gap_counts.values()),
        all_gaps=address(f"{base}/missing"),
        steps=_steps(storages, apps),
        own_backups=rows_of(own_backup_rows(view.coverage, now)[:APPS], now),
    )


def _worst_first(app: AppCoverage) -> tuple[int, int, str]:
    return _ORDER.get(app.state, 0), -(app.out_of_reach_bytes or 0), app.package


def _steps(storages: tuple[StorageCoverage, ...], apps: list[AppCoverage]) -> list[str]:
    """Return what to do, each sentence once, the most worrying first."""
    rows: list[AppCoverage | StorageCoverage] = [*apps, *storages]
    codes = dict.fromkeys(row.next_step for row in rows if row.state is not State.KEPT)
    return [readable(sentence) for code in codes if (sentence := next_step_sentence(code))][:WORST_APPS]


def _storage_row(row: StorageCoverage) -> list[object]:
    missing = f"{row.gaps:,}" if row.gaps else ""
    return [storage_name(row), _state(row.state), _amount(row.files, row.bytes), missing, _why(row)]


def _app_row(app: AppCoverage) -> list[object]:
    return [_called(app), _state(app.state), formats.size(app.kept_bytes), _not_kept(app), _why(app)]


def _called(app: AppCoverage) -> Markup:
    """Return an app's name as people say it, where it is known, and its package, which breaks at its dots."""
    package = Markup(".<wbr>").join(app_name(app).split("."))
    known = app_called(app.package)
    return Markup('{}<br><span class="package">{}</span>').format(known, package) if known else package


def _amount(files: int, size: int) -> str:
    return _("{files} ({size})").format(files=formats.files(files), size=formats.size(size))


def _restore(info: SnapshotInfo, app: AppCoverage) -> Markup | str:
    """Return the way to an app's files, where the snapshot holds any."""
    if not (app.kept_files or app.apk in {ApkState.KEPT, ApkState.PART}):
        return ""
    return link(address("/restore", snapshot=info.snapshot.id or "", app=app.package), _("Restore …"))


def _state(state: str) -> str:
    return _(STATE_WORDS[state]) if state in STATE_WORDS else readable(state)


def _not_kept(app: AppCoverage) -> str:
    if app.state is State.KEPT:
        return ""
    lost = app.out_of_reach_bytes
    return _("unknown") if lost is None else _("at least {size}").format(size=formats.size(lost)) if lost else ""


def _why(row: StorageCoverage | AppCoverage) -> str:
    if row.state is State.KEPT and row.next_step in {"", "nothing"}:
        return ""
    return readable(sentences(row_why(row), next_step_sentence(row.next_step)))


def apps(request: Request) -> Response:
    """Show all apps, the worst first, a page at a time."""
    text = request.query_params.get("q", "").strip()[:100]
    wanted = request.query_params.get("state", "")
    with context_of(request).library.open() as opened:
        info = opened.find(request.path_params["id"])
        base = f"{snapshot_address(info)}/coverage/apps"
        view = opened.catalogue.coverage(info.snapshot)
        rows = _apps(view, wanted, text, number_of(request))
        return page(
            request,
            "coverage_apps.html",
            title=_("Apps"),
            command=(*_command(info), "--all"),
            crumbs=(*crumbs_of(opened, info), (f"{snapshot_address(info)}/coverage", _("What is kept"))),
            rows=[[*_app_row(app), _restore(info, app)] for app in rows.rows],
            total=rows.total,
            pager=pager(request, rows),
            text=text,
            wanted=wanted,
            base=base,
            choices=[
                (base if not name else address(base, state=name, q=text), label, name == wanted)
                for name, label in (("", _("All")), *((state, _(word)) for state, word in STATE_WORDS.items()))
            ],
        )


def _apps(view: CoverageView, wanted: str, text: str, number: int) -> Page[AppCoverage]:
    states = frozenset({State(wanted)}) if wanted in set(State) else None
    rows: dict[tuple[str, int], AppCoverage] = {}
    for one in (text, *apps_called(text)):
        everything = view.apps(1, 1, states=states, text=one).total
        for part in range(1, -(-everything // 1000) + 1):
            rows |= {(app.package, app.user_id): app for app in view.apps(part, 1000, states=states, text=one).rows}
    found = sorted(rows.values(), key=_worst_first)
    start = (number - 1) * APPS
    return Page(tuple(found[start : start + APPS]), len(found), number, APPS)


def missing(request: Request) -> Response:
    """Show the names that are missing or uncertain, a page at a time."""
    text = request.query_params.get("q", "").strip()[:100]
    with context_of(request).library.open() as opened:
        info = opened.find(request.path_params["id"])
        view = opened.catalogue.coverage(info.snapshot)
        rows = view.gaps(number_of(request), GAPS, text=text)
        named = len(view.coverage.gaps)
        return page(
            request,
            "coverage_missing.html",
            title=_("Missing names"),
            command=(*_command(info), "--all"),
            crumbs=(*crumbs_of(opened, info), (f"{snapshot_address(info)}/coverage", _("What is kept"))),
            rows=[_gap_row(gap) for gap in rows.rows],
            total=rows.total,
            further=sum(view.coverage.gap_counts.values()) - named,
            pager=pager(request, rows),
            text=text,
            base=f"{snapshot_address(info)}/coverage/missing",
        )


def _gap_row(gap: Gap) -> list[object]:
    earlier = _("yes") if gap.earlier else ""
    return [link("", shown(gap.path.encode("utf-8", "surrogateescape"))), gap_why(gap), earlier]


def _command(info: SnapshotInfo | None) -> tuple[str, ...]:
    return ("phoneward", "coverage", info.snapshot.short_id) if info else ("phoneward", "coverage")


ROUTES: Final = (
    Route("/coverage", newest),
    Route("/snapshots/{id}/coverage", of_snapshot),
    Route("/snapshots/{id}/coverage/apps", apps),
    Route("/snapshots/{id}/coverage/missing", missing),
)
