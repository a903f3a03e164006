"""Adapters of the chat ports."""
