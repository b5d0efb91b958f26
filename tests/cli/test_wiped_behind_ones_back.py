"""The incident, from phone to sentence: an app is removed and put back by somebody else between two backups.

A real adbd, the test phone's package manager, real signed APKs, and the program as a person runs it.
"""

import datetime as dt
from pathlib import Path

from tests.cli.installing import APP, SECOND, Bench, apk
from tests.phone.test_pm_rules import session
from tests.phone.testphone import TestPhone


def test_the_next_backup_says_what_happened_and_what_is_still_held(phone: TestPhone, tmp_path: Path) -> None:
    bench = Bench.make(phone, tmp_path, apk(1))
    theirs = apk(2, by=SECOND)
    bench.updates.append(theirs)
    bench.answer_without_harm()
    backup = ("backup", "--adb", phone.serial)
    quiet = bench.program.run(*backup)
    assert "Look at this" not in quiet.stdout, quiet.stdout
    assert bench.program.run(*backup, "--json").documents[-1]["alarms"] == []

    taken = dt.datetime.fromisoformat(bench.program.run("snapshots", "--json").documents[-1]["time"])
    while int(phone.shell("date +%s")) <= taken.timestamp() + 1:  # a phone tells whole seconds: a later one is certain
        pass
    assert phone.shell(f"pm uninstall {APP}") == b"Success\n"
    assert session(phone, [theirs]) == "Success"

    told = bench.program.run(*backup)
    said = " ".join(told.stdout.split())
    assert f"The data of {APP} was wiped between" in said, told.stdout + told.stderr
    assert f"{APP} has another signer than before" in said
    assert "More about it: phoneward update history" in said
    assert "Look at this" not in bench.program.run(*backup).stdout, "it is said once"

    history = bench.program.run("update", "history", APP, "--fail-on", "danger")
    assert history.code == 4
    assert "urgent" in history.stdout
    alarms = [
        line
        for line in bench.program.run("update", "history", "--json").documents
        if line["message_type"] == "alarm" and line["package"] == APP
    ]
    assert {line["kind"] for line in alarms} >= {"wiped", "signer-changed"}
    wiped = next(line for line in alarms if line["kind"] == "wiped")
    assert wiped["held"]["snapshot"] == wiped["before"]["snapshot"]
    assert wiped["held"]["files"] == 1, "the app's file on the shared storage"
    signer = next(line for line in alarms if line["kind"] == "signer-changed")
    assert signer["now"]["signers"] == [SECOND.sha256]
    findings = bench.program.run("checkup", "--json", "--fail-on", "danger")
    assert findings.code == 4
    codes = {line["code"] for line in findings.documents if line["message_type"] == "finding"}
    assert {"updates.wiped", "updates.signer-changed"} <= codes
