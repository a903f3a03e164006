"""Adapters of the erp service's ports."""
