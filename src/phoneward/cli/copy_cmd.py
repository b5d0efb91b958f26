"""`phoneward copy`: the whole vault once more, on another disk."""

import contextlib
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli import passwords
from phoneward.cli.errors import NoSecondVaultError, NotTogetherError, SecondVaultAwayError, SeveralSecondVaultsError
from phoneward.cli.frame import Frame, argument, current, option, vault_options
from phoneward.cli.progress_view import listening
from phoneward.cli.session import NO_LOCK_HELP, open_vault_with_password, waiting
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, readable
from phoneward.texts import N_, _, enumeration, formats, labelled
from phoneward.vaultplace import VaultPlace, parse_place

if TYPE_CHECKING:
    from phoneward.snapshots import SecondVault, VaultCopyPlan
    from phoneward.vault import Repository


@click.command(
    cls=WordedCommand,
    short_help=N_("Copy the vault into a second one, such as on an external disk."),
    help=N_(
        "Copy the snapshots into a second vault, such as on an external disk: all of them, or those you name. Only "
        "what the second vault lacks is copied, each piece is proved on the way, and nothing there is removed. Stop it "
        "or pull the disk whenever you like: both vaults stay whole, and the next run goes on.\n\n"
        "The first time say where: `phoneward copy --to FOLDER --init`. From then on `phoneward copy` is enough when "
        "the disk is attached. The second vault is a vault of its own, with a password of its own if you like; without "
        "--to-password-file it gets that of the first. restic's words for the same are `restic -r FOLDER copy "
        "--from-repo VAULT`."
    ),
)
@argument(
    "refs", metavar="[SNAPSHOT]...", nargs=-1, meaning=N_("Which snapshots: first digits, or latest. Default: all.")
)
@option("--to", "to", metavar="FOLDER", help=N_("The second vault. Default: the one that was copied to before."))
@option("--init", is_flag=True, help=N_("Make the second vault first, where there is none yet."))
@option(
    "--to-password-file",
    metavar="FILE",
    help=N_(
        "A file that holds the second vault's password. Default: PHONEWARD_TO_PASSWORD, else the first vault's "
        "password, else you are asked."
    ),
)
@option(
    "--host",
    metavar="PHONE",
    multiple=True,
    help=N_("Only snapshots of the phone with this name. May be given several times."),
)
@option("--forget", is_flag=True, help=N_("Do not count on this second vault any more; nothing in it is touched."))
@option("--dry-run", "-n", is_flag=True, help=N_("Say what would be copied, and copy nothing."))
@option("--no-lock", is_flag=True, help=NO_LOCK_HELP)
@vault_options
def copy(
    refs: tuple[str, ...],
    to: str | None,
    *,
    init: bool,
    to_password_file: str | None,
    host: tuple[str, ...],
    forget: bool,
    dry_run: bool,
    no_lock: bool,
) -> ExitCode:
    """Open both, plan, copy, and note when it was done."""
    from phoneward import snapshots

    frame = current()
    if refs and host:
        raise NotTogetherError(first="SNAPSHOT", second="--host")
    if init and dry_run:
        raise NotTogetherError(first="--init", second="--dry-run")
    begun = dt.datetime.now(dt.UTC)
    with open_vault_with_password(frame) as (source, password), contextlib.ExitStack() as stack:
        source_lock = None if no_lock else stack.enter_context(source.lock(exclusive=False))
        known = snapshots.second_vaults(snapshots.load_state(source))
        if forget:
            return _forget(frame, source, _one_of(known, to))
        place = _place(to or _attached(known).place)
        snapshots.refuse_nested(frame.settings.repository_place(), place)
        given = passwords.second(frame.settings, to_password_file, password)
        destination = _open_second(frame, place, source, given, init=init)
        source.load_index()
        destination.load_index()
        lock = None if dry_run else stack.enter_context(destination.lock(exclusive=False))
        listener = stack.enter_context(listening(frame.output))
        plan = snapshots.plan_vault_copy(source, destination, refs, host, listener=listener)
        report = plan.copy.report
        if lock is not None:
            report = snapshots.copy_vault(source, destination, lock, plan, listener=listener)
            if source_lock is not None:
                changes = snapshots.note_second(destination.config.id, place, begun if plan.is_whole else None)
                snapshots.keep_noted(source, source_lock, changes, listener)
    _tell(frame, plan, place, dry_run=dry_run)
    return ExitCode.DONE if report.ok and not plan.damaged else ExitCode.INCOMPLETE


