import pytest

from tests.practice.live.harness import Bench


@pytest.fixture
def bench(cast):
    return Bench(cast)
