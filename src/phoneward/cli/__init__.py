"""The command line: one file a command, façades only, no logic."""


def main() -> None:
    """Run the command line."""
    raise SystemExit(2)
