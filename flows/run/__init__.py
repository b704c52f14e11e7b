"""What the flows share: the context of a run, its record, its end, its events and artifacts."""
