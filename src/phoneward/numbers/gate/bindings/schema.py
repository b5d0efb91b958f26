"""The tables: the same in SQLite and PostgreSQL. Times are text (UTC, ISO 8601, microseconds) and sort."""

from typing import Final

VERSION: Final = 1

TABLES: Final = (
    """CREATE TABLE bindings (
        account TEXT PRIMARY KEY,
        number TEXT NOT NULL,
        number_hash TEXT NOT NULL,
        number_mask TEXT NOT NULL,
        bound_at TEXT NOT NULL,
        verified_at TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'released')),
        why TEXT NOT NULL,
        data_closed INTEGER NOT NULL CHECK (data_closed IN (0, 1)),
        reminded INTEGER NOT NULL CHECK (reminded IN (0, 1)),
        version BIGINT NOT NULL
    )""",
    "CREATE INDEX bindings_by_number ON bindings (number_hash)",
    "CREATE INDEX bindings_by_age ON bindings (state, reminded, verified_at)",
    """CREATE TABLE sessions (
        account TEXT NOT NULL REFERENCES bindings (account),
        session TEXT NOT NULL,
        opened_at TEXT NOT NULL,
        PRIMARY KEY (account, session)
    )""",
    """CREATE TABLE outbox (
        seq BIGINT PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        account TEXT NOT NULL,
        made_at TEXT NOT NULL,
        details TEXT NOT NULL,
        done_at TEXT
    )""",
    "CREATE INDEX outbox_waiting ON outbox (seq) WHERE done_at IS NULL",
    """CREATE TABLE audit (
        seq BIGINT PRIMARY KEY,
        entry TEXT NOT NULL,
        chain TEXT NOT NULL
    )""",
    # One row. Whoever writes locks it first, so that writers come one after the other, whatever the database.
    """CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        schema_version INTEGER NOT NULL,
        audit_seq BIGINT NOT NULL,
        audit_chain TEXT NOT NULL,
        outbox_seq BIGINT NOT NULL,
        key_check TEXT NOT NULL
    )""",
)
# Last: its row says that all the others are there.
FIRST_HEAD: Final = f"INSERT INTO head VALUES (1, {VERSION}, 0, '', 0, '')"  # noqa: S608 - a number of ours

APPEND_ONLY_SQLITE: Final = tuple(
    f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)
APPEND_ONLY_POSTGRESQL: Final = (
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)
