"""Set-up: leads a person from nothing to a verified snapshot, step by step."""
