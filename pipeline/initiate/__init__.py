"""A watch from one article, unreviewed: names, places, lead and baseline facts with their quotes."""

from pipeline.initiate.draft import MAX_TEXT, draft_watch

__all__ = ["MAX_TEXT", "draft_watch"]
