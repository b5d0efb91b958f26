"""A phone for tests: a real adbd, a real shell, a folder tree, a serial number for the real adb client.

Everything runs in namespaces of its own. The only way in is the fault proxy, since Debian's adbd takes anyone who
reaches it. Each phone has its own adb server on its own port, so that tests never see each other's phones.
"""

import contextlib
import functools
import os
import shutil
import socket
import subprocess
import tempfile
import time
import zlib
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypedDict, Unpack

from tests.phone import image, profiles, runas
from tests.phone import state as phone_state
from tests.phone.faultproxy import FaultProxy

ADBD_PORT = 6555
SHELL_UID = 2000
SDCARD_RW = 1015
"""Android's fixed ids, AID_SHELL and AID_SDCARD_RW: AOSP system/core/libcutils/.../android_filesystem_config.h."""

_HERE = Path(__file__).parent
_START_S = 20.0
_FOLDERS = (
    *("system/bin", "dev/pts", "proc", "etc", "bin", "mnt", "storage/emulated/0", "storage/self"),
    *("data/local/tmp", "data/app", "data/misc"),
)


class TestPhoneError(RuntimeError):
    """The phone could not be started; the text says what is needed."""

    __test__ = False


class Knobs(TypedDict, total=False):
    """What `TestPhone` takes beside its folder."""

    profile: profiles.Profile
    adb: str | Path
    state: phone_state.State


