"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.updates.against import Against, AgainstApks
from phoneward.updates.against_phone import AgainstPhone
from phoneward.updates.against_snapshot import AgainstSnapshot
from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.answer import main_reasons, needs_copy
from phoneward.updates.answering import answer as room_answer
from phoneward.updates.checking import Checked, check_file, worst_verdict
from phoneward.updates.errors import NoBaseError, UpdateError
from phoneward.updates.facts import CACHE
from phoneward.updates.found import FoundFile, FoundFiles, Where, found_in_snapshot, found_on_computer, found_on_phone
from phoneward.updates.from_apk import installed_from
from phoneward.updates.held import Held, HeldReader
from phoneward.updates.history import PhoneHistory, read_history
from phoneward.updates.history_words import (
    alarm_detail,
    alarm_title,
    called,
    held_words,
    installer_words,
    severity_of,
    signer_words,
    version_of,
)
from phoneward.updates.incidents import lowered_by
from phoneward.updates.judging import judge
from phoneward.updates.looking import FoundUpdate, Opener, Others, WrongPublisher, check_found, wrong_publishers
from phoneward.updates.news import news
from phoneward.updates.on_phone import installed_on_phone
from phoneward.updates.opening_found import opener
from phoneward.updates.sarif import Told, sarif_log
from phoneward.updates.signing_names import fits_publisher, known_signer, publisher_signers
from phoneward.updates.stakes import Copy, Kept, Stakes, newest_coverage
from phoneward.updates.subject import Device, Installed, PermissionOwner, SharedUserMember
from phoneward.updates.timeline import AppKey, AppThen, At, Period
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict
from phoneward.updates.verdict_words import explanation, headline

__all__ = [
    "CACHE",
    "Against",
    "AgainstApks",
    "AgainstPhone",
    "AgainstSnapshot",
    "Alarm",
    "AppKey",
    "AppThen",
    "At",
    "Checked",
    "Copy",
    "Device",
    "Effect",
    "FoundFile",
    "FoundFiles",
    "FoundUpdate",
    "Held",
    "HeldReader",
    "Installed",
    "Judgement",
    "Kept",
    "Kind",
    "NoBaseError",
    "Opener",
    "Others",
    "Period",
    "PermissionOwner",
    "PhoneHistory",
    "Reason",
    "SharedUserMember",
    "Stakes",
    "Told",
    "UpdateError",
    "Verdict",
    "Where",
    "WrongPublisher",
    "alarm_detail",
    "alarm_title",
    "called",
    "check_file",
    "check_found",
    "explanation",
    "fits_publisher",
    "found_in_snapshot",
    "found_on_computer",
    "found_on_phone",
    "headline",
    "held_words",
    "installed_from",
    "installed_on_phone",
    "installer_words",
    "judge",
    "known_signer",
    "lowered_by",
    "main_reasons",
    "needs_copy",
    "newest_coverage",
    "news",
    "opener",
    "publisher_signers",
    "read_history",
    "room_answer",
    "sarif_log",
    "severity_of",
    "signer_words",
    "version_of",
    "worst_verdict",
    "wrong_publishers",
]
