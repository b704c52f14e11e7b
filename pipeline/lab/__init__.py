"""Watches over a past: replayed as if it were live, tried out, and scored against gold."""
