"""What the local model knows about itself: how fresh and how complete it is."""

from typing import Final

from sqlalchemy import BigInteger, Column, DateTime, Integer, String, Table, Text

from services.erp.local_model.columns import metadata

load_watermark: Final = Table(
    "load_watermark",
    metadata,
    Column("local_table", String(64), primary_key=True),
    Column("source_table", String(190), primary_key=True),
    Column("mapping", String(190), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("rounded", BigInteger, nullable=False),
    Column("as_of", DateTime, nullable=False),
    Column("loaded_at", DateTime, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("columns", Text),
    comment="Per local table and source table: rows held, rows rejected, values rounded or cut; as_of = the moment "
    "(UTC) up to which the rows are complete; epoch grows with every full load. An answer's data-as-of is "
    "the oldest as_of of the tables it used. columns = the local columns that the mapping fills, separated by "
    "spaces; none said = all.",
)

rejected_row: Final = Table(
    "rejected_row",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("local_table", String(64), nullable=False),
    Column("source_table", String(190), nullable=False),
    Column("source_key", String(500)),
    Column("column_name", String(64)),
    Column("reason", String(1000), nullable=False),
    comment="Source rows that the mapping could not take, with the reason. Never the row's content.",
)
