"""The demonstration on the test phone: real adbd, real shell, real adb. `scripts/demo` calls it.

`--can-run` only tells whether this machine can run the phone: exit code 0, or 1 with the reason on standard output.
All other options are those of `phoneward demo`.
"""

import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from phoneward import phones
from phoneward.cli.app import Program
from phoneward.cli.demo_cmd import play, stage
from phoneward.cli.frame import current, option, output_options
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode
from phoneward.phones.base import PhoneSession
from phoneward.texts import Words, verbatim
from tests.phone import state
from tests.phone.testphone import TestPhone, TestPhoneError, require_privileges
from tests.phone.trees import give_to_phone

NEEDED = ("unshare", "ip", "dpkg", "apt-get", "chroot")


@dataclass(frozen=True, slots=True)
class AdbSample:
    """The test phone as the demonstration wants it."""

    phone: TestPhone

    @property
    def storage(self) -> bytes:
        """Its shared storage, seen from this side."""
        return os.fsencode(self.phone.storage)

    @property
    def description(self) -> Words:
        """What it is."""
        return verbatim(
            f"A real adbd with a real Android shell, behind the real adb: {self.phone.serial}. "
            "It has a work profile, an app twin that stays closed, and an SD card."
        )

    def open(self) -> PhoneSession:
        """Connect through adb."""
        return phones.open_adb(self.phone.serial)

    def settle(self) -> None:
        """Give what was written to the phone's own user."""
        give_to_phone(self.phone.storage)


def why_not() -> str:
    """Return what keeps this machine from running the phone, or nothing."""
    if sys.platform != "linux":
        return "it is not Linux"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"it lacks {', '.join(missing)}"
    try:
        require_privileges()
    except TestPhoneError:
        return "it takes root for network, mount and process namespaces: try `sudo make demo`"
    return ""


@click.command(cls=WordedCommand, help="Show the whole story on the test phone.")
@option("--keep", metavar="DIR", help="Use this new or empty folder, and leave everything there to look at.")
@option("--page/--no-page", default=None, help="End with the page in your browser, or without.")
@output_options
def demo(keep: str | None, *, page: bool | None) -> ExitCode:
    """Play the story with the test phone."""
    frame = current()
    with ExitStack() as stack:
        folder = stack.enter_context(stage(keep))
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phoneward-phone-")))
        phone = stack.enter_context(TestPhone(home, state=state.FULL))
        os.environ.update(phone.adb_env)
        return play(frame.output, AdbSample(phone), folder, kept=keep is not None, page=page)


if __name__ == "__main__":
    if sys.argv[1:] == ["--can-run"]:
        sys.stdout.write(why_not())
        sys.exit(1 if why_not() else 0)
    Program("phoneward", sources={"demo": "scripts.demo_on_adb:demo"}).main(["demo", *sys.argv[1:]])
