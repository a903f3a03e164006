"""Tries a mapping on a source without loading anything: what becomes of which rows, and what may be wrong."""
