"""An iPhone backup (Finder, iTunes, Apple Devices, idevicebackup2) taken for a phone."""

from phoneward.phones.iosbackup.phone import IphoneBackupPhone

__all__ = ["IphoneBackupPhone"]
