"""Those who can tell whether a number has changed hands."""
