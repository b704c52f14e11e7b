"""The commands that run flows."""
