"""What can go wrong with a phone."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.phones.base import Obstacle
from phoneward.phones.records import RecordObstacle
from phoneward.phones.words import translated_detail
from phoneward.texts import N_, _


class PhoneError(PhonewardError):
    """Base of the errors of `phones/`."""

    def sentence(self) -> str:
        """What happened, in the reader's language; the phone's own words as they are."""
        details = {
            key: translated_detail(word) if isinstance(word, str) else word for key, word in self.details.items()
        }
        return _(self.message).format(**details)


class PhoneGoneError(PhoneError):
    """The connection was lost in the middle of the work."""

    message = N_("The connection to the phone was lost ({detail}).")
    next_step = N_("Plug the phone in again, unlock it, and run the same command: it goes on where it stopped.")
    exit_code = ExitCode.FAILED


class FileReadError(PhoneError):
    """One file could not be read; the others can. Caught by `snapshots`, which names the file in coverage.

    Args:
        obstacle: why.
        path: which file, made readable.
        detail: the phone's own words.
    """

    message = N_("{path} could not be read ({detail}).")
    next_step = N_("Open the file on the phone; if that works, run the backup again.")

    def __init__(self, obstacle: Obstacle, *, path: str, detail: str) -> None:
        super().__init__(path=path, detail=detail)
        self.obstacle = obstacle


class RecordBytesError(PhoneError):
    """What lies behind one record could not be read; others can. Caught by `snapshots`, which counts it as missing.

    Args:
        obstacle: why.
        detail: the phone's own words.
    """

    message = N_("A picture or another attachment could not be read from the phone ({detail}).")
    next_step = N_("Open the message on the phone; if its picture shows there, run the backup again.")

    def __init__(self, obstacle: RecordObstacle, *, detail: str) -> None:
        super().__init__(detail=detail)
        self.obstacle = obstacle


class FolderMissingError(PhoneError):
    """The folder given as a phone cannot be opened."""

    message = N_("The folder {path} cannot be opened ({detail}).")
    next_step = N_("Check the spelling, and that the card or disk is plugged in and that you may open it.")
    exit_code = ExitCode.FAILED


class PhoneSilentError(PhoneGoneError):
    """Nothing came for as long as we wait."""

    message = N_("The phone has not answered for {seconds} seconds.")
    next_step = N_("Unlock the phone, check the cable and repeat the command: it goes on where it stopped.")


class PhoneAnswerError(PhoneGoneError):
    """The phone, or the adb server, said something that its protocol does not know. Nothing more is asked of it."""

    message = N_("The phone gave an answer that makes no sense ({detail}).")
    next_step = N_("Unplug the phone, plug it in again and repeat the command; if it happens again, restart the phone.")


class AdbMissingError(PhoneError):
    """There is no adb program on this computer."""

    message = N_("The program adb, which talks to Android phones, was not found on this computer.")
    next_step = N_(
        "Install it: on Debian or Ubuntu 'sudo apt install adb', on macOS 'brew install android-platform-tools', "
        "anywhere 'pip install phoneward[adb]'. If you have one already, put its path into PHONEWARD_ADB."
    )


class AdbServerError(PhoneError):
    """The adb server of this computer does not answer as one."""

    message = N_("The adb service of this computer does not work ({detail}).")
    next_step = N_("Run 'adb kill-server', then repeat the command.")


class NoPhoneError(PhoneError):
    """No phone is attached."""

    message = N_("No phone is connected.")
    next_step = N_(
        "Plug the phone in and unlock it. If it was never used with this computer: open Settings, About phone, tap "
        "'Build number' seven times, then switch on 'USB debugging' under Developer options. Some cables only charge."
    )


class SeveralPhonesError(PhoneError):
    """More than one phone is attached and none was chosen."""

    message = N_("Several phones are connected: {phones}.")
    next_step = N_("Say which one you mean with --adb and the word before its name, for example --adb {example}.")
    exit_code = ExitCode.USAGE


class PhoneNotFoundError(PhoneError):
    """The phone that was asked for is not attached."""

    message = N_("The phone {serial} is not connected ({detail}).")
    next_step = N_("Check the cable and the spelling; `phoneward devices` lists the phones this computer sees.")


class PhoneUnauthorizedError(PhoneError):
    """The phone has not been told to trust this computer."""

    message = N_("The phone {serial} does not trust this computer yet.")
    next_step = N_(
        "Unlock the phone: it asks 'Allow USB debugging?'. Tap Allow, then repeat the command. If it does not ask, "
        "unplug it and plug it in again."
    )


class PhoneOfflineError(PhoneError):
    """The phone is attached and does not answer."""

    message = N_("The phone {serial} is connected but does not answer.")
    next_step = N_("Unlock the phone, unplug it and plug it in again; if that does not help, restart the phone.")


class PhoneNoPermissionError(PhoneError):
    """This computer's user may not open the USB device."""

    message = N_("This computer does not let you open the phone {serial} on its USB port ({detail}).")
    next_step = N_(
        "On Debian or Ubuntu run 'sudo apt install android-sdk-platform-tools-common' and "
        "'sudo usermod -aG plugdev $USER', log out and in again, and plug the phone in again."
    )


