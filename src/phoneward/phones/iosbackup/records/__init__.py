"""An iPhone's messages, contacts, calls and calendars, told in the columns of Android's databases."""

from phoneward.phones.iosbackup.records.asking import IphoneRecords

__all__ = ["IphoneRecords"]
