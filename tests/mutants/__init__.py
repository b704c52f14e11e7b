"""Mutation testing of the pure core, outside CI: ``make mutants``."""
