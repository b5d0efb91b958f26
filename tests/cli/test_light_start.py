"""A command loads what it uses: what is heavy, or of other rooms, stays away from those that only look into a vault."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.cli.conftest import Stocked

SAID = "what was loaded: "
CODE = f"""
import sys
from phoneward.cli.app import program
code = program.main(sys.argv[1:], standalone_mode=False)
print({SAID!r}, *sys.modules, file=sys.stderr)
sys.exit(code)
"""

HEAVY = {
    *("asyncio", "cv2", "email", "http.client", "httpx", "jinja2", "keyring", "numpy", "obstore", "paramiko", "PIL"),
    *("pikepdf", "sqlite3", "ssl", "starlette", "uvicorn", "xml.etree"),
}
OTHER_ROOMS = {
    f"phoneward.{name}"
    for name in (
        *("apk", "cases", "checkup", "confined", "flows", "media", "notifying", "numbers", "paper", "rescue", "setup"),
        *("timestamping", "updates", "watch", "web"),
        *("phones.adb", "phones.androidbackup", "phones.appbackups", "phones.diagnosis", "phones.guides"),
        *("snapshots.passes", "snapshots.catalogue", "snapshots.placing", "snapshots.records"),
        *("vault.check", "vault.copy", "vault.prune", "vault.restore", "vault.stats", "vault.storage.rest"),
    )
}


def loaded(stocked: Stocked, words: Sequence[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, *words], capture_output=True, text=True, check=True, env=stocked.program.env
    )
    return set(done.stderr.splitlines()[-1].removeprefix(SAID).split())


@pytest.mark.parametrize(
    ("words", "needed"),
    [
        (["snapshots"], set()),
        (["ls", "latest"], set()),
        (["check"], {"phoneward.vault.check"}),
        (["unlock"], set()),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_who_looks_into_a_folders_vault_loads_nothing_of_other_rooms(
    stocked: Stocked, words: list[str], needed: set[str]
) -> None:
    there = loaded(stocked, words)
    assert "phoneward.vault.repository" in there
    assert needed <= there
    assert not there & ((HEAVY | OTHER_ROOMS) - needed)
