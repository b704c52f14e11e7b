"""From an article to claims: the embedded reader, and a language model as an option."""
