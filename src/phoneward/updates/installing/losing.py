"""After a loss, or where an app was removed: save what is there, put the old version back, restore what is wanted."""

from phoneward import snapshots
from phoneward.errors import PhonewardError
from phoneward.texts import Size, Words, words
from phoneward.updates.installing.hands import Hands, Job, explained
from phoneward.updates.installing.report import Outcome
from phoneward.updates.installing.saving import apk_entries, as_apk


def lost(hands: Hands, job: Job) -> None:
    """The data is gone: collect what is there before anything is touched, then restore only when that is asked for."""
    job.report.outcome = Outcome.LOST
    job.report.after = collect(hands, job)
    hands.installs.forget()
    said = "What was there before is in snapshot {snapshot}. Do not open the app before you decided what to do."
    job.report.sentences.append(words(said, snapshot=job.snapshot[:8]))
    restore_asked(hands, job)


def collect(hands: Hands, job: Job) -> str:
    """Take a snapshot of what is there now; returns its full id, empty where that did not work, which is said."""
    try:
        taken = snapshots.backup(
            hands.phone,
            hands.repo,
            listener=hands.listener,
            state_dir=hands.state_dir,
            cache_dir=hands.cache_dir,
            verify_apps=[job.package],
        )
    except PhonewardError as error:
        job.report.sentences += [words("What is there now could not be saved:"), *explained(error)]
        return ""
    hands.repo.load_index()
    found = taken.snapshot_id or ""
    job.report.sentences.append(words("What is there now was saved first: snapshot {snapshot}.", snapshot=found[:8]))
    return found


def restore_asked(hands: Hands, job: Job) -> None:
    """Put the files of an app that the snapshot holds back onto the phone, where that is asked for."""
    said = job.report.sentences
    try:
        asked = snapshots.Asked(app=job.package)
        plan = snapshots.plan_return(
            hands.repo, job.snapshot, hands.phone, hands.writer, asked, listener=hands.listener
        )
        if plan.writes_nothing:
            said.append(_own_way_back(hands, job))
            return
        if not hands.asker.restores(job.name):
            command = f"phoneward restore {job.snapshot[:8]} --to-phone {hands.phone.serial} --app {job.package}"
            said.append(words("To put back what the snapshot holds of it: {command}", command=command))
            return
        done = snapshots.put_back(hands.repo, hands.writer, plan, listener=hands.listener)
    except snapshots.NoAppFilesError:
        return
    except PhonewardError as error:
        said += [words("What the snapshot holds could not be put back:"), *explained(error)]
        return
    job.report.restored = done.total("written")
    size = Size(done.total("bytes_written"))
    said.append(words("Put back onto the phone: {count} files ({size}).", count=f"{job.report.restored:,}", size=size))
    said.append(_own_way_back(hands, job))


def _own_way_back(hands: Hands, job: Job) -> Words:
    """Return what else can bring data back: the app's own backup. An app's private data no computer may write."""
    ref = job.snapshot[:8]
    command = f"phoneward restore {ref} --to-phone {hands.phone.serial} --app-backups --app {job.package}"
    return words("What the app kept in its own memory only its own backup can bring back: {command}", command=command)


def put_old_back(hands: Hands, job: Job) -> bool:
    """Offer to install the version that was there, from the snapshot; tells whether it is there.

    Its data is gone either way, and that is said.
    """
    said = job.report.sentences
    entries = apk_entries(hands.repo, job.snapshot, job.package)
    if not entries or not hands.asker.puts_back(job.name):
        said.append(words("The app is not on the phone now. To go on with it: phoneward update install"))
        return False
    try:
        hands.writer.install(job.package, [as_apk(hands.repo, entry) for entry in entries])
    except PhonewardError as error:
        said += [words("The old version could not be put back either:"), *explained(error)]
        return False
    said.append(words("The version that was there is installed again. What it held on the phone is gone."))
    return True
