"""From a page's bytes to its text and metadata. Pure, and slow on hostile pages: run it in a worker."""

from __future__ import annotations

from pipeline.extract.decode import decode_html
from pipeline.extract.extract import ExtractedPage, extract_page

__all__ = ["ExtractedPage", "decode_html", "extract_page"]
