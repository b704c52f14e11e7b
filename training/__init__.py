"""Our own corpus and how the reading engine is trained from it. Not part of the installed package."""
