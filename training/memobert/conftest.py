from pathlib import Path

import pytest

from . import toy_data


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    toy_data.make(folder)
    return folder
