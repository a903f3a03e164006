"""What holds for every test: property tests try the same examples in every run, long campaigns run where named."""

import pytest
from hypothesis import settings

settings.register_profile("maru", derandomize=True, deadline=None, database=None)
settings.load_profile("maru")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long campaigns run only where `-m` names them."""
    if "slow" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("slow")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
