"""The words around a coverage document: what its states and storages are called, and what its figures say."""

from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.phones import translated_detail
from phoneward.snapshots.coverage import AppCoverage, Coverage, IphoneBackup, RecordCoverage, StorageCoverage
from phoneward.snapshots.gaps import Gap
from phoneward.snapshots.precious_apps import PRECIOUS
from phoneward.snapshots.reasons import gap_sentence, next_step_sentence, reason_sentence
from phoneward.texts import N_, Words, _, enumeration, formats, labelled, ngettext, sentences, verbatim, words

STATE_WORDS: Final[Mapping[str, str]] = {
    "out of reach": N_("out of reach"),
    "kept in part": N_("kept in part"),
    "kept by its own backup": N_("kept by its own backup"),
    "kept": N_("kept"),
}
"""The states, the most worrying first: apps are listed in this order."""

_AREAS: Final[Mapping[str, str]] = {
    "shared": N_("Your files"),
    "user": N_("Another user's files"),
    "card": N_("Card"),
    "installed-apps": N_("The apps themselves"),
    "app-data": N_("The apps' own data"),
    "domains": N_("Other iPhone data"),
    "computer": N_("From this computer"),
}

_QUESTIONS: Final[Mapping[str, str]] = {
    "users": N_("which users there are"),
    "apps": N_("which apps there are"),
    "data-size": N_("how much the apps hold"),
    "installer": N_("which store each app came from"),
    "install-times": N_("when each app was installed"),
    "version-code": N_("the apps' version numbers"),
    "version-name": N_("the apps' versions"),
    "uid": N_("the apps' user numbers"),
    "apk-paths": N_("where the apps' own files are"),
    "checksums": N_("the checksums of its files"),
    "debuggable": N_("which apps were built for testing, so that a computer may read their data"),
}
"""What a phone may be unable to answer (`AppInventory.not_asked`)."""


def storage_name(storage: StorageCoverage) -> str:
    """Return what a storage is called: the person's own files, a card with its label, the apps themselves."""
    label = readable(storage.label or (storage.name if storage.area in {"user", "card"} else ""))
    name = _(_AREAS[storage.area]) if storage.area in _AREAS else readable(storage.area)
    return labelled(name, label) if label else name


def app_name(app: AppCoverage) -> str:
    """Return an app's package, with its user where that is not the phone's owner."""
    return _with_user(app, readable(app.package))


def app_title(app: AppCoverage) -> str:
    """Return what people call an app, or else its package; with its user where that is not the phone's owner."""
    return _with_user(app, app_called(app.package) or readable(app.package))


def _with_user(app: AppCoverage, name: str) -> str:
    return _("{package} (user {user})").format(package=name, user=app.user_id) if app.user_id else name


def app_called(package: str) -> str:
    """Return what people call an app, in the reader's language; empty where that is not known."""
    known = PRECIOUS.get(package)
    return _(known.name) if known else ""


def apps_called(text: str) -> tuple[str, ...]:
    """Return the packages of the apps that people call so, or by a name with this in it; none for an empty text."""
    wanted = text.casefold()
    return tuple(package for package in PRECIOUS if wanted and wanted in app_called(package).casefold())


def row_why(row: StorageCoverage | AppCoverage) -> str:
    """Return why a storage or an app is in its state; of an app with the phone's own words about a refusal."""
    why = readable(reason_sentence(row.reason))
    if isinstance(row, StorageCoverage) or not row.detail:
        return why
    return _("{sentence} ({detail})").format(sentence=why, detail=readable(translated_detail(row.detail)))


def concerns_the_person(app: AppCoverage) -> bool:
    """Tell whether an app is listed: the phone's own are not, unless they hold or lose something to be seen."""
    return not app.is_system or bool(app.kept_bytes or app.own_backups or app.state == "kept in part")


def gap_why(gap: Gap) -> str:
    """Return why a name is missing, with the phone's own words where there are any."""
    why = readable(gap_sentence(gap.reason))
    if not gap.detail:
        return why
    return _("{sentence} ({detail})").format(sentence=why, detail=readable(translated_detail(gap.detail)))


