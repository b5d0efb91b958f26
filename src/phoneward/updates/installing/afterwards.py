"""The check afterwards: is the app there, is it what was judged, and does it still have its data?

Pure rules over what the phone said before and says now. Android's own record of when an app was first installed, and
the number it runs under, change only when the app was removed in between: its data with it (AOSP `PackageUserState`,
`Settings.addPackageLPw`). `pm clear` changes neither, so the app's files are looked for as well.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones import PackageState
from phoneward.snapshots import StillThere
from phoneward.texts import Words, counted, words

_NAMED = 5


class Data(enum.StrEnum):
    """What became of the app's data."""

    KEPT = "kept"
    LOST = "lost"
    UNSURE = "unsure"
    """Something could not be looked at, or some files are gone that the app itself may have removed."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What the check found.

    Attributes:
        data: see `Data`.
        is_judged: what is installed is byte for byte what was judged; None where the phone does not tell.
        sentences: what was looked at and found, what matters most first.
    """

    data: Data
    is_judged: bool | None
    sentences: tuple[Words, ...]

    @property
    def is_fine(self) -> bool:
        """Whether all is as it was to be."""
        return self.data is Data.KEPT and self.is_judged is True


States = Mapping[int, PackageState]
"""One app as each user of the phone has it, by user id; a user who does not have it is not in it."""


def changed_since(before: States, now: States) -> Words | None:
    """Return what of an app changed since it was judged against; None where it is the same app with the same data.

    Args:
        before: when it was judged.
        now: right before the commit.
    """
    if set(before) != set(now):
        return words("it was removed, or installed for somebody else")
    for user, old in before.items():
        new = now[user]
        if (old.version_code, old.splits, old.revision_codes) != (new.version_code, new.splits, new.revision_codes):
            return words("it has another version now")
        if (old.signer_hashes, old.past_signers) != (new.signer_hashes, new.past_signers):
            return words("it is signed by somebody else now")
        if (old.first_installed_ns, old.uid) != (new.first_installed_ns, new.uid):
            return words("it was removed and installed again, and its data with it")
        if (old.code_path, old.last_updated_ns) != (new.code_path, new.last_updated_ns):
            return words("it was installed again")
    return None


def look(
    before: States, now: States, judged: Sequence[bytes], installed: Sequence[bytes | None], files: StillThere
) -> Aftermath:
    """Return what became of an app that was updated.

    Args:
        before: the app for each user, when it was judged against.
        now: the same after the install.
        judged: SHA-256 of the APKs that were to be installed.
        installed: of those that are, as the phone tells; None for one it does not tell of.
        files: of the app's files in the snapshot, what the phone still has.
    """
    said: list[Words] = []
    lost = _lost(before, now, files)
    if lost:
        said += lost
    unsure = [] if lost else _unsure(before, now, files)
    is_judged = _same_bytes(judged, installed)
    if is_judged is False:
        said.append(words("What is installed now is not the file that was judged."))
    if not lost and not unsure:
        said += _kept(files)
    said += unsure
    if is_judged is None:
        said.append(words("The phone does not tell whether what is installed is byte for byte what was judged."))
    return Aftermath(Data.LOST if lost else Data.UNSURE if unsure else Data.KEPT, is_judged, tuple(said))


def _same_bytes(judged: Sequence[bytes], installed: Sequence[bytes | None]) -> bool | None:
    if None in installed or not installed:
        return None
    return sorted(judged) == sorted(digest for digest in installed if digest is not None)


def _lost(before: States, now: States, files: StillThere) -> list[Words]:
    said = []
    if any(user not in now for user in before):
        said.append(words("The app is not on the phone any more."))
    for user in sorted(set(before) & set(now)):
        old, new = before[user], now[user]
        if _differ(old.first_installed_ns, new.first_installed_ns) or _differ(old.uid, new.uid):
            said.append(words("The app was removed and installed anew: what it held on the phone is gone."))
            break
    if files.files and files.gone == files.files:
        said.append(
            counted(
                "Its only file that a computer can see is gone from the phone.",
                "All its {count} files that a computer can see are gone from the phone.",
                files.files,
            )
        )
    return said


def _differ(old: int | None, new: int | None) -> bool:
    return old is not None and new is not None and old != new


def _unsure(before: States, now: States, files: StillThere) -> list[Words]:
    said = []
    if any(before[user].first_installed_ns is None or now[user].first_installed_ns is None for user in before):
        said.append(words("The phone does not tell when the app was first installed, so that could not be compared."))
    if files.gone:
        some = ", ".join(readable(path) for path in files.named_gone[:_NAMED])
        said.append(
            counted(
                "{count} file that was there before the update is not there now (the app itself may have removed it): "
                "{files}",
                "{count} files that were there before the update are not there now (the app itself may have removed "
                "them): {files}",
                files.gone,
                files=some,
            )
        )
    if files.not_seen:
        said.append(
            counted("{count} file could not be looked at.", "{count} files could not be looked at.", files.not_seen)
        )
    return said


def _kept(files: StillThere) -> list[Words]:
    said = [words("It is still the same installation, first installed at the same moment: its data was not touched.")]
    if files.files:
        said.append(
            counted(
                "The file of it that a computer can see is still there.",
                "All {count} files of it that a computer can see are still there.",
                files.files,
            )
        )
    if files.resized:
        said.append(
            counted(
                "{count} of them has another size now, as happens when an app works with its files.",
                "{count} of them have another size now, as happens when an app works with its files.",
                files.resized,
            )
        )
    return said