class PhoneModeError(PhoneError):
    """The phone runs something other than Android."""

    message = N_("The phone {serial} has started into its {mode} mode, where its files cannot be reached.")
    next_step = N_("Restart the phone the usual way and unlock it, then repeat the command.")


class UnencryptedConnectionError(PhoneError):
    """An adb connection over a network that anyone on it can read."""

    message = N_(
        "The connection to {serial} goes over the network without encryption: others on it could read your files."
    )
    next_step = N_(
        "Use a USB cable, or Android's own 'Wireless debugging' (Android 11 and later, which is encrypted). If you "
        "trust every device on this network, repeat the command with --allow-unencrypted."
    )
    exit_code = ExitCode.USAGE


class NotEncryptedError(UnencryptedConnectionError):
    """`connect` was told to use a port that does not encrypt."""

    message = N_("{serial} answers without encryption: others on the network could read your files.")


class AddressError(PhoneError):
    """Something typed as a network address is none."""

    message = N_("{address} is not the address of a phone.")
    next_step = N_("Type it as the phone shows it under 'Wireless debugging', for example 192.168.1.23:37099.")
    exit_code = ExitCode.USAGE


class PairingCodeError(PhoneError):
    """The pairing code is not six digits."""

    message = N_("A pairing code has six digits.")
    next_step = N_(
        "On the phone open Developer options, Wireless debugging, 'Pair device with pairing code', and type the digits "
        "that it shows, or give them with --code."
    )
    exit_code = ExitCode.USAGE


class PairingRefusedError(PhoneError):
    """Pairing did not succeed."""

    message = N_("The phone at {address} was not paired ({detail}).")
    next_step = N_(
        "Code and address count only while the phone shows them, and change each time: open 'Pair device with pairing "
        "code' again and type both as shown. Phone and computer must be in the same network."
    )


class NotPairedError(PhoneError):
    """A phone at an address does not let this computer in."""

    message = N_("The phone at {address} did not let this computer in ({detail}).")
    next_step = N_(
        "Pair first with 'phoneward pair', once for each phone. The address for connecting is the one on the page "
        "'Wireless debugging' itself; it changes when that is switched off and on."
    )


class AdbTooOldError(PhoneError):
    """This computer's adb is older than wireless debugging."""

    message = N_("The adb of this computer is too old for wireless debugging, which needs version 30 or newer.")
    next_step = N_(
        "'pip install phoneward[adb]' brings a newer one along (put its path into PHONEWARD_ADB), or use a cable. If "
        "an old adb is running, 'adb kill-server' ends it."
    )


class NoWirelessPhoneError(PhoneError):
    """No phone announces itself on the network."""

    message = N_("No phone was found on this network.")
    next_step = N_(
        "On the phone open Developer options, Wireless debugging, and switch it on; phone and computer must be in the "
        "same network. Where it still is not found, add the address that the phone shows to the command, such as "
        "192.168.1.23:37099."
    )


class NoAnnouncementsError(PhoneError):
    """This computer's adb does not listen to what phones announce on the network."""

    message = N_("The adb of this computer cannot find phones on the network by itself.")
    next_step = N_(
        "Pair with the six digits instead: on the phone tap 'Pair device with pairing code', and give the address that "
        "it shows to 'phoneward pair'. 'pip install phoneward[adb]' brings an adb along that can (put its path into "
        "PHONEWARD_ADB). Or use a cable."
    )


class NotScannedError(PhoneError):
    """No phone has read the QR code in time."""

    message = N_("No phone has read the code in time.")
    next_step = N_(
        "Make a new code and read it with the camera under Developer options, Wireless debugging, 'Pair device with QR "
        "code'. Phone and computer must be in the same network; many guest networks, and those of companies, keep "
        "devices apart. Then use a cable."
    )


