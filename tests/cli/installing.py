"""A phone with an app that has data, a vault, and updates of that app: what the tests of `update install` share."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.apk.making import Key, key, make_apk
from tests.cli import terminal
from tests.cli.program import Program, Ran, make_vault
from tests.phone import packages, state, trees
from tests.phone.packages import KnownApk
from tests.phone.testphone import TestPhone

APP = "org.example.diary"
APP_ID = 10140
FIRST, SECOND = key("first"), key("second")
NOTE = b"what nobody else knows"


def apk(version: int, *, by: Key = FIRST, package: str = APP, **facts: Any) -> KnownApk:
    """Return a real, signed APK and what a phone reads in it."""
    path = make_apk(package, version_code=version, version_name=f"{version}.0", keys=(by,), **facts)
    return KnownApk(path.read_bytes(), packages.facts_of(path, [by.der]))


@dataclass
class Bench:
    """A phone with an app in version 1, and the program beside it.

    Attributes:
        updates: what the phone's package manager is able to read, beside what is installed.
        installed: what the app is.
        others: further apps of the phone.
        data_bytes: the phone's own figure for the app's data; None where it tells none.
        played: what else the phone's package manager does; see `State.played`.
    """

    program: Program
    phone: TestPhone
    folder: Path
    updates: list[KnownApk] = field(default_factory=list)
    others: tuple[state.App, ...] = ()
    installed: tuple[KnownApk, ...] = ()
    data_bytes: int | None = 5000
    played: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, phone: TestPhone, folder: Path, *installed: KnownApk) -> "Bench":
        """Return a bench with a vault in which nothing is yet."""
        variables = {"PHONEWARD_REPOSITORY": str(folder / "vault"), "PHONEWARD_PASSWORD": "secret", **phone.adb_env}
        program = Program(folder / "home", variables)
        program.home.mkdir()
        make_vault(folder / "vault", "secret")
        bench = cls(program, phone, folder, installed=installed)
        bench.answer()
        bench.put_data()
        return bench

    def answer(self) -> None:
        """Have the phone answer as this bench says."""
        sizes = None if self.data_bytes is None else (10_000, self.data_bytes, 0)
        ours = state.app_of(*self.installed, app_id=APP_ID, sizes=sizes)
        self.phone.answer_with(
            state.SMALL.but(
                apps=(*state.SMALL.apps, ours, *self.others), apks=tuple(self.updates), played=dict(self.played)
            )
        )

    def put_data(self) -> None:
        """Give the app files: on shared storage, and in its private folder where a computer may read that."""
        trees.put(self.phone.storage, f"Android/media/{APP}/entry.txt", NOTE)
        trees.give_to_phone(self.phone.storage)
        private = self.private
        if private.is_dir():
            trees.put(private, "databases/diary.db", NOTE * 3)
            for path in (private / "databases", private / "databases/diary.db"):
                os.chown(path, APP_ID, APP_ID)

    @property
    def private(self) -> Path:
        """The app's private folder."""
        return self.phone.root / "data/user/0" / APP

    @property
    def shared(self) -> Path:
        """The app's file on shared storage."""
        return self.phone.storage / f"Android/media/{APP}/entry.txt"

    def file(self, known: KnownApk, name: str = "update.apk") -> Path:
        """Return an update as a file of this computer; the phone gets to know its bytes."""
        if known not in self.updates:
            self.updates.append(known)
            self.answer_without_harm()
        path = self.folder / name
        path.write_bytes(known.data)
        return path

    def answer_without_harm(self) -> None:
        """As `answer`; what the app holds stays."""
        self.answer()
        if not (self.private / "databases").is_dir():
            self.put_data()

    def install(self, *words: str | Path) -> Ran:
        """Run `update install`."""
        return self.program.run("update", "install", "--adb", self.phone.serial, *words)

    def talk(self, words: list[str | Path], answers: list[tuple[str, terminal.Answer]]) -> terminal.Talk:
        """Run `update install` at a terminal."""
        command = ["update", "install", "--adb", self.phone.serial, *words]
        return terminal.run(self.program, command, answers, columns=160)

    def record(self, package: str = APP) -> dict[str, str]:
        """Return what the phone records of an app; empty where it is not there."""
        text = self.phone.shell(f"dumpsys package {package}").decode()
        found: dict[str, str] = {}
        for line in text.splitlines():
            for word in line.strip().split(" "):
                name, equal, value = word.partition("=")
                if equal and name in {"versionCode", "appId", "codePath"}:
                    found.setdefault(name, value)
            if line.strip().startswith("firstInstallTime="):
                found.setdefault("firstInstallTime", line.strip().partition("=")[2])
        return found

    def has_data(self) -> bool:
        """Whether the app's file on shared storage is as it was."""
        return self.shared.exists() and self.shared.read_bytes() == NOTE
