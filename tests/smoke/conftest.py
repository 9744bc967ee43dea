"""Answers and configurations that the smoke tests share."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tuneops.config import Config, load
from tuneops.smoke.sampling import Answer

GOOD = (
    "¡Qué gran idea viajar a Oaxaca! En julio la ciudad se llena de música, mercados y danzas"
    " de la Guelaguetza. ¿Te atrae más la artesanía o la cocina?"
)
_ANSWER = Answer("roma", "candidate", 0, "travel", GOOD, "stop", "gpt-4o-ft", 40, 1.2)


@pytest.fixture
def answered() -> Callable[..., Answer]:
    """A good answer, with the given fields changed."""
    return lambda **changes: replace(_ANSWER, **changes)


@pytest.fixture
def config() -> Config:
    return load(Path("config/travel.yaml"))
