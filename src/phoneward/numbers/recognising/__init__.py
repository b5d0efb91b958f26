"""Recognising: what a text message says about an account."""

from phoneward.numbers.recognising.recogniser import Recogniser, recognise

__all__ = ["Recogniser", "recognise"]
