"""Answers typed questions from the local model, under the asker's policy.

query -> plan (catalog and policy checks) -> compiling (one statement) -> table (figures, order, cuts).
What is asked: query.py. What comes back: result.py. What can be asked: catalog.py, read from YAML by
catalog_loader.py. Who may: policy.py. Single documents: records.py. Names: names.py, entity_index.py.
"""