def _open_second(
    frame: Frame,
    place: VaultPlace,
    source: "Repository",
    given: "passwords.Second",
    *,
    init: bool,
) -> "Repository":
    """Open the second vault, or make it. A person at a terminal is asked where the first's password is not the one."""
    from phoneward import snapshots, vault

    storage = vault.open_storage(place, frame.settings.second_access, on_wait=waiting(frame.output))
    if init and not vault.repository_exists(storage):
        if given.is_chosen:  # the first vault's was judged when that was made
            passwords.say_if_weak(frame.output, given.password)
        frame.output.say(_("A second vault is made: {place}").format(place=readable(str(place))))
        return snapshots.make_second(source, storage, given.password)
    cache = frame.settings.cache_dir
    try:
        return snapshots.open_second(source, storage, given.password, cache=cache)
    except vault.WrongPasswordError:
        if given.is_chosen:
            raise
        typed = passwords.ask_hidden(_("Password of the second vault: "))
        return snapshots.open_second(source, storage, typed, cache=cache)


def _place(text: str) -> VaultPlace:
    place = parse_place(text)
    return place.absolute() if isinstance(place, Path) else place


def _one_of(known: "list[SecondVault]", to: str | None) -> "SecondVault":
    """Return the noted vault that is meant: by its folder, or the only one."""
    wanted = None if to is None else str(_place(to))
    found = [one for one in known if wanted in {None, one.place}]
    if not found:
        raise NoSecondVaultError
    if len(found) > 1:
        raise SeveralSecondVaultsError(places=enumeration(one.shown for one in found))
    return found[0]


def _attached(known: "list[SecondVault]") -> "SecondVault":
    """Return the noted vault whose disk is attached."""
    if not known:
        raise NoSecondVaultError
    there = [one for one in known if one.is_attached]
    if not there:
        raise SecondVaultAwayError(places=enumeration(one.shown for one in known))
    if len({one.place for one in there}) > 1:
        raise SeveralSecondVaultsError(places=enumeration(one.shown for one in there))
    return there[0]


def _forget(frame: Frame, source: "Repository", second: "SecondVault") -> ExitCode:
    from phoneward import snapshots

    with source.lock(exclusive=False) as lock:
        snapshots.change_state(source, lock, snapshots.forget_second(second))
    if frame.output.json:
        frame.output.emit("second_vault_forgotten", {"id": second.id, "place": second.shown})
    else:
        sentence = _("The second vault in {place} is not counted on any more. Nothing in it was touched.")
        frame.output.summary(sentence.format(place=second.shown))
    return ExitCode.DONE


def _tell(frame: Frame, plan: "VaultCopyPlan", place: VaultPlace, *, dry_run: bool) -> None:
    report = plan.copy.report
    lost = {**plan.damaged, **report.failed}
    if frame.output.json:
        for name, error in lost.items():
            frame.output.emit("not_copied", {"snapshot_id": name, "code": error.code, "message": error.sentence()})
        frame.output.emit("summary", document(plan, place, dry_run=dry_run))
        return
    for name, error in lost.items():
        frame.output.result(labelled(_("Not copied: {snapshot}").format(snapshot=name[:8]), error.sentence()))
    for sentence in sentences(plan, place, dry_run=dry_run):
        frame.output.summary(sentence)
    if lost:
        frame.output.result(_("Look what is damaged in the first vault with: phoneward check --read-data"))


def document(plan: "VaultCopyPlan", place: VaultPlace, *, dry_run: bool) -> dict[str, object]:
    """Return the summary for JSON. Sizes in bytes."""
    copy, report = plan.copy, plan.copy.report
    return {
        "dry_run": dry_run,
        "to": readable(str(place)),
        "copied": [s.id for s in copy.snapshots] if dry_run else list(report.copied),
        "known": list(report.known),
        "failed": [*plan.damaged, *report.failed],
        "data_blobs": copy.blobs if dry_run else report.blobs,
        "data_added": copy.bytes if dry_run else report.bytes,
        "data_added_packed": copy.bytes_stored if dry_run else report.bytes_stored,
    }


def sentences(plan: "VaultCopyPlan", place: VaultPlace, *, dry_run: bool) -> list[str]:
    """Return what was done, or would be."""
    copy, report = plan.copy, plan.copy.report
    count = len(copy.snapshots) if dry_run else len(report.copied)
    size = formats.size(copy.bytes if dry_run else report.bytes)
    where = readable(str(place))
    if not count:
        return [_("Nothing is to be copied: {place} holds all of it.").format(place=where)] if not report.failed else []
    snapshots = formats.snapshots(count)
    if dry_run:
        would = _("To be copied into {place}: {snapshots}, of which {size} are not there yet. Nothing was changed.")
        return [would.format(place=where, snapshots=snapshots, size=size)]
    return [
        _("Copied into {place}: {snapshots}, {size} of which were not there yet.").format(
            place=where, snapshots=snapshots, size=size
        ),
        _("Keep that disk somewhere else than the first one: fire and thieves take both."),
    ]
