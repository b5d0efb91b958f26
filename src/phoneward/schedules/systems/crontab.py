"""A line for cron (crontab(5)), for systems without a timer of a person's own. The person adds it; we never do."""

import shlex

from phoneward.schedules.systems.base import Call, Timer
from phoneward.texts import words


def timer(call: Call) -> Timer:
    """Return the lines and how to add them."""
    lines = [f"{call.minute} * * * * {_command(call.run)}"]
    if call.on_plug_in:
        lines.append(f"@reboot {_command(call.watch)}")
    return Timer(
        "crontab",
        lines=tuple(lines),
        explains=(
            words("This computer has no timer that Phoneward can set, as in a container, or a system without systemd."),
            words("Add this to your crontab (crontab -e), or have it called each hour in another way:"),
        ),
    )


def _command(given: tuple[str, ...]) -> str:
    """Return words for the shell; cron takes an unescaped percent sign for a line end."""
    return shlex.join(given).replace("%", r"\%")
