"""The bench: three real missions with gold timelines, and what the reader makes of them."""