def coverage_sentences(coverage: Coverage) -> list[str]:
    """Return the answer to "what would I lose?" in plain sentences."""
    found = coverage.totals
    kept = {"files": formats.files(found.kept_files), "size": formats.size(found.kept_bytes)}
    lost = found.out_of_reach_bytes
    if coverage.iphone_backup is not None:
        said = _iphone_sentences(coverage.iphone_backup, kept)
    elif coverage.is_of_backup_file:
        said = [_("Kept from the backup file: {files} ({size}).").format(**kept)]
    elif lost:
        said = [
            _("If this phone broke now, you would keep {files} ({size}) and lose at least {lost}.").format(
                **kept, lost=formats.size(lost)
            )
        ]
    else:
        said = [_("If this phone broke now, you would keep {files} ({size}).").format(**kept)]
    if found.own_backup_bytes:
        said.append(
            _("{size} more are kept only as far as the apps' own backups go.").format(
                size=formats.size(found.own_backup_bytes)
            )
        )
    unknown = found.unknown_apps
    if unknown:
        said.append(
            ngettext(
                "For {count} app nobody can tell how much of it would be lost.",
                "For {count} apps nobody can tell how much of them would be lost.",
                unknown,
            ).format(count=unknown)
        )
    said += [record_sentence(record) for record in coverage.records or ()]
    said += _backup_file_sentences(coverage)
    said += _proof_sentences(coverage)
    said += _warnings(coverage)
    return said


def _iphone_sentences(backup: IphoneBackup, kept: Mapping[str, str]) -> list[str]:
    """Return what is kept of an iPhone backup, and what no such backup holds.

    Source: Apple, "Backup methods for iPhone, iPad and iPod touch" (backups from your computer) and "About encrypted
    backups on your iPhone, iPad or iPod touch" (support.apple.com/108353).
    """
    if backup.made is None:
        said = [_("Kept from the iPhone's backup, whose date is not known: {files} ({size}).").format(**kept)]
    else:
        text = _("Kept from the backup that the iPhone made on {date}: {files} ({size}). What is newer is not in it.")
        said = [text.format(date=formats.moment(backup.made), **kept)]
    said.append(
        _(
            "No iPhone backup holds what is in iCloud already (iCloud Photos, messages in iCloud), mail that lies on "
            "its server, Apple Pay, Face ID and Touch ID, the apps themselves, music and books that were synchronised "
            "or bought, or what apps keep out of backups, such as their caches."
        )
    )
    if backup.encrypted is False:
        said.append(
            _(
                "This backup is not encrypted, so the iPhone left out saved passwords, Wi-Fi settings, health data, "
                "the call history and the history of websites. An encrypted one holds them."
            )
        )
    return said


_RECORDS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "sms": (
        N_("Text messages kept: {count}."),
        N_("Text messages kept: {count}; missing: {missing}. {reason}"),
        N_("Text messages are not kept. {reason}"),
        N_("Text messages: the phone showed none."),
    ),
    "calls": (
        N_("Calls kept: {count}."),
        N_("Calls kept: {count}; missing: {missing}. {reason}"),
        N_("The call list is not kept. {reason}"),
        N_("Calls: the phone showed none."),
    ),
    "mms": (
        N_("Messages with pictures (MMS) kept: {count}."),
        N_("Messages with pictures (MMS) kept: {count}; missing or incomplete: {missing}. {reason}"),
        N_("Messages with pictures (MMS) are not kept. {reason}"),
        N_("Messages with pictures (MMS): the phone showed none."),
    ),
    "contacts": (
        N_("Contacts kept: {count}."),
        N_("Contacts kept: {count}; missing or incomplete: {missing}. {reason}"),
        N_("Contacts are not kept. {reason}"),
        N_("Contacts: the phone showed none."),
    ),
    "calendar": (
        N_("Calendar events kept: {count}."),
        N_("Calendar events kept: {count}; missing: {missing}. {reason}"),
        N_("The calendar is not kept. {reason}"),
        N_("Calendar events: the phone showed none."),
    ),
}
"""All kept; some missing; refused; none there."""


def record_sentence(record: RecordCoverage) -> str:
    """Return what became of the phone's messages, or calls."""
    kept, part, refused, none = _RECORDS.get(record.kind, (readable(record.kind),) * 4)
    if record.missing:
        text = part
    elif record.state == "out of reach":
        text = refused
    else:
        text = kept if record.kept else none
    why = record_why(record)
    return _(text).format(count=f"{record.kept:,}", missing=f"{record.missing:,}", reason=why)


