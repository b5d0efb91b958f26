"""What can go wrong with telling a person."""

from phoneward.errors import PhonewardError, UsageError
from phoneward.texts import N_


class NotifyError(PhonewardError):
    """Base of the errors of `notifying`."""


class ChannelRefusedError(NotifyError):
    """A channel did not take a message."""

    message = N_("The message could not be sent by {channel}: {detail}")
    next_step = N_("Check what you set with: phoneward notify – then try it with: phoneward notify test")


class NoDesktopError(NotifyError):
    """Nothing shows messages on this computer's screen."""

    message = N_("This computer offers no way to show a message on the screen: {detail}")
    next_step = N_("On Linux install notify-send (package libnotify-bin), or be told by e-mail or ntfy instead.")


class ChannelSettingError(UsageError):
    """A channel cannot be set like that."""

    message = N_("Messages cannot be sent there: {problem}")
    next_step = N_("See how each way is set with: phoneward notify add --help")


class NoChannelError(UsageError):
    """There is no such channel."""

    message = N_("You are not told anything by {channel}.")
    next_step = N_("See what is set with: phoneward notify")


class NotifySettingsError(NotifyError):
    """The file in which it is written down cannot be used."""

    message = N_("What you set about messages cannot be read: {path} ({detail}).")
    next_step = N_("Remove that file and set it anew with: phoneward notify add")
