"""Datasets, training and evaluation of the models that Maru serves."""
