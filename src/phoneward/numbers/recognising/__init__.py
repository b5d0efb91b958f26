"""Recognising: what a text message says about an account."""

from phoneward.numbers.recognising.lines import Line, LongMessageLineError, MessageLineError, recognised
from phoneward.numbers.recognising.recogniser import Recogniser, recognise

__all__ = ["Line", "LongMessageLineError", "MessageLineError", "Recogniser", "recognise", "recognised"]
