"""Extract text and metadata from the bytes of a page. Pure, and slow on hostile pages: run it in a worker.

    extract_page (extract.py)    bytes -> ExtractedPage (page.py)

Nothing is imported here: trafilatura takes 0.1 s, which the process that stores pages spends on nothing.
"""
