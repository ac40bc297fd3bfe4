from pathlib import Path

from django.conf import settings

from core.events.documentation import as_markdown
from core.events.registry import TYPES


def test_the_list_of_events_in_the_documentation_is_true() -> None:
    """When this fails: manage.py document_events."""
    types = [event_type for event_type in TYPES.values() if not event_type.name.startswith("test.")]

    assert (Path(settings.BASE_DIR) / "docs" / "events.md").read_text() == as_markdown(types)
