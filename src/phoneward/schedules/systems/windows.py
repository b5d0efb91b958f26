"""Windows' Task Scheduler: tasks for `schtasks /create /xml`.

Not run on Windows: elements and their order are from the published schema (Microsoft, "Task Scheduler Schema", 1.3).
A task calls each hour (a repetition without an end), once as soon as it can where hours went by
(`StartWhenAvailable`), and on battery too: a laptop that is never charged at the right time must not go without a
backup.
"""

import datetime as dt
import subprocess
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from phoneward.schedules.systems.base import Call, Command, File, Timer
from phoneward.texts import words

NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_FROM: Final = dt.datetime(2020, 1, 1)  # noqa: DTZ001 - the schema's local time: any hour that is over


def timer(call: Call, user: str) -> Timer:
    r"""Return the tasks and the commands that begin and end them.

    Args:
        call: what to start.
        user: the person, as DOMAIN\NAME.
    """
    runs, watches = _task_name(call, ""), _task_name(call, " plug-in")
    described = [(runs, hourly(call, user))]
    if call.on_plug_in:
        described.append((watches, plug_in(call, user)))
    files = tuple(File(_file(call, name), content) for name, content in described)
    ends = tuple(Command(("schtasks", "/delete", "/f", "/tn", name), may_fail=True) for name in (runs, watches))
    begins = [
        Command(("schtasks", "/create", "/f", "/tn", name, "/xml", str(file.path)))
        for (name, _content), file in zip(described, files, strict=True)
    ]
    if call.on_plug_in:
        begins.append(Command(("schtasks", "/run", "/tn", watches)))
    stale = () if call.on_plug_in else (_file(call, watches),)
    explains = (words("It runs while you are logged in. In Windows' Task Scheduler it is called {name}.", name=runs),)
    return Timer("windows", files, (*ends, *begins), ends, stale, explains)


def _task_name(call: Call, kind: str) -> str:
    return f"Phoneward{call.suffix}{kind}"


def _file(call: Call, name: str) -> Path:
    """Return where a task's description is kept: beside the schedule."""
    return call.state_dir / f"{name.replace(' ', '-')}.xml"


def hourly(call: Call, user: str) -> bytes:
    """Return the task that does what is due."""
    task, triggers = _task("Looks each hour whether a backup of your phone is due.")
    each_hour = SubElement(triggers, "TimeTrigger")
    _text(each_hour, "StartBoundary", _FROM.replace(minute=call.minute).isoformat())
    _text(SubElement(each_hour, "Repetition"), "Interval", "PT1H")
    _finish(task, call.run, user, limit="P1D")
    return _encoded(task)


def plug_in(call: Call, user: str) -> bytes:
    """Return the task that waits for phones to be plugged in; it is started again should it ever end."""
    task, triggers = _task("Backs your phone up when it is plugged in.")
    _text(SubElement(triggers, "LogonTrigger"), "UserId", user)
    _finish(task, call.watch, user, limit="PT0S", restart=True)
    return _encoded(task)


def _task(description: str) -> tuple[Element, Element]:
    task = Element("Task", {"version": "1.3", "xmlns": NAMESPACE})
    _text(SubElement(task, "RegistrationInfo"), "Description", f"Phoneward: {description}")
    return task, SubElement(task, "Triggers")


def _finish(task: Element, command: tuple[str, ...], user: str, *, limit: str, restart: bool = False) -> None:
    principal = SubElement(SubElement(task, "Principals"), "Principal", {"id": "Author"})
    _text(principal, "UserId", user)
    _text(principal, "LogonType", "InteractiveToken")
    _text(principal, "RunLevel", "LeastPrivilege")
    settings = SubElement(task, "Settings")
    _text(settings, "DisallowStartIfOnBatteries", "false")
    _text(settings, "StopIfGoingOnBatteries", "false")
    _text(settings, "MultipleInstancesPolicy", "IgnoreNew")
    _text(settings, "StartWhenAvailable", "true")
    _text(settings, "ExecutionTimeLimit", limit)
    _text(settings, "Priority", "7")
    if restart:
        again = SubElement(settings, "RestartOnFailure")
        _text(again, "Interval", "PT1M")
        _text(again, "Count", "255")
    execute = SubElement(SubElement(task, "Actions", {"Context": "Author"}), "Exec")
    _text(execute, "Command", command[0])
    _text(execute, "Arguments", subprocess.list2cmdline(command[1:]))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _encoded(task: Element) -> bytes:
    """Return the document as Windows writes it: UTF-16 with a byte order mark."""
    body = tostring(task, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{body}\n'.encode("utf-16")
