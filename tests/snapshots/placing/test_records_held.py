"""Files of records in a snapshot, on their way into a folder: what is given out, and what is named instead."""

from pathlib import Path

import pytest

from phoneward.snapshots.errors import NoRecordsError
from phoneward.snapshots.placing import RecordsPlan, plan_records_into_folder, put_in_folder, records
from tests.snapshots.bench import Vault
from tests.snapshots.catalogue.histories import File, Tree, put_snapshot
from tests.snapshots.placing.test_telling import CALLS, CARDS, MESSAGES

WHOLE: Tree = {b"sms.xml": File(MESSAGES), b"calls.xml": File(CALLS)}


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


def planned(vault: Vault, target: Path, held: Tree, *kinds: str) -> RecordsPlan:
    put_snapshot(vault.reopen(), {b"records": held})
    return plan_records_into_folder(vault.reopen(), "latest", target, kinds)


def test_whole_files_are_given_out_and_what_there_is_not_is_no_fault(vault: Vault, tmp_path: Path) -> None:
    plan = planned(vault, tmp_path / "out", WHOLE)
    put_in_folder(plan.placing)
    assert ([one.kind.kind for one in plan.held], plan.absent) == (["sms", "calls"], ["contacts", "calendar"])
    assert plan.complete
    assert sorted(path.read_bytes() for path in (tmp_path / "out").iterdir()) == sorted([MESSAGES, CALLS])


def test_what_was_asked_for_by_name_and_is_not_there_is_a_fault(vault: Vault, tmp_path: Path) -> None:
    plan = planned(vault, tmp_path / "out", WHOLE, "sms", "calendar")
    assert ([one.kind.kind for one in plan.held], plan.absent, plan.complete) == (["sms"], ["calendar"], False)


def test_a_damaged_file_stays_and_the_others_come(vault: Vault, tmp_path: Path) -> None:
    plan = planned(vault, tmp_path / "out", WHOLE | {b"sms.xml": File(MESSAGES[:-20]), b"contacts.vcf": {}})
    put_in_folder(plan.placing)
    assert [one.kind.kind for one in plan.held] == ["calls"]
    sms, contacts = (one.sentence() for one in plan.damaged)
    assert sms.startswith("/records/sms.xml is damaged and is not given out: ")
    assert "it is no file" in contacts
    assert not plan.complete
    assert [path.read_bytes() for path in (tmp_path / "out").iterdir()] == [CALLS]


def test_a_file_larger_than_any_is_not_read(vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault's entry may claim any size: nobody waits a day for it."""
    monkeypatch.setattr(records, "_MAX_FILE", len(CALLS))
    plan = planned(vault, tmp_path / "out", WHOLE)
    assert [one.kind.kind for one in plan.held] == ["calls"]
    assert "it is larger than any such file" in plan.damaged[0].sentence()


def test_contacts_of_another_program_come_as_they_are(vault: Vault, tmp_path: Path) -> None:
    """Only what Phoneward made is turned into what Android's contacts app reads."""
    put_in_folder(planned(vault, tmp_path / "out", {b"contacts.vcf": File(CARDS)}).placing)
    assert (tmp_path / "out" / "contacts.vcf").read_bytes() == CARDS


def test_a_snapshot_without_any(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(NoRecordsError):
        planned(vault, tmp_path / "out", {})
