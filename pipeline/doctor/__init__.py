"""Is everything in order, from DNS to disk? Small checks of an injected world, and what to do about each fault."""

from pipeline.doctor.examine import CHECKS, examine
from pipeline.doctor.real import RealWorld
from pipeline.doctor.words import Check, Finding, Report, Result, State
from pipeline.doctor.world import World

__all__ = ["CHECKS", "Check", "Finding", "RealWorld", "Report", "Result", "State", "World", "examine"]
