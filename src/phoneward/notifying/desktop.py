"""A message on this computer's screen, by the program that each system brings for that."""

import html
import os
import shutil
import subprocess
import sys
from typing import Final

from phoneward.errors import readable
from phoneward.notifying.errors import NoDesktopError
from phoneward.notifying.message import Kind, Message
from phoneward.texts import _

_SECONDS: Final = 20

_APPLE: Final = """on run argv
display notification (item 2 of argv) with title (item 1 of argv)
end run
"""
"""AppleScript takes the words as arguments: nothing in them is ever read as a script."""

_WINDOWS: Final = """
$null = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(
  [Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$null = $texts.Item(0).AppendChild($xml.CreateTextNode($env:NOTICE_TITLE))
$null = $texts.Item(1).AppendChild($xml.CreateTextNode($env:NOTICE_TEXT))
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\WindowsPowerShell\\v1.0\\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
"""
"""The words come by the environment. Under PowerShell's own name: a toast needs one that Windows knows."""


def show(message: Message) -> None:
    """Show a message.

    Raises:
        NoDesktopError: nothing on this computer shows messages.
    """
    title, text = readable(message.title), "\n".join(map(readable, message.text(details=True).splitlines()))
    command, extra, script = _call(title, text, is_urgent=message.kind is Kind.ALARM)
    if shutil.which(command[0]) is None:
        raise NoDesktopError(detail=_("{program} is not installed.").format(program=command[0]))
    try:
        done = subprocess.run(
            command, input=script, env={**os.environ, **extra}, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NoDesktopError(detail=readable(str(error))[:200]) from error
    if done.returncode:
        raise NoDesktopError(detail=readable(done.stderr.decode("utf-8", "replace").strip())[:300])


def _call(
    title: str, text: str, *, is_urgent: bool, platform: str = sys.platform
) -> tuple[list[str], dict[str, str], bytes]:
    """Return the command, what its environment holds beside ours, and what it reads."""
    if platform == "darwin":
        return ["osascript", "-", title, text], {}, _APPLE.encode()
    if platform == "win32":
        command = ["powershell", "-NoProfile", "-NonInteractive", "-Command", "-"]
        return command, {"NOTICE_TITLE": title, "NOTICE_TEXT": text}, _WINDOWS.encode()
    # The text may hold markup (https://specifications.freedesktop.org/notification-spec): ours holds none.
    urgency = "critical" if is_urgent else "normal"
    words = ["--app-name=Phoneward", f"--urgency={urgency}", "--", title, html.escape(text, quote=False)]
    return ["notify-send", *words], {}, b""
