"""What holds for every test: property tests try the same examples in every run."""

from hypothesis import settings

settings.register_profile("maru", derandomize=True, deadline=None, database=None)
settings.load_profile("maru")
