"""What stands on the recovery kit, in the reader's language. The commands are the same in every language."""

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import phoneward
from phoneward.errors import readable
from phoneward.setup.shells import quoted
from phoneward.texts import _, formats
from phoneward.vaultplace import ENTRY_VARIABLES, RemoteKind, RemotePlace, VaultPlace

TARGET: Final = "phone-restored"
"""The folder that the commands restore into; relative, so that it is made wherever the terminal stands."""

INSTALL: Final = (
    ("Windows", "winget install --exact --id restic.restic"),
    ("macOS", "brew install restic"),
    ("Debian, Ubuntu", "sudo apt install restic"),
)
"""As restic's own documentation gives it (restic.readthedocs.io, "Installation")."""

_REGIONS: Final = ("AWS_DEFAULT_REGION", "AWS_REGION")
_CERTIFICATES: Final = ("RESTIC_CACERT", "RESTIC_TLS_CLIENT_CERT")


@dataclass(frozen=True, slots=True)
class KitFacts:
    """What the kit of one vault says.

    Attributes:
        place: the vault's folder, absolute, or where it lies elsewhere.
        vault_id: 64 hex digits, in restic's `config`.
        phone: what the phone is called; empty where no phone is known yet.
        disk: what the external disk is called; empty where the vault is on the computer's own disk.
        made: when the kit was made.
        windows: whether the commands are for Windows' PowerShell.
        settings: restic's variables that reaching the place needs beside who may enter; no secrets.
    """

    place: VaultPlace
    vault_id: str
    phone: str
    disk: str
    made: dt.datetime
    windows: bool = sys.platform == "win32"
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One command and what it does.

    Attributes:
        runs: False for those that install a program: one of them is chosen.
    """

    what: str
    line: str
    runs: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A numbered part of the sheet."""

    title: str
    sentences: tuple[str, ...]
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet.

    Attributes:
        facts: (name, value) pairs.
        blanks: what is filled in by hand.
        vault_id: also among the facts; recognises the sheet again.
    """

    title: str
    intro: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    blanks: tuple[str, ...]
    parts: tuple[Part, ...]
    closing: tuple[str, ...]
    vault_id: str


def make_sheet(facts: KitFacts) -> Sheet:
    """Return the sheet, in the language that is spoken now."""
    is_far = isinstance(facts.place, RemotePlace)
    keep = _("Print this sheet, write the password on it, and keep it with your important papers, not with the disk.")
    keep_far = _("Print this sheet, write on it what it leaves room for, and keep it with your important papers.")
    return Sheet(
        title=_("Recovery kit: how to get back what was on your phone"),
        intro=(
            keep_far if is_far else keep,
            _(
                "Whoever has both the vault and the password can read everything in it. Without the password nobody "
                "can, you included: nobody can reset it."
            ),
        ),
        facts=_facts(facts),
        blanks=(
            _("Password of the vault"),
            *_entry_blanks(facts.place),
            _("Who can help me (name, phone)"),
            _("Where a second copy of the vault is"),
        ),
        parts=(_find(facts), _install(), _restore(facts)),
        closing=(
            _("Your photos are then in {folder}.").format(folder=f"{TARGET}/shared/DCIM"),
            _("With Phoneward installed, this does the same as step 3: {command}").format(
                command=f"phoneward restore latest --repo {_quoted(facts)} --target {TARGET}"
            ),
        ),
        vault_id=facts.vault_id,
    )


def _facts(facts: KitFacts) -> tuple[tuple[str, str], ...]:
    if isinstance(facts.place, RemotePlace):
        where = _("on a server, reached over the network")
    elif facts.disk:
        where = _("on the external disk “{disk}”").format(disk=facts.disk)
    else:
        where = _("on this computer's own disk")
    rows = [
        (_("Phone"), readable(facts.phone)),
        (_("The vault"), readable(str(facts.place))),
        (_("It lies"), where),
        (_("Its number"), facts.vault_id),
        (
            _("This sheet"),
            _("{date}, Phoneward {version}").format(date=formats.date(facts.made), version=phoneward.__version__),
        ),
    ]
    return tuple(row for row in rows if row[1])


def _entry_blanks(place: VaultPlace) -> tuple[str, ...]:
    if not isinstance(place, RemotePlace):
        return ()
    if place.kind is RemoteKind.REST:
        return (_("User name and password at the server, if it asks for them"),)
    if place.kind is RemoteKind.S3:
        return (_("Access key at the storage, and its secret"),)
    return (_("Where the key is that SSH enters the server with"),)


def plain_settings(place: VaultPlace, access: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return what reaching a place needs beside who may enter: the region, and files of certificates; no secrets.

    Args:
        place: of the vault.
        access: restic's variables (`settings.access`).
    """
    if not isinstance(place, RemotePlace) or place.kind is RemoteKind.SFTP:
        return ()
    regions = _REGIONS if place.kind is RemoteKind.S3 else ()
    is_plain = place.address.startswith("http://")
    names = (*regions, *(() if is_plain else _CERTIFICATES))
    return tuple((name, access[name]) for name in names if access.get(name))