class TestPhone:
    """A running phone; use it as a context manager.

    Args:
        folder: an empty folder of this phone alone.
        profile: its age.
        adb: version of Debian's adb client ("29" or "34"), or a folder with an `adb` program.
        state: users, apps, cards, properties: what `pm`, `dumpsys`, `getprop` … answer.

    Attributes:
        root: the phone's `/` on this side; storage: its `/storage/emulated/0`; files put there are on
            the phone at once.
        serial: what `adb -s` takes.
        proxy: the cable; break it there.
        adb_env: variables for a program that is to see this phone (PATH with adb first, server port, HOME).
    """

    __test__ = False

    def __init__(
        self,
        folder: Path,
        *,
        profile: profiles.Profile = profiles.MODERN,
        adb: str | Path = "29",
        state: phone_state.State = phone_state.SMALL,
    ) -> None:
        self.folder = folder
        self.profile = profile
        self.state = state
        self.root = folder / "root"
        self.storage = self.root / "storage/emulated/0"
        self._adb = adb if isinstance(adb, Path) else image.adb_program(adb)
        self._close = contextlib.ExitStack()
        self.proxy: FaultProxy
        self.serial = ""
        self.adb_env: dict[str, str] = {}

    def __enter__(self) -> Self:
        require_privileges()
        system = image.image()
        with contextlib.ExitStack() as stack:
            build_root(self.root, system, self.profile)
            self.answer_with(self.state)
            self._init = self._start_namespaces(stack, system)
            netns = Path(f"/proc/{self._phone_pid()}/ns/net")
            self.proxy = stack.enter_context(FaultProxy(ADBD_PORT, netns))
            self.proxy.hide_features(*self.profile.hidden_features)
            self.serial = f"127.0.0.1:{self.proxy.port}"
            self.start_adbd()
            self._start_adb_server(stack)
            self.connect()
            self._close = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything that belongs to the phone. The folder stays."""
        self._close.close()

    def environment(self) -> dict[str, str]:
        """Return a whole environment for a program that is to see this phone and no other."""
        return {**os.environ, **self.adb_env}

    def adb(
        self, *args: str | bytes | Path, stdin: bytes = b"", timeout: float = 60, check: bool = False
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the real adb client on this phone."""
        return subprocess.run(
            [str(self._adb / "adb"), "-s", self.serial, *args],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=check,
        )

    def shell(self, command: str | bytes, *, timeout: float = 60) -> bytes:
        """Run a command on the phone and return its output; raise CalledProcessError if it fails."""
        # Without shell_v2 the client refuses -T, and a failure cannot be told from success.
        plain = () if "shell_v2" in self.profile.hidden_features else ("-T",)
        return self.adb("shell", *plain, command, timeout=timeout, check=True).stdout

    def connect(self) -> None:
        """(Re)connect the adb server to the phone and wait until it is a usable device."""
        self.disconnect()
        give_up = time.monotonic() + _START_S
        while True:
            self._server_command("connect", self.serial)
            state = self.adb("get-state")
            if state.stdout.strip() == b"device":
                return
            if time.monotonic() > give_up:
                raise TestPhoneError(f"adb does not see the phone: {state.stderr!r}\n{self._log()}")
            time.sleep(0.02)

    def disconnect(self) -> None:
        """Let the adb server forget the phone."""
        self._server_command("disconnect", self.serial)

    def kill_adbd(self) -> None:
        """Kill adbd and all it runs, as a crash or a pulled battery does."""
        self._order("kill")

    def start_adbd(self, *, root: bool = False) -> None:
        """Start adbd and wait until it listens; as root it runs everything with root rights."""
        self._order("start-root" if root else "start")
        give_up = time.monotonic() + _START_S
        while not self.proxy.target_answers():
            if time.monotonic() > give_up:
                raise TestPhoneError(f"adbd does not listen\n{self._log()}")
            time.sleep(0.01)

    def restart(self, *, root: bool = False) -> None:
        """Kill adbd, start it again, reconnect.

        With `root` it is what `adb root` does on a build for developers, without it `adb unroot`. Debian's adbd is
        built without the services that these two commands ask for, so they are done here in its place.
        """
        self.kill_adbd()
        self.start_adbd(root=root)
        self.connect()

    def answer_with(self, state: phone_state.State) -> None:
        """Change what the running phone's `pm`, `dumpsys`, `getprop` … answer."""
        self.state = state
        refused = (*state.refused, *self.profile.refused_by_pm)
        phone_state.install(
            self.root,
            state.but(refused=refused),
            release=self.profile.release,
            sdk=self.profile.sdk,
            serial=f"TEST{zlib.crc32(str(self.folder).encode()):08X}",
        )

    def play(self, name: str, value: str | None) -> None:
        """Have the package manager play something from now on (`State.played`), or nothing more (None).

        Unlike `answer_with` it leaves the apps as installs and updates have made them.
        """
        place = self.root / "data/teststate/played" / name
        if value is None:
            place.unlink(missing_ok=True)
        else:
            place.write_text(value + "\n")

    def send(self, uid: int, sent: int, *, received: int = 0, kind: int = 1) -> None:
        """Have an app send so many bytes: the kernel counts them, `dumpsys netstats` only after its next poll."""
        place = self.root / "data/teststate/net/kernel"
        rows = [line.split("|") for line in place.read_text().splitlines()]
        row = next((row for row in rows if row[:3] == [str(uid), str(kind), "FOREGROUND"]), None)
        if row is None:
            row = [str(uid), str(kind), "FOREGROUND", "0", "0"]
            rows.append(row)
        row[3:] = [str(int(row[3]) + received), str(int(row[4]) + sent)]
        fresh = place.with_name("kernel.new")
        fresh.write_text("".join("|".join(row) + "\n" for row in rows))
        fresh.replace(place)

    def use_right(self, package: str, op: str) -> None:
        """Have an app use a right now: the phone notes it."""
        with (self.root / "data/teststate/appops").open("a") as file:
            file.write(f"{package}|{op}|allow|{int(time.time())}||\n")

    def listed_pictures(self) -> list[str]:
        """Return the paths that the media provider has in its list of pictures."""
        place = self.root / "data/teststate/media/images"
        return [line.split("|")[1] for line in place.read_text().splitlines()] if place.exists() else []

    def shown_pictures(self) -> list[str]:
        """Return the addresses of pictures that were opened on the screen."""
        place = self.root / "data/teststate/media/shown"
        return place.read_text().splitlines() if place.exists() else []

    def commit_state(self) -> str:
        """Return how far the last commit of an install got: "" (none began), "decides", "answers" (it is done)."""
        place = self.root / "data/teststate/commit"
        return place.read_text().strip() if place.exists() else ""

    def card(self, uuid: str = "1A2B-3C4D") -> Path:
        """Return an SD card's folder on this side."""
        return self.root / "storage" / uuid

    def user_storage(self, user_id: int) -> Path:
        """Return a user's shared storage on this side, whether the phone's shell may see it or not."""
        return self.root / "storage/emulated" / str(user_id)

    def _server_command(self, *args: str) -> None:
        subprocess.run(
            [str(self._adb / "adb"), *args], env=self.environment(), capture_output=True, timeout=60, check=False
        )

    def _start_namespaces(self, stack: contextlib.ExitStack, system: Path) -> subprocess.Popen[str]:
        command = [
            "unshare",
            "--net",
            "--mount",
            "--pid",
            "--uts",
            "--ipc",
            "--fork",
            "--kill-child",
            *("--propagation", "unchanged"),
            "bash",
            str(_HERE / "init.sh"),
        ]
        init = subprocess.Popen(
            [*command, str(self.root), str(system), str(ADBD_PORT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        stack.callback(_end, init)
        self._init = init
        self._expect_ok()
        return init

    def _phone_pid(self) -> int:
        """Return the namespaces' first process; its parent, `unshare`, is still in ours."""
        children = Path(f"/proc/{self._init.pid}/task/{self._init.pid}/children").read_text().split()
        return int(children[0])

    def _order(self, verb: str) -> None:
        assert self._init.stdin is not None
        self._init.stdin.write(verb + "\n")
        self._init.stdin.flush()
        self._expect_ok()

    def _expect_ok(self) -> None:
        assert self._init.stdout is not None
        lines = []
        for line in self._init.stdout:
            lines.append(line)
            if line.startswith("ok"):
                return
            if line.startswith("error"):
                break
        raise TestPhoneError(
            "the test phone did not start. It needs root (or CAP_SYS_ADMIN: network, mount and process namespaces), "
            f"iproute2, util-linux and coreutils.\n{''.join(lines)}{self._log()}"
        )

    def _start_adb_server(self, stack: contextlib.ExitStack) -> None:
        home = self.folder / "home"
        keys = home / ".android"
        keys.mkdir(parents=True, exist_ok=True)
        for name, content in _adb_keys().items():
            (keys / name).write_bytes(content)
        port = _free_port()
        self.adb_env = {
            "PATH": f"{self._adb}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(home),
            "ANDROID_ADB_SERVER_PORT": str(port),
        }
        adb = str(self._adb / "adb")
        # A client that finds another server's version starts its own: whatever listens there at the end is told to go.
        guard = subprocess.Popen(
            ["bash", str(_HERE / "guard.sh"), f"'{adb}' kill-server", adb, "server", "nodaemon"],
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "adb-server.log").open("wb"),
            text=True,
        )
        stack.callback(_end, guard)
        _wait_for_port(port)

    def _log(self) -> str:
        path = self.folder / "adbd.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""


class PhoneFactory(Protocol):
    """Starts another phone; it ends with the test (the fixture `phone_factory`)."""

    def __call__(self, **knobs: Unpack[Knobs]) -> TestPhone: ...


@functools.cache
def _adb_keys() -> dict[str, bytes]:
    """Return a computer's key, by file name. A server that finds none makes one, which takes longer than all else."""
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "adbkey"
        program = image.adb_program("29") / "adb"
        subprocess.run([str(program), "keygen", str(key)], capture_output=True, check=True, timeout=60)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def require_privileges() -> None:
    """Raise if this process may not make a test phone."""
    if os.geteuid() != 0:
        raise TestPhoneError(
            "the test phone makes network, mount and process namespaces and changes owners: run the tests as root "
            "(`sudo make test`)"
        )


def build_root(root: Path, system: Path, profile: profiles.Profile) -> None:
    """Lay out a phone's file system: folders, commands, users. Storage is empty but for what every phone has."""
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "sdcard").symlink_to("/storage/self/primary")
    (root / "storage/self/primary").symlink_to("/storage/emulated/0")
    (root / "bin/sh").symlink_to("/system/bin/sh")
    (root / "dev/ptmx").symlink_to("pts/ptmx")
    _install_commands(root / "system/bin", system, profile)
    (root / "etc/passwd").write_text(
        "root:x:0:0::/:/system/bin/sh\nmedia_rw:x:1023:1023::/:/system/bin/sh\nshell:x:2000:2000::/:/system/bin/sh\n"
    )
    (root / "etc/group").write_text(
        "root:x:0:\nlog:x:1007:\nadb:x:1011:\nsdcard_rw:x:1015:\nmedia_rw:x:1023:\nsdcard_r:x:1028:\n"
        "ext_data_rw:x:1078:\next_obb_rw:x:1079:\nshell:x:2000:\ninet:x:3003:\neverybody:x:9997:\n"
    )
    os.chown(root / "data/local/tmp", SHELL_UID, SHELL_UID)
    (root / "data/local/tmp").chmod(0o771)
    (root / "storage/emulated").chmod(0o711)
    os.chown(root / "storage/emulated/0", SHELL_UID, SDCARD_RW)
    (root / "storage/emulated/0").chmod(0o770)


def _install_commands(target: Path, system: Path, profile: profiles.Profile) -> None:
    aged = bool(profile.missing or profile.refused)
    # On an aged phone the real toybox lies aside: `toybox find -printf` must fail as `find -printf` does.
    real = target.parent / "real" if aged else target
    real.mkdir(exist_ok=True)
    shutil.copy2(system / "programs/toybox", real / "toybox")
    for program in ("adbd", "sh", "sqlite3"):
        shutil.copy2(system / "programs" / program, target / program)
    for command in (system / "commands").read_text().split():
        place = f"{target}/{command}"  # a `Path` for each of 230 takes as long as the links themselves
        if command in profile.refused:
            _write_script(Path(place), _REFUSING.format(cases="|".join(profile.refused[command]), command=command))
        elif command not in profile.missing:
            os.symlink("../real/toybox" if aged else "toybox", place)
    if aged:
        _write_script(target / "toybox", _MULTIPLEXER)
    runas.install(target)


_REFUSING = """#!/system/bin/sh
for word; do
  case $word in {cases}) echo "{command}: Unknown option '$word'" >&2; exit 1 ;; esac
done
exec /system/real/toybox {command} "$@"
"""
_MULTIPLEXER = """#!/system/bin/sh
if [ $# = 0 ]; then
  for command in $(/system/real/toybox); do [ -e /system/bin/$command ] && print -rn -- "$command "; done
  print; exit 0
fi
command=$1; shift
[ "$command" != toybox ] && [ -e "/system/bin/$command" ] && exec "/system/bin/$command" "$@"
echo "toybox: Unknown command $command" >&2; exit 127
"""


def _write_script(place: Path, text: str) -> None:
    place.write_text(text)
    place.chmod(0o755)


def _end(process: subprocess.Popen[str]) -> None:
    # Said aloud, too: a forked child of the tests may hold a copy of the pipe, and then its end never comes.
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.write("end\n")
            process.stdin.flush()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_port(port: int) -> None:
    give_up = time.monotonic() + _START_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > give_up:
            raise TestPhoneError("the adb server does not listen")
        time.sleep(0.01)
