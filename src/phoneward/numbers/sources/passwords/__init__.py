"""Exports of password managers: which services they name, and which user names are phone numbers. Nothing else."""

from phoneward.numbers.sources.passwords.reading import read_passwords

__all__ = ["read_passwords"]
