"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.snapshots.records.forms import CALLS, SMS, Form
from phoneward.snapshots.records.reading import RecordsFileError, read_records, records_in
from phoneward.snapshots.records.writing import write_records

__all__ = ["CALLS", "SMS", "Form", "RecordsFileError", "read_records", "records_in", "write_records"]
