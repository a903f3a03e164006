"""The ERP room: the local model, its loading, the semantic catalog and its queries."""
