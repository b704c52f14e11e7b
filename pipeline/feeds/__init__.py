"""Parse the bytes of feeds into entries. Pure: ``now`` is an argument. Run it in a worker that can be killed.

    parse_feed (parse.py)      bytes -> decode -> sniff -> one reader per format -> ParsedFeed
    entry_from (entries.py)    one of its entries -> Entry

What comes in is hostile: sizes, tags and attributes are counted before a parser sees them, and feedparser only
ever gets bytes in memory (a ``str`` or bare bytes it would open as a file or fetch as an address).

Nothing is imported here: the process that stores entries needs no parser.
"""
