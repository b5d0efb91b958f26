"""Back onto a phone from the page: a real adbd, the plan first, then the work, and what differs stays."""

import shutil
from pathlib import Path

import pytest

from phoneward import snapshots
from phoneward.phones import open_adb
from phoneward.vault import LocalStorage, open_repository
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.snapshots.records.test_over_adb import WITH_BOTH
from tests.web.site import PASSWORD, make_settings, serving
from tests.web.test_restoring import base_of, settled_at


def test_files_go_back_onto_the_phone(phone: TestPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    trees.put(phone.storage, "DCIM/photo.jpg", b"the photo")
    trees.put(phone.storage, "Download/a.txt", b"then")
    trees.give_to_phone(phone.storage)
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    with open_adb(phone.serial) as adb:
        made = snapshots.backup(adb, repo, state_dir=tmp_path / "state").snapshot_id or ""
    shutil.rmtree(phone.storage / "DCIM")
    trees.put(phone.storage, "Download/a.txt", b"later")
    trees.give_to_phone(phone.storage)
    with serving(settings) as site:
        visitor = site.visitor()
        page = visitor.get(f"/restore/phones?snapshot={made}&path=/shared/DCIM&path=/shared/Download")
        assert f'<option value="{phone.serial}"' in page.text
        fields = [("csrf", visitor.token()), ("snapshot", made), ("path", "/shared/DCIM"), ("path", "/shared/Download")]
        answer = visitor.client.post("/restore/plan", data=_grouped([*fields, ("serial", phone.serial)]))
        plan = visitor.get(settled_at(site, answer.headers["location"]))
        assert "1 file (9 B)" in plan.text
        assert not (phone.storage / "DCIM").exists()
        answer = visitor.post(base_of(plan) + "/go", {"existing": "keep"})
        result = visitor.get(settled_at(site, answer.headers["location"]))
        assert "a different file there, which is left as it is" in result.text
        assert "the same: 1 file." in result.text
        assert (phone.storage / "DCIM" / "photo.jpg").read_bytes() == b"the photo"
        assert (phone.storage / "Download" / "a.txt").read_bytes() == b"later"
        assert site.faults == []


def _grouped(fields: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        grouped.setdefault(name, []).append(value)
    return grouped


def test_messages_and_whatsapps_backup_go_onto_the_phone(
    phone: TestPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the page: a plan, one button, and the steps for this phone; nothing is written before the button."""
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    phone.answer_with(WITH_BOTH)
    trees.put(phone.storage, "WhatsApp/Databases/msgstore.db.crypt15", b"chats")
    trees.give_to_phone(phone.storage)
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    with open_adb(phone.serial) as adb:
        made = snapshots.backup(adb, repo, state_dir=tmp_path / "state").snapshot_id or ""
    shutil.rmtree(phone.storage / "WhatsApp")
    with serving(settings) as site:
        visitor = site.visitor()
        offered = visitor.get("/restore").text
        for what in ("records", "app-backups"):
            assert f'name="what" value="{what}"' in offered
            page = visitor.get(f"/restore/phones?snapshot={made}&what={what}")
            assert f'<option value="{phone.serial}"' in page.text
            before = trees.tree_digest(phone.storage)
            answer = visitor.post("/restore/plan", {"snapshot": made, "what": what, "serial": phone.serial})
            plan = visitor.get(settled_at(site, answer.headers["location"]))
            assert trees.tree_digest(phone.storage) == before
            answer = visitor.post(base_of(plan) + "/go", {"existing": "keep"})
            result = visitor.get(settled_at(site, answer.headers["location"]))
            assert "All that was asked for is there." in result.text
            assert "not confirmed" in result.text
        assert site.faults == []
    place = phone.storage / "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
    assert place.read_bytes() == b"chats"
    names = {path.name[:5] for path in (phone.storage / "Download/Phoneward").iterdir()}
    assert names == {"sms-2", "calls"}


def test_app_backups_need_a_phone(tmp_path: Path) -> None:
    with serving(make_settings(tmp_path)) as site:
        visitor = site.visitor()
        refused = visitor.post("/restore/plan", {"snapshot": "latest", "what": "app-backups", "target": str(tmp_path)})
        assert refused.status_code in {400, 404}
