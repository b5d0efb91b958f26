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
    frame.output.say(_("Name the folder of the one that you mean: phoneward backup --iphone FOLDER"))
    return None


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
