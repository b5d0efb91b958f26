"""All code of an app: each DEX file is looked at in a confined worker, and what they told is put together."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

from phoneward.apk.app import Apk, AppSet
from phoneward.apk.container import Container, Entry
from phoneward.apk.dex.elsewhere import hidden_code
from phoneward.apk.dex.facts import CallSite, Code, DexFacts, FieldSite, Member, TextSite, Unread, Wanted
from phoneward.apk.dex.looking import look_at_dex
from phoneward.apk.errors import ApkError
from phoneward.apk.opening import OpenedApk
from phoneward.confined import ConfinedError, ConfinedWorker, Limits
from phoneward.errors import readable
from phoneward.texts import Words, words

MAX_DEX: Final = 64 << 20
"""Bytes of one DEX file; the numbers in one end at 65,536 methods, which takes some 15 MB."""
MAX_ALL: Final = 1 << 30
"""Bytes of all DEX files of an app."""
MAX_FILES: Final = 1_000
MAX_SITES: Final = 50_000
LIMITS: Final = Limits(seconds=60.0, memory_bytes=768 << 20, output_bytes=64 << 20)

_CLASSES: Final = re.compile(rb"classes([2-9]|[1-9]\d+)?\.dex")
"""What Android loads when the app starts (AOSP art `dex_file_loader.cc`, `GetMultiDexClassesDexName`)."""


def calls_of(app: AppSet | Apk, wanted: tuple[Member, ...]) -> list[CallSite]:
    """Return the places in an app's code that call one of these methods, themselves or by way of a subclass.

    Raises:
        WorkerStartError: nothing can be looked at safely on this computer.
    """
    return list(read_code(app, Wanted(calls=wanted)).calls)


def read_code(app: AppSet | Apk, wanted: Wanted) -> Code:
    """Look through all code that an app's files hold: what Android loads, and DEX files that lie elsewhere in them.

    What cannot be read is named in `Code.unread`, and does not keep the rest from being read.

    Raises:
        WorkerStartError: nothing can be looked at safely on this computer.
    """
    seen = _Seen(wanted)
    with ConfinedWorker(look_at_dex, limits=LIMITS) as worker, ThreadPoolExecutor(1) as ahead:
        files = _files(app, seen)
        pending = ahead.submit(_next, files)
        while (loaded := pending.result()) is not None:
            pending = ahead.submit(_next, files)  # unpack the next one while the worker looks at this one
            apk, name, data = loaded
            try:
                seen.take(apk, name, len(data), worker(data, wanted))
            except ConfinedError as error:
                if error.code == "worker-start":
                    raise
                seen.leave_out(name, len(data), words("looking at it was stopped: {why}", why=error.sentence()))
    return seen.finish()


_File = tuple[str, str, bytes]
"""Name of the APK, name of the file in it, its bytes."""


def _next(files: Iterator[_File]) -> _File | None:
    return next(files, None)


def _files(app: AppSet | Apk, seen: "_Seen") -> Iterator[_File]:
    left, count = MAX_ALL, 0
    for apk in app.apks if isinstance(app, AppSet) else (app,):
        if not isinstance(apk, OpenedApk):
            continue
        hidden = [entry for entry, is_code in hidden_code(apk.container) if is_code]
        for entry in (*dex_entries(apk.container), *hidden):
            left -= entry.size
            count += 1
            name = readable(entry.name)
            if entry.size > MAX_DEX or left < 0 or count > MAX_FILES:
                seen.leave_out(name, entry.size, words("it is larger than such a file may be"))
                continue
            try:
                data = apk.container.read(entry, MAX_DEX)
            except ApkError:
                seen.leave_out(name, entry.size, words("it is damaged"))
                continue
            yield apk.manifest.split or "base", name, data


def dex_entries(container: Container) -> list[Entry]:
    """Return the files with code that Android loads from an APK, in its order."""
    found = ((match, entry) for entry in container.entries() if (match := _CLASSES.fullmatch(entry.name)))
    return [entry for _number, entry in sorted((int(match[1] or 1), entry) for match, entry in found)]


@dataclass(slots=True)
class _Seen:
    """What the files told, one after the other."""

    wanted: Wanted
    calls: list[CallSite] = field(default_factory=list)
    fields: list[FieldSite] = field(default_factory=list)
    texts: list[TextSite] = field(default_factory=list)
    supers: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)
    versions: set[int] = field(default_factory=set)
    unread: list[Unread] = field(default_factory=list)
    classes: int = 0
    methods: int = 0
    broken: int = 0
    is_cut: bool = False

    def leave_out(self, name: str, size: int, reason: Words) -> None:
        """Note a file that was not looked into."""
        self.unread.append(Unread(name, size, reason))

    def take(self, apk: str, name: str, size: int, facts: DexFacts) -> None:
        """Add what one file told."""
        if facts.damage:
            self.leave_out(name, size, words("it is damaged, or made so that it cannot be read"))
            return
        self.names.append(name)
        self.versions.add(facts.version)
        self.calls += [replace(site, dex=name, apk=apk) for site in facts.calls]
        self.fields += [replace(site, dex=name, apk=apk) for site in facts.fields]
        self.texts += [replace(site, dex=name, apk=apk) for site in facts.texts]
        self.supers = facts.supers | self.supers  # of two classes of one name Android takes the first
        self.prefixes = facts.prefixes | self.prefixes
        self.present.update(facts.present)
        self.classes += facts.classes
        self.methods += facts.methods
        self.broken += facts.broken
        self.is_cut |= facts.is_cut

    def finish(self) -> Code:
        """Tell which calls go to a wanted method, now that all superclasses are known."""
        code = Code(supers=self.supers)
        by_name: dict[str, list[Member]] = {}
        for member in self.wanted.calls:
            by_name.setdefault(member.name, []).append(member)
        known: dict[Member, Member | None] = {}
        calls = []
        for site in self.calls:
            if site.target not in known:
                known[site.target] = next((m for m in by_name[site.target.name] if _is_of(code, site.target, m)), None)
            target = known[site.target]
            if target is not None:
                calls.append(replace(site, target=target))
        counts = (calls, self.fields, self.texts)
        return Code(
            calls=tuple(calls[:MAX_SITES]),
            fields=tuple(self.fields[:MAX_SITES]),
            texts=tuple(self.texts[:MAX_SITES]),
            supers=self.supers,
            prefixes=self.prefixes,
            present=frozenset(self.present),
            dex_files=tuple(self.names),
            versions=frozenset(self.versions),
            classes=self.classes,
            methods=self.methods,
            broken=self.broken,
            unread=tuple(self.unread),
            is_cut=self.is_cut or any(len(sites) > MAX_SITES for sites in counts),
        )


def _is_of(code: Code, called: Member, wanted: Member) -> bool:
    """Tell whether a method as the code names it is the wanted one."""
    return wanted.prototype in {"", called.prototype} and code.descends(called.owner, wanted.owner)
