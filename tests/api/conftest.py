from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.api.program import Program


@pytest.fixture
def company(db: None) -> None:
    """A pipeline, criteria and rules."""
    from crm.defaults import install_defaults

    install_defaults()


@pytest.fixture
def program(company: None) -> Program:
    from tests.api.program import make_program

    return make_program()
