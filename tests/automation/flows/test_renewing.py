"""A flow that is still as an earlier release shipped it gets this release's script."""

from __future__ import annotations

import pytest

from automation.flows.document import plain, shipped_text
from automation.flows.models import FlowVersion
from automation.flows.operations import install_shipped, renew_shipped
from automation.flows.operations.publishing import EARLIER, digest

KEY = "first_answer"


@pytest.mark.django_db
def test_an_untouched_script_is_renewed_with_the_companys_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = install_shipped(KEY)
    older = {**plain(shipped_text(KEY)), "title": "Older"}
    wording = {"goal.text": {"en": "What is it?"}}
    FlowVersion.objects.filter(flow=flow).update(document=older, texts=wording)
    assert renew_shipped(KEY) is None
    monkeypatch.setitem(EARLIER, KEY, frozenset({digest(older)}))
    version = renew_shipped(KEY)
    assert version is not None
    assert (version.number, version.document, version.texts) == (2, plain(shipped_text(KEY)), wording)
    assert renew_shipped(KEY) is None


@pytest.mark.django_db
def test_what_is_not_installed_is_not_renewed() -> None:
    assert renew_shipped(KEY) is None


def test_the_script_of_this_release_is_no_earlier_one() -> None:
    assert digest(plain(shipped_text(KEY))) not in EARLIER[KEY]
