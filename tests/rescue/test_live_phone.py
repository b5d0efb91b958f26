"""A phone at the cable and no vault: it is looked through, and nothing on it is changed."""

import os
from pathlib import Path

from tests.cli.program import Program
from tests.phone import trees
from tests.phone.testphone import TestPhone


def test_a_phone_without_any_snapshot_is_looked_through_and_only_read(phone: TestPhone, tmp_path: Path) -> None:
    """What lies in its trash is told and copied into a case; the phone's storage is the same before and after."""
    (tmp_path / "home").mkdir()
    trees.typical(phone.storage)
    dcim = phone.storage / "DCIM"
    trashed = dcim / ".trashed-4000000000-mother.jpg"
    some = next(path for path in sorted(phone.storage.rglob("*")) if path.is_file())
    trashed.parent.mkdir(exist_ok=True)
    trashed.write_bytes(b"a picture")
    status = some.stat()

    os.chown(trashed, status.st_uid, status.st_gid)
    trashed.chmod(status.st_mode & 0o7777)
    before = trees.tree_digest(phone.storage)
    program = Program(tmp_path / "home", {**phone.adb_env, "HOME": str(tmp_path / "home")})
    ran = program.run("rescue", "--what", "deleted", "--collect", tmp_path / "case")
    assert ran.code in {0, 3}, ran.stderr
    assert "mother.jpg, in the trash" in ran.stdout
    assert "The phone that is attached" in ran.stdout
    assert trees.tree_digest(phone.storage) == before
    kept = [path for path in (tmp_path / "case").rglob("*mother.jpg") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"a picture"]
