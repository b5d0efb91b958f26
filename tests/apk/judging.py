"""Our verdict on an APK beside apksigner's, for phones of a range of Android versions."""

from dataclasses import dataclass
from pathlib import Path

from phoneward.apk import ApkError, open_apk
from phoneward.apk.errors import ContainerError
from phoneward.apk.signing.facts import SdkRange
from tests.tools import apksig

Range = tuple[int, int | None] | None
"""First and last API level, both included; None: those that the APK declares."""
SDKS: tuple[Range, ...] = (
    None,
    (1, None),
    (14, 14),
    (18, 18),
    (19, 19),
    (21, 21),
    (23, 23),
    (24, 24),
    (28, 28),
    (33, 33),
)


@dataclass(frozen=True)
class Ours:
    """What we say.

    Attributes:
        verified, signers, schemes: as in the program.
        why: codes of the problems; `container` where Android's ZIP reader refuses the file, else the error's name.
    """

    verified: bool
    signers: tuple[str, ...] = ()
    schemes: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


def ours(apk: Path, sdk: Range) -> Ours:
    """Verify it."""
    try:
        with open_apk(apk) as opened:
            said = opened.verify(None if sdk is None else SdkRange(*sdk))
    except ContainerError:
        return Ours(False, why=("container",))
    except ApkError as error:
        return Ours(False, why=(type(error).__name__,))
    return Ours(
        said.is_verified,
        said.signing.sha256 if said.signing else (),
        tuple(scheme.value for scheme in said.schemes),
        tuple(problem.code for problem in said.problems),
    )


def theirs(apk: Path, sdk: Range) -> apksig.Answer:
    """Ask apksigner."""
    return apksig.verify(apk, *(sdk or (None, None)))


def differences(apk: Path, ranges: tuple[Range, ...] = SDKS) -> dict[str, str]:
    """Return what differs, by range: empty where both say the same of the file and of its signers."""
    found = {}
    for sdk in ranges:
        we, they = ours(apk, sdk), theirs(apk, sdk)
        if we.verified != they.verified:
            found[str(sdk)] = f"ours {we.verified} {we.why}, theirs {they.verified} {they.errors} {they.raised}"
        elif we.verified and set(we.signers) != set(they.signers):
            found[str(sdk)] = f"ours {we.signers}, theirs {they.signers}"
    return found
