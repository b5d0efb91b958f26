"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

from phoneward.notifying.errors import (
    ChannelRefusedError,
    ChannelSettingError,
    NoChannelError,
    NoDesktopError,
    NotifyError,
    NotifySettingsError,
)
from phoneward.notifying.message import Kind, Message
from phoneward.notifying.sending import Sent, notify, send
from phoneward.notifying.settings_file import (
    Channel,
    ChannelName,
    Desktop,
    Email,
    Ntfy,
    Security,
    Webhook,
    checked,
    load_channels,
    name_of,
    save_channels,
)

__all__ = [
    "Channel",
    "ChannelName",
    "ChannelRefusedError",
    "ChannelSettingError",
    "Desktop",
    "Email",
    "Kind",
    "Message",
    "NoChannelError",
    "NoDesktopError",
    "NotifyError",
    "NotifySettingsError",
    "Ntfy",
    "Security",
    "Sent",
    "Webhook",
    "checked",
    "load_channels",
    "name_of",
    "notify",
    "save_channels",
    "send",
]
