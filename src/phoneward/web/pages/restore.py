"""Getting files back, in four steps: what, where, the plan, the result. Nothing is written before the plan was seen."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import phones
from phoneward.errors import PhonewardError, readable
from phoneward.risks import REPLACE
from phoneward.snapshots import Page, PlaceFate, ReturnIssueKind, ReturnPlan, SnapshotInfo, SnapshotKind
from phoneward.texts import Words, _, formats, verbatim, words
from phoneward.vault import FileId, IssueKind, RestoreReport, find_node
from phoneward.web import restoring
from phoneward.web.addresses import number_of, pager, quoted, raw_values, time_of, unquoted
from phoneward.web.errors import NothingChosenError, TargetRefusedError
from phoneward.web.jobs import Kind
from phoneward.web.library import Opened
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.pages import restore_placing
from phoneward.web.pages.snapshots import shown, title_of
from phoneward.web.restores import Restore, Wanted, What

QUICK_S: Final = 1.0
NAMED: Final = 100
MAX_PATHS: Final = 50
CHOICES: Final = 200
MAX_APP: Final = 200
MAX_SERIAL: Final = 200


@dataclass(frozen=True)
class _Choice:
    """What a person wants back: paths of a snapshot, or what belongs to an app, or all."""

    info: SnapshotInfo
    paths: tuple[bytes, ...]
    app: str
    part: What = What.FILES

    @classmethod
    def asked(cls, request: Request, opened: Opened) -> "_Choice":
        """Return what an address says."""
        info = opened.find(request.query_params.get("snapshot", ""))
        part = _part(request.query_params.get("what", ""))
        return cls(info, _clean(raw_values(request, "path")), request.query_params.get("app", "")[:MAX_APP], part)

    def what(self) -> Words:
        """In words, readable."""
        if self.part is What.RECORDS:
            return words("messages, calls, contacts and the calendar, as files")
        if self.part is What.APP_BACKUPS:
            return words("the newest backup that each app made of itself")
        if self.part is What.TO_COMPUTER:
            return words("the backups that apps made on a computer")
        if self.app:
            return words("what belongs to the app {name}", name=readable(self.app))
        if not self.paths:
            return words("everything in the snapshot")
        return verbatim(", ".join(shown(path) for path in self.paths))

    def details(self, opened: Opened) -> dict[str, Any]:
        """For the forms of the steps."""
        return {
            "about": [(_("What"), str(self.what())), (_("From"), title_of(opened, self.info))],
            "snapshot": self.info.snapshot.id,
            "paths": [quoted(path) for path in self.paths],
            "app": self.app,
            "part": self.part.value,
            "crumbs": (("/restore", _("Get files back")),),
        }


def begin(request: Request) -> Response:
    """Ask from which snapshot, or, where that was said, where to."""
    with context_of(request).library.open() as opened:
        if not request.query_params.get("snapshot"):
            return _choose(request, opened)
        choice = _Choice.asked(request, opened)
        if choice.part is What.APP_BACKUPS:
            return see_other(_phones_address(choice))
        if choice.part is What.TO_COMPUTER:
            return _to_computer(request, opened, choice)
        return _where(request, opened, choice)


def _to_computer(request: Request, opened: Opened, choice: _Choice) -> Response:
    return page(
        request,
        "restore_computer.html",
        title=_("Back to where apps look for it"),
        command=_command(choice, ("--dry-run",)),
        **choice.details(opened),
    )


def _part(text: str) -> What:
    return next((part for part in What if part.value == text), What.FILES)


def _choose(request: Request, opened: Opened) -> Response:
    infos = opened.listed.select(kinds=frozenset({SnapshotKind.WHOLE, SnapshotKind.PARTIAL}))[:CHOICES]
    return page(
        request,
        "restore_what.html",
        title=_("Get files back"),
        command=("phoneward", "restore", "latest", "--target", _("FOLDER")),
        items=[(info.snapshot.id, title_of(opened, info)) for info in infos],
    )


def _where(
    request: Request, opened: Opened, choice: _Choice, error: PhonewardError | None = None, typed: str = ""
) -> Response:
    for path in choice.paths:
        find_node(opened.repo, choice.info.snapshot.tree, path)  # said here, before anything is asked
    suggested = restoring.suggested_target(opened.phone(choice.info), time_of(choice.info.snapshot.time_ns))
    return page(
        request,
        "restore_where.html",
        title=_("Where shall it go?"),
        command=_command(choice, ("--target", _("FOLDER"))),
        status=400 if error else 200,
        target=typed or str(suggested),
        error=error,
        phones=_phones_address(choice),
        **choice.details(opened),
    )


def _phones_address(choice: _Choice) -> str:
    parts = [f"snapshot={choice.info.snapshot.id}", *(f"path={quoted(path)}" for path in choice.paths)]
    more = {name: text for name, text in (("app", choice.app), ("what", choice.part.value)) if text}
    return "/restore/phones?" + "&".join([*parts, *([urlencode(more)] if more else [])])


def _clean(paths: list[bytes]) -> tuple[bytes, ...]:
    """Return paths as the vault looks them up; of the whole snapshot none is named."""
    if len(paths) > MAX_PATHS:
        raise NothingChosenError
    cleaned = tuple(dict.fromkeys(b"/" + path.strip(b"/") for path in paths))
    return () if b"/" in cleaned else cleaned


def _command(choice: _Choice | Wanted, rest: tuple[str, ...]) -> tuple[str, ...]:
    short = choice.snapshot[:8] if isinstance(choice, Wanted) else choice.info.snapshot.short_id
    part = choice.what if isinstance(choice, Wanted) else choice.part
    include = [word for path in choice.paths for word in ("--include", shown(path))]
    said = (*part.options, *include)
    return ("phoneward", "restore", short, *said, *(("--app", readable(choice.app)) if choice.app else ()), *rest)


def plan(request: Request) -> Response:
    """Take the folder or the phone, and find out what would be done."""
    context, form = context_of(request), form_of(request)
    with context.library.open() as opened:
        info = opened.find(form.get("snapshot", ""))
        paths = _clean([unquoted(text) for text in form.getlist("path")])
        choice = _Choice(info, paths, form.get("app", "")[:MAX_APP], _part(form.get("what", "")))
        if choice.part is What.APP_BACKUPS and not form.get("serial", "").strip():
            raise NothingChosenError
        serial, typed = form.get("serial", "").strip()[:MAX_SERIAL], form.get("target", "")
        try:
            computer = context.on_computer.computer if choice.part is What.TO_COMPUTER else None
            no_folder = serial or computer is not None
            target = None if no_folder else restoring.target_of(typed, context.door.place())
        except TargetRefusedError as error:
            return _where(request, opened, choice, error, typed)
        if computer is not None:
            serial = ""
        wanted = Wanted(FileId(info.snapshot.id or ""), paths, choice.app, target, serial, choice.part, computer)
        what = words("{what}, from {snapshot}", what=choice.what(), snapshot=title_of(opened, info))
        restore = context.restores.add(Restore(wanted, what, opened.phone(info)))
    job, _is_new = context.jobs.start(
        Kind(words("Making the plan"), _of(restore, "--dry-run")),
        f"plan:{restore.id}",
        lambda listener: restoring.plan(context.door, restore, listener),
    )
    job.ended.wait(QUICK_S)
    return see_other(f"/restore/{restore.id}" if restore.is_planned else f"/jobs/{job.id}")


def _of(restore: Restore, *rest: str) -> tuple[str, ...]:
    wanted = restore.wanted
    to: tuple[str, ...] = ("--target", readable(str(wanted.target))) if wanted.target else ("--to-phone", wanted.serial)
    return _command(wanted, (*(() if wanted.computer is not None else to), *rest))


def _verified(restore: Restore) -> tuple[str, ...]:
    """Return `--verify` where that is not done anyway."""
    return () if restore.wanted.serial or restore.wanted.what is not What.FILES else ("--verify",)


def show(request: Request) -> Response:
    """Show the plan: what would be written where, and what is there already."""
    restore = _restore(request)
    if restore.job and _is_running(request, restore):
        return see_other(f"/jobs/{restore.job}")
    if restore.is_done:
        return see_other(f"/restore/{restore.id}/result")
    if not restore.is_planned:
        return see_other("/jobs")
    if restore.wanted.what is not What.FILES:
        return restore_placing.show_plan(request, restore, _of(restore), _target(restore))
    differing = _differing(restore)
    return page(
        request,
        "restore_plan.html",
        title=_("The plan"),
        command=_of(restore, *_verified(restore)),
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        facts=_folder_facts(restore.plan) if restore.plan else _phone_facts(restore.phone_plan or ReturnPlan()),
        target=_target(restore),
        differing=differing,
        issues=_plan_issues(restore),
        nothing=_nothing(restore),
    )


def _target(restore: Restore) -> str:
    wanted = restore.wanted
    if wanted.computer is not None:
        return _("this computer")
    return readable(str(wanted.target)) if wanted.target else _("the phone {serial}").format(serial=wanted.serial)


def _folder_facts(report: RestoreReport) -> list[tuple[str, str]]:
    return [
        (_("Files to write"), _amount(report.files, report.bytes_restored)),
        (_("Folders to make"), f"{report.folders:,}"),
        (_("There already, the same"), f"{report.already_there:,}"),
        (_("There already, different"), f"{report.counts[IssueKind.KEPT]:,}"),
    ]


def _amount(files: int, size: int) -> str:
    return _("{files} ({size})").format(files=formats.files(files), size=formats.size(size))


def _phone_facts(made: ReturnPlan) -> list[tuple[str, str]]:
    facts = [
        (_("Files to write"), _amount(made.new_files, made.new_bytes)),
        (_("Folders to make"), f"{made.new_folders:,}"),
        (_("There already, the same"), f"{made.same_files:,}"),
        (_("There already, different"), f"{made.differing_files:,}"),
    ]
    for room in made.rooms.values():
        free = formats.size(room.free) if room.free is not None else _("unknown")
        text = _("{needed} needed, {free} free").format(needed=formats.size(room.needed), free=free)
        facts.append((_("Room on {storage}").format(storage=readable(room.root)), text))
    return facts


def _differing(restore: Restore) -> int:
    if restore.plan is not None:
        return restore.plan.counts[IssueKind.KEPT]
    if restore.app_backups is not None:
        return restore.app_backups.placing.count(PlaceFate.DIFFERS)
    return restore.phone_plan.differing_files if restore.phone_plan else 0


def _nothing(restore: Restore) -> bool:
    """Whether everything is there already."""
    if restore.plan is not None:
        return not (restore.plan.files or restore.plan.folders or restore.plan.links or _differing(restore))
    return bool(restore.phone_plan and restore.phone_plan.writes_nothing and not restore.phone_plan.differing_files)


def _plan_issues(restore: Restore) -> list[str]:
    if restore.plan is not None:
        return [issue.sentence() for issue in restore.plan.issues if issue.kind is not IssueKind.KEPT][:NAMED]
    named = restore.phone_plan.issues.named if restore.phone_plan else []
    return [issue.sentence() for issue in named if issue.kind is not ReturnIssueKind.KEPT][:NAMED]


def ask_replace(request: Request) -> Response:
    """Say what replacing would cost."""
    return _ask_replace(request, _restore(request))


def _ask_replace(request: Request, restore: Restore, error: str = "") -> Response:
    return page(
        request,
        "risk.html",
        title=_("Replace files"),
        command=_of(restore, "--replace"),
        crumbs=(("/restore", _("Get files back")), (f"/restore/{restore.id}", _("The plan"))),
        status=400 if error else 200,
        shown=REPLACE.shown(folder=_target(restore)),
        about=[(_("Files that differ"), f"{_differing(restore):,}"), (_("Where"), _target(restore))],
        action=f"/restore/{restore.id}/go",
        safe=f"/restore/{restore.id}",
        fields={"existing": "replace"},
        error=error,
    )


def go(request: Request) -> Response:
    """Do what was planned."""
    context, form, restore = context_of(request), form_of(request), _restore(request)
    replace = form.get("existing") == "replace"
    if replace:
        text = REPLACE.shown(folder=_target(restore))
        if not text.is_confirmed(form.get("typed", "")):
            return _ask_replace(request, restore, _("That was not the word “{word}”.").format(word=text.typed))
    if not restore.is_planned:
        return see_other(f"/restore/{restore.id}")
    rest = (*_verified(restore), *(("--replace",) if replace else ()))
    job, is_new = context.jobs.start(
        Kind(words("Getting files back"), _of(restore, *rest)),
        f"restore:{restore.wanted.target or restore.wanted.serial or restore.wanted.what.value}",
        lambda listener: restoring.carry_out(context.door, restore, listener, replace=replace),
    )
    if is_new:
        restore.job = job.id
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


def result(request: Request) -> Response:
    """Show what was proven, and name every deviation."""
    restore = _restore(request)
    if restore.is_placed:
        return restore_placing.show_result(request, restore, _of(restore), _target(restore))
    sentences = _deviations(restore)
    number = number_of(request)
    rows = Page(tuple(sentences[(number - 1) * NAMED : number * NAMED]), len(sentences), number, NAMED)
    return page(
        request,
        "restore_result.html",
        title=_("What came of it"),
        command=_of(restore, *_verified(restore)),
        crumbs=(("/restore", _("Get files back")),),
        restore=restore,
        target=_target(restore),
        proven=_proven(restore),
        is_complete=_is_complete(restore),
        rows=[readable(sentence) for sentence in rows.rows],
        total=rows.total,
        pager=pager(request, rows),
    )


def _proven(restore: Restore) -> list[str]:
    said = []
    if restore.compared is not None:
        said.append(
            _("Read back and the same as in the snapshot: {files} ({size}).").format(
                files=formats.files(restore.compared.files), size=formats.size(restore.compared.bytes)
            )
        )
        if restore.proof:
            said.append(_("The vault keeps the proof."))
    if restore.phone_report is not None:
        files = formats.files(restore.phone_report.total("written"))
        said.append(_("Written, read back by the phone, and the same: {files}.").format(files=files))
    return said


def _is_complete(restore: Restore) -> bool:
    if restore.phone_report is not None:
        return restore.phone_report.complete
    return bool(restore.report and restore.report.complete and restore.compared and restore.compared.complete)


def _deviations(restore: Restore) -> list[str]:
    if restore.phone_report is not None:
        return [issue.sentence() for issue in restore.phone_report.issues.named]
    said = [issue.sentence() for issue in restore.report.issues] if restore.report else []
    return said + ([file.sentence() for file in restore.compared.unproven] if restore.compared else [])


def phones_there(request: Request) -> Response:
    """Show which phones could take it."""
    context = context_of(request)
    with context.library.open() as opened:
        choice = _Choice.asked(request, opened)
        details = choice.details(opened)
    attached = phones.list_adb_devices()
    return page(
        request,
        "restore_phone.html",
        title=_("Back onto a phone"),
        command=_command(choice, ("--to-phone", _("SERIAL"))),
        **details,
        phones=[(one.serial, readable(one.model or one.serial)) for one in attached],
    )


def _restore(request: Request) -> Restore:
    return context_of(request).restores.get(request.path_params["restore"])


def _is_running(request: Request, restore: Restore) -> bool:
    return any(job.id == restore.job and job.is_running for job in context_of(request).jobs.all())


ROUTES: Final = (
    Route("/restore", begin),
    Route("/restore/plan", plan, methods=["POST"]),
    Route("/restore/phones", phones_there),
    Route("/restore/{restore}", show),
    Route("/restore/{restore}/replace", ask_replace),
    Route("/restore/{restore}/go", go, methods=["POST"]),
    Route("/restore/{restore}/result", result),
)
