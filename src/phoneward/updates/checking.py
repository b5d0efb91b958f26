"""One update file checked: opened, verified, judged, and what this person has in the app. Never fails for a file."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.apk import AppSet, open_app
from phoneward.apk.errors import ApkChangedError, ApkError, ApkTooLargeError, ApkUnreadableError
from phoneward.apk.source import Source
from phoneward.errors import readable
from phoneward.findings import Tier
from phoneward.texts import Size, Words
from phoneward.updates import answer
from phoneward.updates.against import Against
from phoneward.updates.judging import judge
from phoneward.updates.rules import Rule
from phoneward.updates.stakes import Stakes
from phoneward.updates.subject import Device, Installed
from phoneward.updates.verdict import Effect, Judgement, Reason, Verdict

NO_APP: Final = Rule(
    "not-an-app",
    Effect.NEVER,
    "The file is damaged, or is no app: no phone would open it.",
    "PackageInstallerSession.java validateApkInstallLocked; ApkLiteParseUtils.java parseApkLite",
    "INSTALL_PARSE_FAILED_NOT_APK",
)

RULES: Final = (NO_APP,)
"""Those of files that are not judged, since they cannot be opened."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, and what would become of the app and its data.

    Attributes:
        file: as the person named it, readable.
        judgement: see `Judgement`.
        sentence: the answer in one sentence.
        version_code, version_name: of the update; 0 and empty where it is no app.
        installed: the app that is there; None where it is not, or nothing is known of it.
        device: the phone that was thought of.
        stakes: what the person has in the app; None where the file is no update of an app that is there.
        advice: what to do, where something is wrong with the file; empty otherwise.
    """

    file: str
    judgement: Judgement
    sentence: Words
    device: Device
    version_code: int = 0
    version_name: str = ""
    installed: Installed | None = None
    stakes: Stakes | None = None
    advice: Words | None = None


def check_file(file: str, parts: Sequence[Path | Source], against: Against) -> Checked:
    """Check one update.

    Args:
        file: what to call it.
        parts: one APK, bundle or folder of APKs, or several files of a set.
        against: what it is checked against.

    Raises:
        PhoneGoneError: the connection to the phone was lost.
        ApkError: the files of the app that is installed cannot be read.
    """
    name, device = readable(file), against.device
    with ExitStack() as stack:
        try:
            app = stack.enter_context(open_app(parts, sdk=device.sdk, abis=device.abis))
        except ApkError as error:
            return _failed(name, error, device)
        return check_app(name, app, against)


def check_app(name: str, app: AppSet, against: Against) -> Checked:
    """Check an update that is open; see `check_file`."""
    installed = against.installed(app)
    try:
        judgement = judge(installed, app, against.device)
    except ApkError as error:  # it was changed, or cannot be read to its end
        return _failed(name, error, against.device)
    manifest = app.apks[0].manifest
    stakes = against.stakes(app.package) if installed is not None else None
    sentence = answer.sentence(judgement, against.called(judgement.package), stakes)
    version = (manifest.version_code, readable(manifest.version_name))
    return Checked(name, judgement, sentence, against.device, *version, installed, stakes)


def _failed(name: str, error: ApkError, device: Device) -> Checked:
    """Return what a file is that cannot be opened: no phone takes it, or it could not be looked into."""
    details = {
        key: value if isinstance(value, Words | Size | int) else str(value) for key, value in error.details.items()
    }
    text, advice = Words(error.message, details=details), Words(error.next_step, details=details)
    if isinstance(error, ApkUnreadableError | ApkChangedError | ApkTooLargeError):
        reason = Reason(error.code, Effect.UNKNOWN, text)
        judgement = Judgement("", Verdict.UNDECIDED, (reason,), Tier.NOT_CHECKED)
    else:
        judgement = Judgement("", Verdict.REFUSED, (NO_APP.says(text),))
    return Checked(name, judgement, text, device, advice=advice)


def worst_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that several files end with: a wipe, a refusal, what could not be told, else keeps."""
    order = (Verdict.KEEPS, Verdict.UNDECIDED, Verdict.REFUSED, Verdict.WIPES)
    return max(verdicts, key=order.index, default=Verdict.KEEPS)
