"""An Android backup file (`adb backup`'s .ab, Xiaomi's .bak) taken for a phone."""

from phoneward.phones.androidbackup.phone import AndroidBackupPhone

__all__ = ["AndroidBackupPhone"]
