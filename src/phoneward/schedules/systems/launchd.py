"""launchd's agents of one person (Apple's launchd.plist(5)). Not run on a Mac: keys and types are from that page.

`StartCalendarInterval` with a minute alone calls each hour; what falls into the Mac's sleep is called once when it
wakes. A Mac that was off is caught up with by `RunAtLoad`, at the next login: the program decides what is due.
"""

import os
import plistlib

from phoneward.schedules.systems.base import Call, Command, File, Timer
from phoneward.texts import words

_PREFIX = "org.phoneward."


def timer(call: Call, user: int) -> Timer:
    """Return the agents and the commands that begin and end them.

    Args:
        call: what to start.
        user: the person's number.
    """
    folder = call.home / "Library" / "LaunchAgents"
    runs, watches = f"{_PREFIX}{call.name}", f"{_PREFIX}{call.name}-plug-in"
    agents = [(runs, agent(call))]
    if call.on_plug_in:
        agents.append((watches, plug_in(call)))
    files = tuple(File(folder / f"{label}.plist", content) for label, content in agents)
    ends = tuple(Command(("launchctl", "bootout", f"gui/{user}/{label}"), may_fail=True) for label in (runs, watches))
    begins = tuple(Command(("launchctl", "bootstrap", f"gui/{user}", str(file.path))) for file in files)
    stale = () if call.on_plug_in else (folder / f"{watches}.plist",)
    explains = (words("It runs while you are logged in."),)
    return Timer("launchd", files, (*ends, *begins), ends, stale, explains)


def agent(call: Call) -> bytes:
    """Return the agent that does what is due."""
    return _plist(
        {
            "Label": f"{_PREFIX}{call.name}",
            "ProgramArguments": list(call.run),
            "StartCalendarInterval": {"Minute": call.minute},
            "RunAtLoad": True,
            "ProcessType": "Background",
            "LowPriorityIO": True,
            "Nice": 10,
            "Umask": 0o077,
        }
    )


def plug_in(call: Call) -> bytes:
    """Return the agent that waits for phones to be plugged in."""
    return _plist(
        {
            "Label": f"{_PREFIX}{call.name}-plug-in",
            "ProgramArguments": list(call.watch),
            "RunAtLoad": True,
            "KeepAlive": True,
            "ThrottleInterval": 60,
            "ProcessType": "Background",
            "LowPriorityIO": True,
            "Nice": 10,
            "Umask": 0o077,
        }
    )


def _plist(content: dict[str, object]) -> bytes:
    return plistlib.dumps(content, fmt=plistlib.FMT_XML, sort_keys=False)


def current_user() -> int:
    """Return the number of the person at this computer; 0 where the system has none."""
    getuid = getattr(os, "getuid", None)
    return 0 if getuid is None else int(getuid())
