"""Scores answers to a set of questions against gold figures taken from the ERP's own tables."""
