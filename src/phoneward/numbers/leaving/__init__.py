"""The leaving plan: what to do about each account, in which order, until when."""
