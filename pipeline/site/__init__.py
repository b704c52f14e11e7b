"""The page of a watch, for whoever would rather look than ask in SQL, and its feeds."""

from __future__ import annotations

from pipeline.site.build import SITE, Built, build
from pipeline.site.draw import PAGE

__all__ = ["PAGE", "SITE", "Built", "build"]
