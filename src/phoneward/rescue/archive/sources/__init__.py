"""Reads what apps and backups leave of conversations, one file a source; each is recognised by its content."""
