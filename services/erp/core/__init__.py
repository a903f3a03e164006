"""Answers typed questions from the local model, under the asker's policy. `use_cases.py` is the way in.

A query (query.py) is checked (checks.py, plan.py), compiled into one statement (compiling.py, conditions.py,
periods.py), its rows are put together (figures.py) and become the table (tabulating.py, result.py) with the words
for what was in force (words.py). What can be asked: catalog.py, from YAML by catalog_loader.py; who may:
policy.py. Names: names.py, entity_index.py. Documents: document_numbers.py, records.py.
"""
