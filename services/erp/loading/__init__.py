"""A full load: an ERP's tables, mapped row by row, become a new local model that readers see all at once."""
