"""The checkup knows of the schedule: quiet where all is well, one finding where it is not."""

from phoneward.findings import Severity
from phoneward.schedules.findings import schedule_findings
from phoneward.schedules.log import Log, save_log
from phoneward.schedules.settings_file import Target
from tests.schedules.conftest import Home


def found(home: Home, place: str = "") -> dict[str, Severity]:
    findings = schedule_findings(home.state, place or str(home.vault), home.now)
    for finding in findings:
        assert str(finding.title)
        assert finding.actions[-1].verb in {"schedule", "read-data"}
    return {finding.code: finding.severity for finding in findings}


def test_none_is_a_quiet_advice(home: Home) -> None:
    assert found(home) == {"snapshots.no-schedule": Severity.ADVICE}
    home.set()
    assert found(home, "/another/vault") == {"snapshots.no-schedule": Severity.ADVICE}


def test_all_is_well(home: Home) -> None:
    home.set()
    assert found(home) == {}
    home.run(1)
    assert found(home) == {}


def test_late(home: Home) -> None:
    home.set(read_data="never")
    home.run(1)
    home.folder.rename(home.top / "away")
    home.run(2)
    assert found(home) == {}, "two days without the phone are nothing"
    home.run(2)
    assert found(home) == {"snapshots.schedule-late": Severity.WARNING}
    (late,) = schedule_findings(home.state, str(home.vault), home.now)
    assert "was not there" in str(late.detail)
    save_log(home.state, Log())
    home.change(targets=(Target(device="0" * 16, name="小米"),))
    (late,) = schedule_findings(home.state, str(home.vault), home.now)
    assert "has not called" in str(late.detail)
    assert late.actions[0].arguments == {"device": "0" * 16}


def test_failed_and_well_again(home: Home) -> None:
    home.set(read_data="never")
    (home.top / "password").write_text("wrong")
    home.run(1)
    assert found(home) == {"snapshots.schedule-failed": Severity.WARNING}
    (home.top / "password").write_text("Tulpe-Regen-77")
    home.run(1 / 24)
    assert found(home) == {}


def test_damage_is_urgent(home: Home) -> None:
    home.set(read_data="monthly")
    home.run(1)
    pack = max((home.vault / "data").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
    pack.chmod(0o600)
    pack.write_bytes(bytes(byte ^ 1 for byte in pack.read_bytes()))
    home.run(28)
    assert found(home)["snapshots.schedule-alarm"] is Severity.DANGER
