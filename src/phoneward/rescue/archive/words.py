"""What kinds of sources are called."""

from typing import Final

from phoneward.rescue.archive.message import Kind
from phoneward.texts import N_, _

_TITLES: Final = {
    Kind.SMS_XML: N_("Text messages (XML)"),
    Kind.ANDROID_SMS: N_("Text messages of an Android phone (database)"),
    Kind.IOS_MESSAGES: N_("Messages of an iPhone or Mac (database)"),
    Kind.WHATSAPP: N_("WhatsApp (database)"),
    Kind.WHATSAPP_OLD: N_("WhatsApp before 2021 (database)"),
    Kind.WHATSAPP_TEXT: N_("WhatsApp (exported chat)"),
    Kind.WHATSAPP_IOS: N_("WhatsApp of an iPhone (database)"),
    Kind.TELEGRAM: N_("Telegram (export)"),
    Kind.SIGNAL: N_("Signal (database)"),
    Kind.SIGNAL_DESKTOP: N_("Signal on a computer (export)"),
}


def kind_title(kind: Kind) -> str:
    """Return what a kind of source is called, in the reader's language."""
    return _(_TITLES[kind])
