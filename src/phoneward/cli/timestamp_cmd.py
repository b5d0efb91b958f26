"""`phoneward timestamp add | check | export`: an outside authority says since when a snapshot exists."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from phoneward.cli.errors import CommandLineError
from phoneward.cli.frame import argument, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand, WordedGroup
from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, _, formats

if TYPE_CHECKING:
    from phoneward.snapshots import Timestamp

_SOURCE = "phoneward.cli.timestamp_cmd"
_SNAPSHOT = N_("Which snapshot: its first digits, or latest.")
CA_HELP = N_("Certificates (PEM) of the authorities you trust. Default: PHONEWARD_TIMESTAMP_CA.")


class NoAuthorityError(CommandLineError):
    """Nothing says whom to ask for a time stamp."""

    message = N_("You have not said which time stamp authority to ask.")
    next_step = N_("Add --url ADDRESS to the command, or set PHONEWARD_TIMESTAMP_URL.")


@click.group(
    cls=WordedGroup,
    sources={name: f"{_SOURCE}:{name}" for name in ("add", "check", "export")},
    invoke_without_command=True,
    short_help=N_("Have an outside authority say since when a snapshot exists."),
    help=N_(
        "Have an outside authority say since when a snapshot exists, so that nobody can say later that you altered it "
        "(RFC 3161). Only a hash goes out, from which nothing can be read. The answer is kept in the vault.\n\n"
        "`phoneward backup --timestamp ADDRESS` does it for each new snapshot."
    ),
)
@click.pass_context
def timestamp(context: click.Context) -> None:
    """Show the help where no command is named."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@click.command("add", cls=WordedCommand, help=N_("Have a snapshot stamped now, and keep the answer in the vault."))
@argument("snapshot", metavar="SNAPSHOT", meaning=_SNAPSHOT)
@option("--url", metavar="ADDRESS", help=N_("The authority's address. Default: PHONEWARD_TIMESTAMP_URL."))
@option("--timestamp-ca", metavar="FILE", help=CA_HELP)
@vault_options
def add(snapshot: str, url: str | None, timestamp_ca: str | None) -> ExitCode:
    """Ask the authority and keep its answer."""
    from phoneward import snapshots

    frame = current()
    address = url or frame.settings.timestamp_url
    if not address:
        raise NoAuthorityError
    authorities = frame.settings.timestamp_authorities(timestamp_ca)
    with open_vault(frame) as repository, repository.lock(exclusive=False) as lock:
        repository.load_index()
        stamp = snapshots.stamp_snapshot(repository, lock, snapshot, address, authorities=authorities)
    if frame.output.json:
        frame.output.emit("timestamp", document(stamp))
    else:
        for sentence in sentences(stamp):
            frame.output.result(sentence)
    return ExitCode.DONE


@click.command("check", cls=WordedCommand, help=N_("Check the time stamps that the vault keeps for a snapshot."))
@argument("snapshot", metavar="SNAPSHOT", meaning=_SNAPSHOT)
@option("--timestamp-ca", metavar="FILE", help=CA_HELP)
@vault_options
def check(snapshot: str, timestamp_ca: str | None) -> ExitCode:
    """Check each, and say what it proves."""
    from phoneward import snapshots

    frame = current()
    authorities = frame.settings.timestamp_authorities(timestamp_ca)
    with open_vault(frame) as repository:
        repository.load_index()
        name, _content = snapshots.snapshot_file(repository, snapshot)
        stamps = snapshots.timestamps_of(repository, name, authorities=authorities)
    for stamp in stamps:
        if frame.output.json:
            valid = not isinstance(stamp, PhonewardError)
            fields = {"problem": stamp.sentence()} if isinstance(stamp, PhonewardError) else document(stamp)
            frame.output.emit("timestamp", {"snapshot_id": name, "valid": valid, **fields})
        elif isinstance(stamp, PhonewardError):
            frame.output.result(stamp.sentence())
        else:
            for sentence in sentences(stamp):
                frame.output.result(sentence)
            if stamp.snapshot != name:
                frame.output.result(
                    _("It was stamped in the vault that this copy comes from: show it with that vault.")
                )
    if not stamps and not frame.output.json:
        frame.output.result(_("The vault keeps no time stamp for snapshot {snapshot}.").format(snapshot=name[:8]))
    return ExitCode.DONE if all(not isinstance(stamp, PhonewardError) for stamp in stamps) else ExitCode.FAILED


@click.command(
    "export",
    cls=WordedCommand,
    help=N_(
        "Write what a court expert needs into a folder: the snapshot's file as it lies in the vault, and each time "
        "stamp. They are checked with: openssl ts -verify -data SNAPSHOT -in TIMESTAMP -CAfile AUTHORITY"
    ),
)
@argument("snapshot", metavar="SNAPSHOT", meaning=_SNAPSHOT)
@option("--target", "-t", metavar="DIR", required=True, help=N_("The folder to write into; made if it is missing."))
@vault_options
def export(snapshot: str, target: str) -> ExitCode:
    """Write the snapshot's file and its time stamps."""
    from phoneward import snapshots

    frame = current()
    with open_vault(frame) as repository:
        repository.load_index()
        name, content = snapshots.snapshot_file(repository, snapshot)
        stamps = snapshots.timestamps_of(repository, name)
    folder = Path(target)
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [stamp.token for stamp in stamps if not isinstance(stamp, PhonewardError) and stamp.snapshot == name]
    files = {f"{name}.snapshot": content}
    files |= {f"{name}-{number}.tsr": token for number, token in enumerate(tokens, 1)}
    for file, data in files.items():
        with (folder / file).open("xb") as stream:
            stream.write(data)
        if frame.output.json:
            frame.output.emit("exported", {"path": readable(str(folder / file)), "size": len(data)})
        else:
            frame.output.result(readable(str(folder / file)))
    if not tokens and not frame.output.json:
        frame.output.result(_("The vault keeps no time stamp for snapshot {snapshot}.").format(snapshot=name[:8]))
    return ExitCode.DONE if tokens else ExitCode.INCOMPLETE


def document(stamp: "Timestamp") -> dict[str, object]:
    """Return a time stamp for JSON."""
    return {
        "snapshot_id": stamp.snapshot,
        "time": stamp.time.isoformat(),
        "authority": stamp.authority,
        "authority_trusted": stamp.is_verified,
    }


def sentences(stamp: "Timestamp") -> list[str]:
    """Return what a time stamp says, in words."""
    lines = [
        _("Snapshot {snapshot} existed on {time}, says {authority}.").format(
            snapshot=stamp.snapshot[:8],
            time=formats.moment(stamp.time),
            authority=stamp.authority or _("an authority that does not name itself"),
        )
    ]
    if not stamp.is_verified:
        lines.append(
            _("Whether this authority can be trusted was not checked: name its certificate with --timestamp-ca.")
        )
    return lines
