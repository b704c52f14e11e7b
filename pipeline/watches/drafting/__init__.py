"""A watch from one article: names, places, lead and facts with their quotes; what a person chooses of it; its feeds.

``discover`` and ``opml`` stand in modules of their own: they bring parsers with them, which take a while to import.
"""

from pipeline.watches.drafting.choices import Choices, chosen
from pipeline.watches.drafting.draft import MAX_TEXT, article_of, draft_watch, with_facts_of

__all__ = ["MAX_TEXT", "Choices", "article_of", "chosen", "draft_watch", "with_facts_of"]
