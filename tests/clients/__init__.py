"""The published file, opened with each client that docs/clients/ tells of."""
