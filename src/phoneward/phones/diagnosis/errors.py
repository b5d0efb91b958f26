"""What keeps a phone from being used although adb has no word for it: seen on USB, beside adb."""

from phoneward.phones.errors import NoPhoneError, PhoneError
from phoneward.texts import N_, _


class NothingOnUsbError(NoPhoneError):
    """USB was looked at and there is no phone: it is not plugged in, or its cable only charges."""

    message = N_("No phone was seen on the USB ports of this computer.")
    next_step = N_(
        "Plug the phone in and unlock it. If it is plugged in and charging, its cable can probably only charge: take "
        "the cable that came with the phone, or another one made for data, and a port of the computer itself."
    )


class DebuggingOffError(PhoneError):
    """A phone is on USB without adb. Why there is none cannot be seen from here.

    Args:
        phone: how the phone is called.
        use: what the computer sees it as, one of `situations.USES`; translated when it is shown.
    """

    message = N_("{phone} is plugged in, but USB debugging is probably off: the computer sees it only as {use}.")
    next_step = N_(
        "Switch on 'USB debugging' in the phone's Developer options; a phone that is set to charge only must be set to "
        "'File transfer' too. If it is on already, unplug the phone and plug it in again. Where the switch cannot be "
        "moved, an employer or a school that manages the phone may have forbidden it; on a Samsung phone, Auto "
        "Blocker does."
    )

    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return _(self.message).format(**{**self.details, "use": _(str(self.details["use"]))})


class NoDriverError(PhoneError):
    """Windows has no driver for the phone.

    Args:
        phone: how the phone is called.
        code: Windows' number for the problem.
    """

    message = N_("Windows sees {phone} but has no working driver for it (code {code}).")
    next_step = N_(
        "Wait a minute: Windows often finds the driver by itself; look under Settings, Windows Update, Optional "
        "updates. Otherwise install the USB driver or the phone program of the phone's maker. Or do without cable and "
        "driver: `phoneward pair --qr` (Android 11 and later)."
    )


class NotSeenByAdbError(PhoneError):
    """A phone offers adb on USB, and adb does not list it."""

    message = N_("USB debugging is on in {phone}, but adb does not see it.")
    next_step = N_(
        "Unplug the phone and plug it in again. If that does not help, run 'adb kill-server' and try again; on "
        "Windows, install the USB driver of the phone's maker. Close other programs that use the phone."
    )


class NoAdbOnPhoneError(PhoneError):
    """The phone speaks HarmonyOS' own protocol: there is no adb on it."""

    message = N_("{phone} runs a system that does not know adb (HarmonyOS 5 and later). Phoneward cannot read it yet.")
    next_step = N_(
        "Until then, use the phone's own backup (look for 'backup' in its Settings), and copy photos and files over "
        "with 'File transfer'. The folder that you copied them to can be kept with `phoneward backup --folder FOLDER`."
    )
