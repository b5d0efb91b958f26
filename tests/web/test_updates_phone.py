"""A file judged on the page against the phone at the cable: a real adbd, the phone's own APK, the vault's copy."""

from pathlib import Path

import pytest

from phoneward import snapshots
from phoneward.phones import open_adb
from phoneward.vault import LocalStorage, open_repository
from tests.cli.installing import APP, SECOND, apk
from tests.phone import state
from tests.phone.testphone import TestPhone
from tests.web.site import PASSWORD, make_settings, serving


def test_the_phone_at_the_cable_is_asked(phone: TestPhone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in phone.adb_env.items():
        monkeypatch.setenv(name, value)
    theirs, newer = apk(2, by=SECOND), apk(2)
    here = state.app_of(apk(1), app_id=10140, sizes=(10_000, 7_000_000, 0))
    phone.answer_with(state.SMALL.but(apps=(*state.SMALL.apps, here), apks=(theirs, newer)))
    settings = make_settings(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    with open_adb(phone.serial) as adb:
        snapshots.backup(adb, repo, state_dir=tmp_path / "state")
    with serving(settings) as site:
        visitor = site.visitor()
        against = f"phone:{phone.serial}"
        assert f'<option value="{against}"' in visitor.get("/updates").text
        for update, headline in ((theirs, "ONLY POSSIBLE BY WIPING"), (newer, "KEEPS YOUR DATA")):
            form = {"csrf": visitor.token(), "against": against}
            sent = visitor.client.post("/updates/check", data=form, files=[("files", ("update.apk", update.data))])
            assert sent.status_code == 303, sent.text
            for job in site.context.jobs.all():
                assert job.ended.wait(60)
            text = visitor.get("/updates/verdict").text
            assert headline in text
            assert "7.0 MB" in text, "what the person has in the app"
            assert f"phoneward update check --adb {phone.serial} update.apk" in text
            assert APP in text
            copy = 'href="/phones">Make a copy of what is in it first</a>'
            assert (copy in text) is (update is theirs), "where nothing outside the phone has what would be deleted"
        assert site.faults == []
