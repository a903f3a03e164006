"""The tables of the conversations."""
