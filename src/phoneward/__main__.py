"""`python -m phoneward` is the same as `phoneward`."""

from phoneward.cli import main

if __name__ == "__main__":
    main()
