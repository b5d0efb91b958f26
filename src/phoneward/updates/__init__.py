"""Is this update safe for my data? What Android would do with an update, before anything is installed.

Callers use what stands here.
"""

from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.errors import NoBaseError, UpdateError
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
from phoneward.updates.signing_names import fits_publisher, known_signer, publisher_signers
from phoneward.updates.subject import Device, Installed, PermissionOwner, SharedUserMember
from phoneward.updates.timeline import AppKey, AppThen, At, Period
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict
from phoneward.updates.verdict_words import explanation, headline

__all__ = [
    "Alarm",
    "AppKey",
    "AppThen",
    "At",
    "Device",
    "Effect",
    "Held",
    "HeldReader",
    "Installed",
    "Judgement",
    "Kind",
    "NoBaseError",
    "Period",
    "PermissionOwner",
    "PhoneHistory",
    "Reason",
    "SharedUserMember",
    "UpdateError",
    "Verdict",
    "alarm_detail",
    "alarm_title",
    "called",
    "explanation",
    "fits_publisher",
    "headline",
    "held_words",
    "installed_from",
    "installer_words",
    "judge",
    "known_signer",
    "lowered_by",
    "publisher_signers",
    "read_history",
    "severity_of",
    "signer_words",
    "version_of",
]