class PairedNotFoundError(PhoneError):
    """A phone was paired, and then did not show where to connect."""

    message = N_("The phone at {address} trusts this computer now, but did not say where to connect.")
    next_step = N_(
        "Look at the phone's page 'Wireless debugging' and give the address shown there to 'phoneward connect'."
    )


class SeveralWirelessPhonesError(PhoneError):
    """More than one phone announces itself."""

    message = N_("Several phones are on this network: {phones}.")
    next_step = N_("Give the address of yours, as it is shown on its page 'Wireless debugging'.")
    exit_code = ExitCode.USAGE


class PhoneCannotBeWrittenError(PhoneError):
    """The phone's tools do not tell whether something worked, so nothing is written to it."""

    message = N_("The phone {serial} is too old: its Android does not tell whether a file was written properly.")
    next_step = N_(
        "Restore into a folder with --target DIR, and copy the files to the phone as to a USB drive; or use a phone "
        "with Android 7 or later."
    )


class NoRootError(PhoneError):
    """The phone gives no root rights."""

    message = N_("This phone gives the computer no root rights: {detail}.")
    next_step = N_(
        "This works on rooted phones only. If yours is one, unlock it and run the command again: its root app (such as "
        "Magisk or KernelSU) asks on the screen whether the shell may have root rights; allow it. What can be kept "
        "without root, says: phoneward coverage"
    )


class AdbRootOffError(NoRootError):
    """The build lets adbd itself run as root, which nobody has asked it for, and no `su` works."""

    message = N_("This phone's system lets the computer have root rights, but nobody has turned them on.")
    next_step = N_(
        "Type adb root, wait until the phone is back, and run the command again. If that answers that root access is "
        "disabled, allow it on the phone first: Settings, System, Developer options, Rooted debugging. If it answers "
        "that adbd cannot run as root in production builds, this phone gives no root rights. Afterwards: adb unroot"
    )


class NoRootedAppsError(PhoneError):
    """None of the apps that were asked for has private data that can be taken."""

    message = N_("The phone has no app whose private data could be backed up.")
    next_step = N_("Name the app by its package, such as --app com.whatsapp; the phone must have been unlocked once.")
    exit_code = ExitCode.FAILED


class RootedWriteError(PhoneError):
    """The phone did not take an app's data; what it has is as it was."""

    message = N_("The phone did not take the data ({detail}). The app's own is as it was.")
    next_step = N_("Look whether the phone has room, then run the same command again.")
    exit_code = ExitCode.FAILED


class RootedDataDifferentError(PhoneError):
    """What lies on the phone is not what was sent; it was not put in place."""

    message = N_("The phone has something else than was sent, first at {path}. The app's own data is as it was.")
    next_step = N_("Run the same command again. If it says so again, look at the cable, and at the phone's storage.")
    exit_code = ExitCode.FAILED


class InstallRefusedError(PhoneError):
    """The phone did not take an app. Caught by `snapshots`, which names the app in the table.

    Args:
        package: which app.
        reason: one of our words (`words.INSTALL_WORDS` and the like).
        words: the phone's own, readable; may be empty.
    """

    message = N_("{package} was not installed: {reason} ({words}).")
    next_step = N_("Install it from its store; its files in the snapshot are kept.")

    def __init__(self, *, package: str, reason: str, words: str) -> None:
        super().__init__(package=package, reason=reason, words=words)
        self.reason = reason
        self.words = words


class UpdateRefusedError(PhoneError):
    """The phone did not take an update, or did not take an app away: app and data are as they were.

    Args:
        package: which app.
        status: Android's name for it, `INSTALL_FAILED_…`; empty where it gave none.
        reason: one of our words (`words.INSTALL_WORDS` and the like).
        words: the phone's own, readable; may be empty.
    """

    message = N_("The phone did not do this with {package}: {reason} ({words}). App and data are as they were.")
    next_step = N_("Do not uninstall the app to make room for the new one: that deletes its data.")

    def __init__(self, *, package: str, status: str, reason: str, words: str) -> None:
        super().__init__(package=package, reason=reason, words=words)
        self.status = status
        self.reason = reason
        self.words = words


class InstallCutOffError(PhoneGoneError):
    """The connection was lost, or the phone fell silent, in the middle of an install.

    Args:
        detail: how the connection ended.
        was_asked: whether the phone had been asked to put the new version in place: then only the phone can tell
            whether it did.
    """

    message = N_("The connection to the phone was lost during the install ({detail}).")
    next_step = N_("Plug the phone in again and unlock it, then look whether the app opens and has its data.")

    def __init__(self, *, detail: str, was_asked: bool) -> None:
        super().__init__(detail=detail)
        self.was_asked = was_asked
