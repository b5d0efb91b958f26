"""The ZIP container of an APK, read as Android reads it (AOSP libziparchive `zip_archive.cc`).

What other ZIP readers forgive and Android does not is refused here: two entries of one name, a file that does not begin
with an entry, an end record that is not at the end. What Android does not look at is not looked at: checksums of
contents, the flag for encryption, overlapping entries, what follows the last counted record of the directory.
"""

from phoneward.apk.container.archive import Container, open_container
from phoneward.apk.container.directory import DEFLATED, STORED, Entry

__all__ = ["DEFLATED", "STORED", "Container", "Entry", "open_container"]
