"""systemd's timers of one person (systemd.timer(5), systemd.service(5), systemd.syntax(7), systemd.unit(5)).

The timer calls each hour; `Persistent=true` calls once at the next start where hours went by. Files go where
systemd.unit(5) says a person's own units lie: `$XDG_CONFIG_HOME/systemd/user`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from phoneward.schedules.systems.base import Call, Command, File, Timer
from phoneward.texts import words

_CTL: Final = ("systemctl", "--user")
_DELAY_S: Final = 120
_UNSAFE: Final = frozenset("\"'\\")


def timer(call: Call, environ: Mapping[str, str]) -> Timer:
    """Return the units and the commands that begin and end them.

    Args:
        call: what to start.
        environ: of the person; names their configuration folder.
    """
    folder = _folder(call, environ)
    files = [
        File(folder / f"{call.name}.service", service(call).encode()),
        File(folder / f"{call.name}.timer", hourly(call).encode()),
    ]
    watching = f"{call.name}-plug-in.service"
    begins = [Command((*_CTL, "daemon-reload")), Command((*_CTL, "enable", "--now", f"{call.name}.timer"))]
    quiet_end = Command((*_CTL, "disable", "--now", watching), may_fail=True)
    if call.on_plug_in:
        files.append(File(folder / watching, plug_in(call).encode()))
        begins += [Command((*_CTL, "enable", watching)), Command((*_CTL, "restart", watching))]
    else:
        begins.insert(0, quiet_end)
    return Timer(
        "systemd",
        tuple(files),
        tuple(begins),
        (Command((*_CTL, "disable", "--now", f"{call.name}.timer"), may_fail=True), quiet_end),
        stale=() if call.on_plug_in else (folder / watching,),
        explains=(
            words(
                "It runs while you are logged in. To have it run without that, too: loginctl enable-linger (the "
                "keyring is locked then, so the password must come from a file or a command)."
            ),
            words("What it does is written into the system's log: journalctl --user -u {name}", name=call.name),
        ),
    )


def _folder(call: Call, environ: Mapping[str, str]) -> Path:
    configured = environ.get("XDG_CONFIG_HOME", "")
    top = Path(configured) if os.path.isabs(configured) else call.home / ".config"
    return top / "systemd" / "user"


def service(call: Call) -> str:
    """Return the unit that does what is due. 3: something was not there, or is not kept; 11: a run is under way."""
    return f"""\
[Unit]
Description=Phoneward: the backup of your phone that is due

[Service]
Type=oneshot
ExecStart={command_line(call.run)}
SuccessExitStatus=3 11
Nice=10
IOSchedulingClass=idle
UMask=0077
"""


def hourly(call: Call) -> str:
    """Return the unit that calls it each hour, once after hours that went by."""
    return f"""\
[Unit]
Description=Phoneward: look each hour whether a backup of your phone is due

[Timer]
OnCalendar=*:{call.minute:02}
Persistent=true
RandomizedDelaySec={_DELAY_S}

[Install]
WantedBy=timers.target
"""


def plug_in(call: Call) -> str:
    """Return the unit that waits for phones to be plugged in."""
    return f"""\
[Unit]
Description=Phoneward: back the phone up when it is plugged in

[Service]
Type=simple
ExecStart={command_line(call.watch)}
Restart=always
RestartSec=60
Nice=10
IOSchedulingClass=idle
UMask=0077

[Install]
WantedBy=default.target
"""


def command_line(given: tuple[str, ...]) -> str:
    """Return words as `ExecStart=` takes them (systemd.service(5), "Command lines"; systemd.syntax(7), "Quoting").

    In every word `%` is doubled; in all but the first, which names the program, `$` is doubled too: only there it would
    be filled in. systemd takes no program whose path holds quotation marks, backslashes or control characters
    (`string_is_safe`, src/basic/string-util.c): a shell, which gets it as a word of its own, starts such a one.
    """
    if not _UNSAFE.isdisjoint(given[0]) or not given[0].isprintable():
        given = ("/bin/sh", "-c", 'exec "$0" "$@"', *given)
    first, *others = given
    return " ".join((_quoted(first), *(_quoted(word).replace("$", "$$") for word in others)))


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{"".join(_plain(character) for character in escaped)}"'


def _plain(character: str) -> str:
    """Return a character that may stand in a unit; lines end at control characters, so these are written as numbers."""
    return character if character.isprintable() or ord(character) > 0x9F else f"\\x{ord(character):02x}"
