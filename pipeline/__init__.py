"""Missionwatch's core: words, rules, steps and adapters. Prefect lives in :mod:`flows`."""

__version__ = "0.9.0"
