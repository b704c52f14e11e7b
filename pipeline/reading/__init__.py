"""Read articles into claims: the embedded engine, and a language model as an option."""
