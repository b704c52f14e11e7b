"""The tables, as data: from it come the DDL, the comments and the types of each batch.

This is the one definition of the tables as they are now. A store of an earlier release gets what it has not yet
(:mod:`pipeline.storage.migrations`), so a new column stands behind the others of its table, and no name ever goes.

Narrow tables with an inline primary key of type UUID. Long texts stand apart, in tables without
a key, because each checkpoint rewrites the last row group of a table that has one. No index is
created: on DuckDB 1.4 and 1.5 an index can miss rows after a crash, an inline key can't.
"""

from __future__ import annotations

from typing import Final

from pipeline.storage.schema.alerts import ALERTS
from pipeline.storage.schema.articles import FEEDS_AND_ARTICLES
from pipeline.storage.schema.changes import CLAIMS_AND_CHANGES
from pipeline.storage.schema.runs import MIGRATION, RUNS
from pipeline.storage.schema.table import Column, Table, literal

TABLES: Final = {table.name: table for table in (*FEEDS_AND_ARTICLES, *CLAIMS_AND_CHANGES, *ALERTS, *RUNS)}

__all__ = ["MIGRATION", "TABLES", "Column", "Table", "literal"]
