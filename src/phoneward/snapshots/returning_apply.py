"""Back onto a phone: carrying a plan out, and telling what became of each name.

Folders first, then files in the plan's order, then apps, then the times of new folders. What an earlier run that was
cut off left behind is removed first; what it finished is in the plan as already there.
"""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones import (
    ApkFile,
    InstallRefusedError,
    NewFile,
    Phone,
    PhoneGoneError,
    WritablePhone,
    Written,
    translated_detail,
)
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted, silent
from phoneward.snapshots import returning_words
from phoneward.snapshots.errors import PhoneTooFullError, ReturnCutShortError
from phoneward.snapshots.layout import APP_DATA, PACKAGES, SHARED
from phoneward.snapshots.reading import find
from phoneward.snapshots.restoring import app_paths
from phoneward.snapshots.returning import Asked, Planner
from phoneward.snapshots.returning_content import pieces_of
from phoneward.snapshots.returning_report import AppPlan, Fate, FolderPlan, ReturnIssueKind, ReturnPlan, ReturnReport
from phoneward.vault import Node, Repository, load_tree

OLD_NAME = b".phoneward-old-"


def _nobody_asks(_package: str) -> None:
    pass


def plan_return(
    repo: Repository, ref: str, phone: Phone, writer: WritablePhone, asked: Asked, *, listener: Listener = silent
) -> ReturnPlan:
    """Find out what going back onto a phone would write; nothing is written.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        phone: open.
        writer: of the same phone, open.
        asked: what is wanted back.
        listener: hears the phase plan.

    Raises:
        NoAppFilesError, PathNotFoundError: the snapshot has nothing of it.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        PhoneGoneError: the connection was lost.
    """
    snapshot = find(repo, ref)
    paths = list(asked.include)
    if asked.app is not None:
        found = app_paths(repo, snapshot, asked.app)
        paths += [path for path in found if not path.startswith((PACKAGES + b"/", APP_DATA + b"/"))]
    if not paths and asked.app is None and not asked.apks:
        paths = [SHARED]
    return Planner(repo, snapshot, phone, writer, listener).plan(asked, paths)


def put_back(
    repo: Repository,
    writer: WritablePhone,
    plan: ReturnPlan,
    *,
    listener: Listener = silent,
    now: dt.datetime | None = None,
    on_installed: Callable[[str], None] = _nobody_asks,
) -> ReturnReport:
    """Carry a plan out.

    Args:
        repo: as for the plan.
        writer: as for the plan.
        plan: what was agreed.
        listener: hears the phase restore and a Notice for each issue.
        now: for the names of files that are set aside; None for this moment.
        on_installed: told the package of each app as soon as the phone has it.

    Raises:
        PhoneTooFullError: it does not fit; nothing was written.
        ReturnCutShortError: the phone is gone. What was written is whole; a new plan goes on from there.
    """
    for room in plan.rooms.values():
        if not room.is_enough:
            raise PhoneTooFullError(needed=room.needed, free=room.free, storage=readable(room.root))
    work = _PutBack(repo, writer, plan, listener, now or dt.datetime.now().astimezone())
    work.on_installed = on_installed
    return work.run()


def rehearse(plan: ReturnPlan) -> ReturnReport:
    """Return the report of a plan that is not carried out."""
    report = ReturnReport(plan, dry_run=True)
    _take_over(report, plan)
    return report


def _take_over(report: ReturnReport, plan: ReturnPlan) -> None:
    report.issues.named += plan.issues.named
    report.issues.counts += plan.issues.counts


@dataclass(slots=True)
class _Job:
    folder: FolderPlan
    node: Node
    old_name: bytes

    @property
    def path(self) -> bytes:
        """In the snapshot."""
        return self.folder.path + b"/" + self.node.name


