"""A test with a picture made for it: who keeps it, and who sends it."""
