"""Mapping files: how one ERP's rows become rows of the local model. The language: docs/mapping.md."""
