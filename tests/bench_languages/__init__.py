"""The bench of French and Spanish: a mission each, with its gold timeline, and what the embedded engine makes of it."""
