import pytest
from core.due.models import DueRow
pytestmark = pytest.mark.django_db
def test_x(chat):
    chat.say("hello, how much is it?")
    print(list(DueRow.objects.values()))
    print("WAIT", chat.wait(minutes=45))
    print(list(DueRow.objects.values()))
    from django.utils import timezone
    print(timezone.now(), chat.run.__dict__, chat.conversation.__dict__)
    from tests.support import work_off
    print(work_off())
    chat.clock.shift(60)
    print(chat.wait(minutes=1), list(DueRow.objects.values()))
    assert 0
