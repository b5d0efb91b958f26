"""The demonstration: the main job on a sample phone, told step by step, with a comparison at its end."""

from phoneward.demo.compare import Comparison, compare
from phoneward.demo.sample import FolderSample, SamplePhone
from phoneward.demo.story import STEPS, Told, tell

__all__ = ["STEPS", "Comparison", "FolderSample", "SamplePhone", "Told", "compare", "tell"]
