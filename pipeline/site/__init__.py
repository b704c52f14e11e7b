"""The page of a watch, for whoever would rather look than ask in SQL; its feeds, and what is served of it.

Nothing is imported here: a run needs the links that acknowledge and not the templates of the page.
"""

from __future__ import annotations

SITE = "site"  # the folder of all pages, beside the store
PAGE = "index.html"  # the page of a watch, in the folder of its name
