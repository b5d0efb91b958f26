"""`phoneward backup --iphone`: which backup, and its password."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.errors import readable
from phoneward.texts import _, formats

if TYPE_CHECKING:
    from phoneward.cli.frame import Frame
    from phoneward.phones.base import PhoneSession
    from phoneward.phones.iosbackup.found import FoundBackup
    from phoneward.phones.iosbackup.tool import AttachedIphone


def chosen(frame: "Frame", folder: str) -> Path | None:
    """Return the folder that is meant; None where there was only to be said which there are.

    Args:
        frame: of the command.
        folder: what was given, empty for none.
    """
    from phoneward.phones.iosbackup.found import backups_here, places_here

    if folder:
        return Path(folder)
    found = backups_here()
    for one in found:
        if frame.output.json:
            frame.output.emit("iphone_backup", document(one))
        else:
            frame.output.result(line(one))
    if not found:
        places = ", ".join(readable(str(place)) for place in places_here())
        where = _("Looked in: {places}.").format(places=places) if places else ""
        frame.output.say(_("No iPhone backup was found in the usual places of this computer.") + (" " + where).rstrip())
    made = _offered(frame)
    if made is None:
        frame.output.say(_("Name the folder of the one that you mean: phoneward backup --iphone FOLDER"))
    return made


def _offered(frame: "Frame") -> Path | None:
    """Offer to have an attached iPhone make a backup; return its folder, None where that is not to be."""
    from phoneward.cli import confirming
    from phoneward.phones.iosbackup.tool import BackupTool

    tool = BackupTool.found()
    if tool is None or frame.output.json:
        return None
    attached = tool.attached()
    if len(attached) > 1:
        frame.output.say(_("Several iPhones are connected. Leave only the one that you mean, and run this again."))
    if len(attached) != 1 or not confirming.can_ask():
        return None
    folder = frame.settings.state_dir / "iphone-backups"
    for sentence in offer(attached[0], folder):
        frame.output.say(sentence)
    if not confirming.is_yes(confirming.ask(_("Back it up now? Type yes, or press Enter to leave it: "))):
        return None
    made = tool.back_up(attached[0], folder)
    frame.output.say(
        _("The backup lies in {folder}. The next one only brings what is new; you may delete that folder.").format(
            folder=readable(str(made))
        )
    )
    return made


def offer(iphone: "AttachedIphone", folder: Path) -> list[str]:
    """Return what a person must know before an iPhone is backed up: where to, and what encryption does."""
    said = [
        _(
            "An iPhone is connected: {name}. The program idevicebackup2 can back it up into {folder}. That takes an "
            "hour or more, and as much room as the iPhone's content."
        ).format(name=readable(iphone.name) or iphone.udid, folder=readable(str(folder)))
    ]
    if iphone.encrypts is None:
        said.append(_("It did not say whether its backups are encrypted. Unlock it, and tap Trust if it asks."))
    elif iphone.encrypts:
        said.append(
            _(
                "Its backups are encrypted: they also hold health data, saved passwords and the call history. You will "
                "be asked for the password that was chosen for them."
            )
        )
    else:
        said.append(
            _(
                "Its backups are not encrypted: health data, saved passwords and the call history stay out, and "
                "whoever gets at that folder can read the rest. Phoneward never switches encryption on or off. To "
                "switch it on, run: idevicebackup2 -i encryption on. Choose a password that you will not lose."
            )
        )
    return said


def line(one: "FoundBackup") -> str:
    """Return a backup in one line."""
    made = formats.moment(one.made) if one.made is not None else _("date not known")
    if one.trouble:
        return f"{readable(str(one.path))}: {one.trouble}"
    sealed = _("encrypted") if one.is_encrypted else _("not encrypted")
    return _("{name}, {date}, {encrypted}: {path}").format(
        name=readable(one.name) or "iPhone", date=made, encrypted=sealed, path=readable(str(one.path))
    )


def document(one: "FoundBackup") -> dict[str, object]:
    """Return it for JSON."""
    return {
        "path": readable(str(one.path)),
        "name": readable(one.name),
        "ios": readable(one.ios),
        "made": None if one.made is None else one.made.isoformat(),
        "encrypted": one.is_encrypted,
        "trouble": one.trouble,
    }


def opened(frame: "Frame", folder: Path, password_file: str | None) -> "PhoneSession":
    """Return an iPhone backup as a phone, not opened yet."""
    from phoneward import phones
    from phoneward.cli import passwords
    from phoneward.settings import read_small_file

    def password() -> str:
        if password_file is not None:
            return read_small_file(password_file, "--iphone-password-file")
        return passwords.ask_hidden(_("Password of the iPhone backup: "))

    somebody_there = password_file is not None or (sys.stdin is not None and sys.stdin.isatty())
    frame.output.say(_("The list of the backup's files is read first; that of a full iPhone takes a minute."))
    return phones.open_iphone_backup(folder, password if somebody_there else None)