def record_why(record: RecordCoverage) -> str:
    """Return why messages or calls are missing, with the version of Android that it is about, and what to do."""
    reason = readable(reason_sentence(record.reason))
    android = readable(record.android)
    version = _("The phone says that it runs Android {version}.").format(version=android) if android else ""
    return sentences(reason, version, next_step_sentence(record.next_step))


_BACKUP_FILES: Final[Mapping[str, str]] = {
    "rewritten-as-text": N_(
        "{path} is a backup file that was damaged when it was copied: a program took it for text. Copy it once more"
        " from where it was made, by cable or in binary mode."
    ),
    "damaged": N_("{path} is a backup file that is damaged at its very beginning. Copy it once more, or make it anew."),
    "empty": N_("{path} is a backup file that holds nothing: no app took part, or nobody confirmed it."),
    "not-a-backup": N_("{path} is called like a backup file and is none."),
    "unknown-kind": N_("{path} is a backup file of a kind that is not known here."),
    "not-looked-into": N_("{path} is called like a backup file; the vault did not give it back to look."),
}
_NAMED: Final = 5
"""Files of one kind that are named one by one."""


def _backup_file_sentences(coverage: Coverage) -> list[str]:
    """Return what there is to say of Android's backup files among the phone's files."""
    files = coverage.backup_files
    said = []
    sound = sum(file.state == "sound" for file in files)
    sealed = sum(file.state == "encrypted" for file in files)
    if sound:
        said.append(
            ngettext(
                "{count} Android backup file is kept that is sound at its beginning.",
                "{count} Android backup files are kept that are sound at their beginning.",
                sound,
            ).format(count=sound)
        )
    if sealed:
        said.append(
            ngettext(
                "{count} encrypted Android backup file is kept: without its password nobody can open it.",
                "{count} encrypted Android backup files are kept: without their passwords nobody can open them.",
                sealed,
            ).format(count=sealed)
        )
    for state, sentence in _BACKUP_FILES.items():
        paths = [readable(file.path) for file in files if file.state == state]
        said += [_(sentence).format(path=path) for path in paths[:_NAMED]]
        more = len(paths) - _NAMED
        if more > 0:
            said.append(
                ngettext("… and {count} more file like it.", "… and {count} more files like it.", more).format(
                    count=more
                )
            )
    return said


def _proof_sentences(coverage: Coverage) -> list[str]:
    """Return how sure the files are, in plain sentences."""
    levels = coverage.levels
    if levels is None or not levels.files:
        return []
    said = []
    if levels.matched and levels.oldest_match is not None:
        said.append(
            _("Compared with the phone's own checksums: {matched} of {files}, the longest ago on {date}.").format(
                matched=f"{levels.matched:,}",
                files=formats.files(levels.files),
                date=formats.moment(levels.oldest_match),
            )
        )
    if levels.stored:
        said.append(
            _("Stored and read back, but never compared with the phone: {files}.").format(
                files=formats.files(levels.stored)
            )
        )
    if levels.mismatched:
        said.append(
            _("The phone twice computed a different checksum: {files}.").format(files=formats.files(levels.mismatched))
        )
    return said


def _warnings(coverage: Coverage) -> list[str]:
    said: list[str] = []
    if coverage.partial:
        said.append(_("This backup was cut short: run it again, it goes on where it stopped."))
    if coverage.waiting is not None and coverage.waiting.files:
        said.append(
            _("Still to be sent: {files} ({size}).").format(
                files=formats.files(coverage.waiting.files), size=formats.size(coverage.waiting.bytes)
            )
        )
    said += [
        _("The storage “{name}” was there last time and is missing now.").format(name=readable(name))
        for name in coverage.missing_storages
    ]
    if coverage.clock_went_back:
        said.append(_("The phone's clock was set back since the snapshot before, so more was read again."))
    if coverage.not_checked:
        names = enumeration(sorted(_question(name) for name in coverage.not_checked))
        said.append(_("Not checked, because the phone could not answer: {names}.").format(names=names))
    return said


def _question(name: str) -> str:
    return str(question_words(name))


def question_words(name: str) -> Words:
    """Return what a phone was asked and could not answer (`Coverage.not_checked`), as a clause."""
    user = name.removeprefix("apps-of-user-")
    if user != name:
        return words("which apps user {user} has", user=readable(user))
    return Words(_QUESTIONS[name]) if name in _QUESTIONS else verbatim(readable(name))