def _find_elsewhere(place: RemotePlace, settings: tuple[tuple[str, str], ...], *, windows: bool) -> Part:
    """A server: nothing is to be found, but one must be let in."""
    reached = _("It lies at {place}. Any computer that reaches that server will do.").format(place=readable(str(place)))
    if place.kind not in ENTRY_VARIABLES:
        first = _("SSH must be able to enter the server from that computer: try it once by hand.")
        return Part(_("Reach the vault"), (reached, first))
    typed = _("In the place of … type what stands above. The lines count for this window alone.")
    form = "$env:{name} = {value}" if windows else "export {name}={value}"
    entry = [
        Command(_("Who may enter:"), form.format(name=name, value='"…"'), runs=False)
        for name in ENTRY_VARIABLES[place.kind]
    ]
    plain = [
        Command(
            _("How it is reached:"), form.format(name=name, value=quoted(readable(value), windows=windows)), runs=False
        )
        for name, value in settings
    ]
    files = any(name in _CERTIFICATES for name, _value in settings)
    kept = (_("Keep a copy of each file that is named here with this sheet, on a stick."),) if files else ()
    return Part(_("Reach the vault"), (reached, typed, *kept), (*entry, *plain))


def _find(facts: KitFacts) -> Part:
    if isinstance(facts.place, RemotePlace):
        return _find_elsewhere(facts.place, facts.settings, windows=facts.windows)
    name = readable(facts.place.name)
    if facts.disk:
        first = _("Plug the external disk into any computer and find the folder {name} on it.").format(name=name)
    else:
        first = _("Find the folder {name}, or the copy that you made of it, and take it to any computer.").format(
            name=name
        )
    return Part(
        _("Find the vault"),
        (first, _("It holds a file named config and folders named data, keys, snapshots. Change nothing in it.")),
    )


def _install() -> Part:
    commands = tuple(Command(system, line, runs=False) for system, line in INSTALL)
    return Part(
        _("Install restic, a free program that reads the vault (restic.net)"),
        (_("Open a terminal (on Windows: PowerShell) and type the line for your system:"),),
        commands,
    )


def _restore(facts: KitFacts) -> Part:
    where = _quoted(facts)
    listed = Command(_("This lists what was kept, the newest last:"), f"restic -r {where} snapshots --tag phoneward")
    if facts.windows:
        # restic for Windows makes C:\ of the path /, and would find nothing: a number always works.
        said = _("This brings one back. In the place of NUMBER type the first word of a line whose path is /:")
        restored = Command(said, f"restic -r {where} restore NUMBER --target {TARGET}")
    else:
        said = _("This brings back the newest, into the new folder {folder}:").format(folder=TARGET)
        restored = Command(said, f"restic -r {where} restore latest --tag phoneward --path / --target {TARGET}")
    asked = _("restic asks for the password each time; nothing is shown while you type it.")
    elsewhere = _("If the vault is somewhere else now, type that place after -r instead.")
    several = _("If the list shows several phones under Host, add --host and the name of yours.")
    sentences = (asked, elsewhere) if facts.windows else (asked, elsewhere, several)
    return Part(_("Bring everything back"), sentences, (listed, restored))


def _quoted(facts: KitFacts) -> str:
    return quoted(str(facts.place), windows=facts.windows)
