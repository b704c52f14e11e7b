"""The wheel and the source distribution: built, checked, and used as by who has no checkout."""
