"""The command line: one file a command, façades only, no logic."""


def main() -> None:
    """Run the command line; ends the process with the exit code."""
    from phoneward.cli.app import program

    program.main()


__all__ = ["main"]
