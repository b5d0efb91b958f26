"""The updates of an adb phone; see `phones.updating.UpdatablePhone`."""

from collections.abc import Callable, Sequence

from phoneward.errors import readable
from phoneward.phones.adb import facts, packages, pm, push_steps
from phoneward.phones.adb.phone import AdbPhone
from phoneward.phones.adb.push_steps import patient
from phoneward.phones.adb.sessions import Refused, Session, refused
from phoneward.phones.adb.shell import quote
from phoneward.phones.errors import PhoneCannotBeWrittenError, UpdateRefusedError
from phoneward.phones.updating import DefinedPermission, DeviceFacts, InstallOptions, PackageState
from phoneward.phones.words import NO_SESSION
from phoneward.phones.writing import ApkFile
from phoneward.progress import Listener, silent

_LIMIT = 1 << 20


class AdbUpdater:
    """An Android phone whose apps can be looked at one by one, and updated; see `UpdatablePhone`.

    Args:
        phone: open.
    """

    def __init__(self, phone: AdbPhone) -> None:
        self._phone = phone

    def device_facts(self) -> DeviceFacts:
        """Return what the phone is; see `UpdatablePhone`."""
        return facts.device_facts(self._phone.properties)

    def package_state(self, package: str, user_id: int = 0) -> PackageState | None:
        """Return what the phone records of one app; see `UpdatablePhone`."""
        zone = pm.time_zone(self._phone.properties.get("persist.sys.timezone", ""), self._clock_offset())
        return packages.package_state(self._phone.shell, package, user_id, zone)

    def _clock_offset(self) -> str:
        return self._phone.shell.run(b"date +%z", limit=1 << 16).stdout.decode("ascii", "replace")

    def defined_permissions(self) -> tuple[DefinedPermission, ...] | None:
        """Return what apps define; see `UpdatablePhone`."""
        return packages.defined_permissions(self._phone.shell)

    def free_bytes(self) -> int | None:
        """Return the room on /data; see `UpdatablePhone`."""
        return push_steps.free_bytes(self._phone.shell, b"/data")

    def install_update(
        self,
        package: str,
        apks: Sequence[ApkFile],
        *,
        options: InstallOptions = InstallOptions(),  # noqa: B008 - frozen
        before_commit: Callable[[], None] | None = None,
        listener: Listener = silent,
    ) -> None:
        """Install a set of APKs in one session; see `UpdatablePhone`."""
        if not self._phone.shell.has_protocol:
            raise PhoneCannotBeWrittenError(serial=self._phone.serial)

        def failed(answer: Refused) -> UpdateRefusedError:
            return _error(package, answer)

        if not pm.is_package(package) or (options.installer and not pm.is_package(options.installer)):
            raise failed(Refused("", NO_SESSION, ""))
        creates = _create_options(package, options)
        Session(self._phone.shell, apks, creates, failed, before_commit or _nothing, listener).run()

    def uninstall(self, package: str, *, keep_data: bool = False, user_id: int | None = None) -> None:
        """Take an app away; see `UpdatablePhone`.

        Source: AOSP PackageManagerShellCommand.java `runUninstall`: `Success` or `Failure [WORDS]`.
        """
        if not self._phone.shell.has_protocol:
            raise PhoneCannotBeWrittenError(serial=self._phone.serial)
        if not pm.is_package(package):
            raise _error(package, Refused("", NO_SESSION, ""))
        words = [b"pm uninstall", *([b"-k"] if keep_data else [])]
        if user_id is not None:
            words.append(b"--user %d" % user_id)
        words += [quote(package.encode()), b"2>&1"]
        done = self._phone.shell.run(patient(b" ".join(words)), limit=_LIMIT)
        if done.stdout.strip() != b"Success":
            raise _error(package, refused(done))


def _create_options(package: str, options: InstallOptions) -> list[bytes]:
    """Return options for `pm install-create`: all, and without those that only say what an older phone does anyway.

    `-r` is the default since Android 9 and still understood; `-R` came with Android 9, and before it nothing is
    replaced without `-r`. `--bypass-low-target-sdk-block` came with Android 14; before it there is no such block.
    """
    fixed = [b"--user %d" % options.user_id]
    if options.inherit:
        fixed.append(b"-p " + quote(package.encode()))
    if options.allow_test_only:
        fixed.append(b"-t")
    if options.allow_downgrade:
        fixed.append(b"-d")
    if options.installer:
        fixed.append(b"-i " + quote(options.installer.encode()))
    replace = [b"-r"] if options.over_existing else [b"-R"]
    bypass = [b"--bypass-low-target-sdk-block"] if options.bypass_low_target_sdk else []
    tries = [[*replace, *fixed, *bypass], [*replace, *fixed]]
    if not options.over_existing:
        tries.append(fixed)
    return list(dict.fromkeys(b" ".join(words) for words in tries))


def _error(package: str, answer: Refused) -> UpdateRefusedError:
    return UpdateRefusedError(package=readable(package), status=answer.status, reason=answer.reason, words=answer.words)


def _nothing() -> None:
    pass
