"""Set-up: the first backup, its trial, switching USB debugging off, and what comes then."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import phones, setup, snapshots
from phoneward.errors import PhonewardError
from phoneward.setup import DEBUGGING_SENTENCES, Step, is_kit_printed
from phoneward.texts import _, words
from phoneward.web import backups
from phoneward.web.jobs import Again, Job
from phoneward.web.page import context_of, page, say, see_other
from phoneward.web.pages.setup import COMMAND, DONE, address_of, step_page, too_early
from phoneward.web.pages.setup_phone import chosen_guide, digest

if TYPE_CHECKING:
    from phoneward.setup import StepView
    from phoneward.vault import Repository

BACKUP: Final = address_of(Step.BACKUP)
VERIFY: Final = address_of(Step.VERIFY)
DEBUGGING: Final = address_of(Step.DEBUGGING)


def backup(request: Request) -> Response:
    """Say what will happen, or lead to the backup that runs."""
    view = _ready_for(request, Step.BACKUP)
    if isinstance(view, Response):
        return view
    context = context_of(request)
    attached = context.desk.attached()
    job = backups.running(context, context.desk.ready_source(attached)) or _job_in(request, "backup:")
    if job is not None:
        return see_other(f"/jobs/{job.id}")
    return step_page(
        request,
        Step.BACKUP,
        "backup.html",
        view=view,
        attached=attached,
        seen=digest(context.desk, attached),
        place=context.desk.place(),
        needed=context.desk.needed(attached),
    )


def start_backup(request: Request) -> Response:
    """Start it, or lead to the one that runs."""
    view = _ready_for(request, Step.BACKUP)
    if isinstance(view, Response):
        return view
    context = context_of(request)
    attached = context.desk.attached()
    source = context.desk.ready_source(attached) if attached.ready else context.desk.source
    if attached.ready and source.folder is None:
        context.desk.choose(source)  # it stays this phone if another is plugged in
    again = Again(backups.GO_ON, BACKUP, back="/setup")
    job, is_new = backups.start(context, source, again, is_first=True)
    return _to(job, is_new=is_new)


def verify(request: Request) -> Response:
    """Say what is tried and why, or lead to the trial that runs."""
    view = _ready_for(request, Step.VERIFY)
    if isinstance(view, Response):
        return view
    job = _job_in(request, "trial")
    if job is not None:
        return see_other(f"/jobs/{job.id}")
    return step_page(request, Step.VERIFY, "verify.html", view=view)


def start_trial(request: Request) -> Response:
    """Start it, or lead to the one that runs."""
    view = _ready_for(request, Step.VERIFY)
    if isinstance(view, Response):
        return view
    job, is_new = backups.start_trial(context_of(request), Again(words("Try again"), VERIFY, back="/setup"))
    return _to(job, is_new=is_new)


def debugging(request: Request) -> Response:
    """Say how USB debugging is switched off on this phone."""
    desk = context_of(request).desk
    attached = desk.attached()
    return step_page(
        request,
        Step.DEBUGGING,
        "debugging.html",
        said=DEBUGGING_SENTENCES,
        is_folder=desk.source.folder is not None,
        chosen=chosen_guide(request, attached),
        families=phones.guide_families(),
    )


def debugging_off(request: Request) -> Response:
    """Remember that it is off; where this computer still reads the phone, say that it is not."""
    desk = context_of(request).desk
    attached = desk.attached()
    if attached.serial and setup.is_seen_by_adb(attached.serial):
        say(request, words("This computer can still read the phone, so USB debugging is still on."))
        return see_other(DEBUGGING)
    desk.journey().debugging_is_off()
    return see_other(DONE)


def done(request: Request) -> Response:
    """Say what would be kept, in three sentences, and what comes next."""
    context = context_of(request)
    with context.door.vault() as repo:
        said = _coverage(repo)
        if not said:
            return see_other("/setup")
        journey = context.desk.journey(repo)
        is_tried = journey.progress().of(Step.VERIFY).is_done
    return page(
        request,
        "setup/done.html",
        title=_("Everything is set up.") if is_tried else _("Almost done"),
        command=COMMAND,
        said=said,
        is_tried=is_tried,
        is_folder=context.desk.source.folder is not None,
        place=journey.place,
        is_far=journey.is_far,
        is_entered=context.door.is_entered,
        verify=VERIFY,
        kit=address_of(Step.KIT),
    )


def _coverage(repo: "Repository") -> list[str]:
    """Return three sentences about the newest snapshot; none where there is none."""
    finished = [
        one
        for one in snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
        if one.of_phone and one.device and not (one.partial or one.backup_file) and one.snapshot.id
    ]
    if not finished:
        return []
    try:
        return snapshots.coverage_sentences(snapshots.coverage_of(repo, finished[-1].snapshot.id or ""))[:3]
    except PhonewardError as error:
        return [error.sentence()]


def _ready_for(request: Request, step: Step) -> "StepView | Response":
    """Return how a step stands, or the way to what has to be done first. Raises where the vault must be unlocked."""
    context = context_of(request)
    with context.desk.looking() as journey:
        progress = journey.progress()
        early = too_early(progress, step)
        if early is not None:
            return early
        view = progress.of(step)
    with context.door.vault() as repo:
        return view if is_kit_printed(repo) else see_other(address_of(Step.KIT))


def _job_in(request: Request, key: str) -> Job | None:
    running = [job for job in context_of(request).jobs.all() if job.is_running]
    return next((job for job in running if job.key.startswith(key) and job.kind.again is not None), None)


def _to(job: Job, *, is_new: bool) -> Response:
    return see_other(f"/jobs/{job.id}" if is_new else f"/jobs/{job.id}?already=1")


ROUTES: Final = (
    Route(BACKUP, backup),
    Route(BACKUP, start_backup, methods=["POST"]),
    Route(VERIFY, verify),
    Route(VERIFY, start_trial, methods=["POST"]),
    Route(DEBUGGING, debugging),
    Route(DEBUGGING, debugging_off, methods=["POST"]),
    Route(DONE, done),
)
