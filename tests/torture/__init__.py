"""Kills over a replay: whatever dies, the rerun gives what an undisturbed run gives. `python -m tests.torture`."""
