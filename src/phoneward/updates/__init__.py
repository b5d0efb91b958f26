"""Is this update safe for my data? What Android would do with an update, before anything is installed.

Callers use what stands here.
"""

from phoneward.updates.alarms import Alarm, Kind
from phoneward.updates.answering import answer
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
from phoneward.updates.news import news
from phoneward.updates.timeline import AppKey, AppThen, At, Period

__all__ = [
    "Alarm",
    "AppKey",
    "AppThen",
    "At",
    "Held",
    "HeldReader",
    "Kind",
    "Period",
    "PhoneHistory",
    "alarm_detail",
    "alarm_title",
    "answer",
    "called",
    "held_words",
    "installer_words",
    "news",
    "read_history",
    "severity_of",
    "signer_words",
    "version_of",
]
