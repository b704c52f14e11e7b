"""Missionwatch's orchestration: Prefect flows over the steps of :mod:`pipeline`."""