class _PutBack:
    """One run."""

    def __init__(
        self, repo: Repository, writer: WritablePhone, plan: ReturnPlan, listener: Listener, now: dt.datetime
    ) -> None:
        self._repo = repo
        self._writer = writer
        self._plan = plan
        self._listener = listener
        self._old_suffix = OLD_NAME + now.strftime("%Y%m%d-%H%M%S").encode("ascii")
        self._report = ReturnReport(plan, dry_run=False)
        self._closed: set[bytes] = set()
        """Folders on the phone that could not be made."""
        self.on_installed: Callable[[str], None] = _nobody_asks
        self._files = 0
        self._bytes = 0

    def run(self) -> ReturnReport:
        _take_over(self._report, self._plan)
        total = self._plan.bytes_to_write + sum(app.size for app in self._plan.apps)
        self._listener(PhaseStarted("restore", self._plan.files_to_write, total))
        try:
            existing = [folder.phone_path for folder in self._plan.folders if folder.exists]
            self._report.leftovers = self._writer.remove_leftovers(existing)
            self._make_folders()
            self._count_what_stays()
            self._write_files()
            self._install()
            self._finish_folders()
            self._writer.settle()
        except PhoneGoneError as error:
            raise ReturnCutShortError(detail=error.sentence(), files=f"{self._files:,}") from error
        self._listener(PhaseDone("restore", self._files, self._bytes))
        return self._report

    def _issue(self, kind: ReturnIssueKind, path: bytes, detail: str = "") -> None:
        issue = self._report.issues.add(kind, path, detail)
        self._listener(Notice(path, issue.sentence()))

    # -- folders -------------------------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        missing = [folder for folder in self._plan.folders if not folder.exists]
        told = self._writer.make_folders([folder.phone_path for folder in missing])
        for folder, done in zip(missing, told, strict=True):
            if done.refusal is None:
                self._report.folders += 1
            else:
                self._closed.add(folder.phone_path)
                self._issue(ReturnIssueKind.FAILED, folder.path, why_refused(done))

    def _finish_folders(self) -> None:
        """Give new folders their times, the deepest first: writing into one changes its own."""
        made = [f for f in self._plan.folders if not f.exists and f.phone_path not in self._closed]
        self._writer.set_folder_times([(folder.phone_path, folder.mtime_ns) for folder in reversed(made)])

    # -- files ---------------------------------------------------------------------------------------------------------

    def _count_what_stays(self) -> None:
        """Put what the plan leaves as it is into the table."""
        for folder in self._plan.folders:
            for node, fate in self._judged(folder, {Fate.SAME, Fate.DIFFERS, Fate.IN_THE_WAY, Fate.IMPOSSIBLE}):
                group = self._report.group(folder.path + b"/" + node.name)
                if fate is Fate.SAME:
                    group.already_there += 1
                elif fate is not Fate.DIFFERS:
                    group.failed += 1
                elif not self._plan.replace:
                    group.kept += 1

    def _judged(self, folder: FolderPlan, fates: set[Fate]) -> Iterator[tuple[Node, Fate]]:
        if not any(fate in folder.fates for fate in fates):
            return
        nodes = load_tree(self._repo, folder.tree, keep_unsafe_names=True)
        for node, code in zip(nodes, folder.fates, strict=True):
            if code in fates:
                yield node, Fate(code)

    def _jobs(self) -> Iterator[_Job]:
        """Yield the files to write; those whose folder could not be made are named instead."""
        wanted = {Fate.NEW, Fate.DIFFERS} if self._plan.replace else {Fate.NEW}
        for folder in self._plan.folders:
            for node, fate in self._judged(folder, wanted):
                job = _Job(folder, node, node.name + self._old_suffix if fate is Fate.DIFFERS else b"")
                if folder.phone_path in self._closed:
                    self._failed(job, returning_words.FOLDER_FAILED)
                else:
                    yield job

    def _write_files(self) -> None:
        sent: deque[_Job] = deque()  # the writer reads ahead some hundred; answers come in the same order

        def files() -> Iterator[NewFile]:
            for job in self._jobs():
                sent.append(job)
                path = job.folder.phone_path + b"/" + job.node.name
                yield NewFile(path, job.node.size, job.node.mtime_ns, pieces_of(self._repo, job.node), job.old_name)

        for done in self._writer.write(files()):
            self._one_done(sent.popleft(), done)

    def _one_done(self, job: _Job, done: Written) -> None:
        if done.refusal is not None:
            self._failed(job, why_refused(done))
            return
        group = self._report.group(job.path)
        group.written += 1
        group.bytes_written += job.node.size
        group.inexact_times += not done.exact_time
        if done.set_aside:
            self._report.replaced += 1
            self._issue(ReturnIssueKind.SET_ASIDE, job.path, readable(job.old_name))
        self._files += 1
        self._bytes += job.node.size
        self._listener(Advanced("restore", self._files, self._bytes, job.path))

    def _failed(self, job: _Job, detail: str) -> None:
        self._report.group(job.path).failed += 1
        self._issue(ReturnIssueKind.FAILED, job.path, detail)

    # -- apps ----------------------------------------------------------------------------------------------------------

    def _install(self) -> None:
        for app in self._plan.apps:
            try:
                self._writer.install(app.package, [self._apk(node) for node in app.apks])
            except InstallRefusedError as error:
                words = f" ({error.words})" if error.words else ""
                self._issue(ReturnIssueKind.APP_FAILED, app.package.encode(), translated_detail(error.reason) + words)
            else:
                self._report.apps_installed.append(app.package)
                self.on_installed(app.package)
                self._bytes += app.size
                self._listener(Advanced("restore", self._files, self._bytes, _apk_path(app)))

    def _apk(self, node: Node) -> ApkFile:
        return ApkFile(node.name.decode("ascii"), node.size, pieces_of(self._repo, node))


def _apk_path(app: AppPlan) -> bytes:
    return PACKAGES + b"/" + app.package.encode("ascii")


def why_refused(done: Written) -> str:
    """Return the reason in our words, which are translated when shown; the phone's where we have none."""
    assert done.refusal is not None  # noqa: S101
    if done.refusal.value in {"failed", "source"} and done.detail:
        return done.detail
    return returning_words.REFUSALS[done.refusal]
