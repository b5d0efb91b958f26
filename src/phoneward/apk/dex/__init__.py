"""The code of an app (DEX): which methods call what, which fields and texts they use. Read, never run.

    code = read_code(app, Wanted(calls=(Member("android.os.FileObserver", "startWatching"),)))
    code.calls[0].class_name, code.calls[0].method

All reading of code happens in a confined worker process.
"""

from phoneward.apk.dex.facts import CallSite, Code, FieldSite, Member, TextSite, Unread, Wanted
from phoneward.apk.dex.seeing import calls_of, read_code

__all__ = ["CallSite", "Code", "FieldSite", "Member", "TextSite", "Unread", "Wanted", "calls_of", "read_code"]
