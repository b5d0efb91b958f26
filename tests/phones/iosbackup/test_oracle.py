"""Independent judges: mvt's public backup opens, and `iphone_backup_decrypt` (MIT) opens what our writer wrote.

mvt's fixture is a backup of iOS 14.3 with its whole list of files and ten of their contents, edited: their sizes are
no longer those of the list. It is taken from mvt's package at PyPI and is not part of this project.
"""

import hashlib
import json
import plistlib
import sqlite3
import subprocess
from pathlib import Path

from phoneward.phones import Entry, FileKind, Unreadable, open_iphone_backup
from phoneward.phones.words import NOT_IN_FOLDER
from tests.phones.iosbackup.test_reading import WANTED, contents, small
from tests.phones.iosbackup.writer import PASSWORD
from tests.tools.oracles import oracle_python
from tests.tools.registry import Package

MVT = Package("pypi", "mvt", "2026.9.21")

_JUDGE = """
import json, hashlib, sqlite3, sys
from iphone_backup_decrypt import EncryptedBackup
folder, password, manifest = sys.argv[1:]
backup = EncryptedBackup(backup_directory=folder, passphrase=password)
backup.save_manifest_file(manifest)
ask = "SELECT domain, relativePath FROM Files WHERE flags = 1 AND relativePath != 'empty'"
rows = sqlite3.connect(manifest).execute(ask).fetchall()
found = [[d, p, hashlib.sha256(backup.extract_file_as_bytes(p, domain_like=d)).hexdigest()] for d, p in rows]
print(json.dumps(found))
"""


def test_mvts_public_backup_opens() -> None:
    folder = MVT.folder("tests/artifacts/ios_backup")
    rows = sqlite3.connect(folder / "Manifest.db").execute(
        "SELECT domain, relativePath, flags, file, fileID FROM Files"
    )
    listed = rows.fetchall()
    with open_iphone_backup(folder) as phone:
        items = [item for volume in phone.volumes() for item in phone.list(volume.root)]
        got = contents(phone)
        apps = {app.package for app in phone.apps().apps if not app.is_system}
        assert phone.identity.model == "iPhone9,3"
        assert phone.identity.os_version == "14.3"
    assert len(listed) == 3721
    assert {"net.whatsapp.WhatsApp", "ph.telegra.Telegraph", "org.mozilla.ios.Firefox"} <= apps
    lacking = {item.path for item in items if isinstance(item, Unreadable) and item.detail == NOT_IN_FOLDER}
    entries = {item.path: item for item in items if isinstance(item, Entry)}
    assert len(got) == 10
    assert len(lacking) + len(got) == sum(row[2] == 1 for row in listed)
    assert len(entries) + len(lacking) >= len(listed) - 2  # two folders are the storages themselves
    assert (
        hashlib.sha256(got[b"/domains/HomeDomain/Library/SMS/sms.db"]).digest()
        == hashlib.sha256((folder / "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28").read_bytes()).digest()
    )
    # Each description as plistlib reads it.
    for domain, path, flags, blob, _name in listed:
        if domain != "HomeDomain":
            continue
        archive = plistlib.loads(blob)
        said = archive["$objects"][archive["$top"]["root"].data]
        place = b"/domains/HomeDomain" + (b"/" + path.encode() if path else b"")
        entry = entries.get(place)
        if entry is None:
            assert place in lacking
            continue
        kinds = {1: FileKind.FILE, 2: FileKind.DIRECTORY, 4: FileKind.SYMLINK}
        assert entry.kind is kinds[flags]
        assert entry.mtime_ns == said["LastModified"] * 10**9
        assert entry.ctime_ns == said["LastStatusChange"] * 10**9
        assert entry.mode == said["Mode"] & 0o7777
        if flags == 4:
            assert entry.link_target == archive["$objects"][said["Target"].data].encode()


def test_an_independent_reader_opens_what_our_writer_encrypts(tmp_path: Path) -> None:
    """So the encrypted backups of these tests are what iPhones make, as far as that reader knows them."""
    writer = small(tmp_path / "b", PASSWORD)
    folder = writer.finish()
    ran = subprocess.run(
        [oracle_python("iphone-backup-decrypt"), "-c", _JUDGE, str(folder), PASSWORD, str(tmp_path / "manifest.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    judged = sorted(digest for _domain, _path, digest in json.loads(ran.stdout))
    with open_iphone_backup(folder, lambda: PASSWORD) as phone:
        ours = sorted(hashlib.sha256(content).hexdigest() for content in contents(phone).values() if content)
    assert judged == ours
    assert len(ours) == len(WANTED) - 1
