"""What could not be read of a database, in words."""

from phoneward.rescue.sqlite.report import Trouble
from phoneward.texts import N_, Words, words

_SENTENCES = {
    Trouble.HEADER: N_("The head of the database is damaged. How it is laid out was guessed from its pages."),
    Trouble.SCHEMA: N_("The list of tables is gone. Rows are shown without names of tables and columns."),
    Trouble.TREE: N_("Some pages of the database are damaged or missing."),
    Trouble.CUT: N_("The file is shorter than it says: its end is missing."),
    Trouble.WAL: N_("The file with -wal beside it is damaged and was not read."),
    Trouble.JOURNAL: N_("The file with -journal beside it is damaged, or of another database, and was not read."),
    Trouble.HOT_JOURNAL: N_(
        "A change was cut short here: the next program that opens this database will undo it. Open only copies."
    ),
    Trouble.TOO_MANY_TABLES: N_("The database has so many tables that not all were looked at."),
}


def trouble_sentence(trouble: Trouble) -> Words:
    """Return what could not be read, as a sentence."""
    return words(_SENTENCES[trouble])
