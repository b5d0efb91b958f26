"""Phones: one protocol, several kinds. Knows no vault."""
