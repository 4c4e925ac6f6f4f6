"""Settings of all tests."""

from pathlib import Path

import pytest
from command import jsonl
from hypothesis import settings
from town import page, record

# A busy machine is no failure: what must be fast is measured where it matters, not in every example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """Give a file of eight pages of one site."""
    path = tmp_path / "in.jsonl"
    path.write_bytes(jsonl(*(record(n, page(n)) for n in range(8))))
    return path
