"""The page of a watch, for whoever would rather look than ask in SQL, and its feeds."""

from __future__ import annotations

from pipeline.site.brief import brief_page
from pipeline.site.build import SITE, Built, build
from pipeline.site.draw import PAGE
from pipeline.site.why import alone

__all__ = ["PAGE", "SITE", "Built", "alone", "brief_page", "build"]
