"""Maru services: one package per service, and the chassis they share (kit)."""
