"""Tells what a message says about an account: one-time codes, notices, who speaks, in a dozen languages."""
