from conversations.channels.contracts import Abilities
from conversations.sending.adaptation import Part, adapt, as_buttons
from conversations.sending.drafts import QuickReply

YES_NO = (QuickReply("Yes", "yes"), QuickReply("No", "no"))


def test_quick_replies_stay_buttons_where_there_are_buttons() -> None:
    abilities = Abilities(quick_replies=3, quick_reply_label=20)
    assert adapt("Shall I book?", YES_NO, abilities) == [Part("Shall I book?", YES_NO)]


def test_elsewhere_they_become_numbered_lines_and_their_meaning_is_kept() -> None:
    assert adapt("Shall I book?", YES_NO, Abilities()) == [Part("Shall I book?\n\n1. Yes\n2. No", YES_NO)]


def test_too_many_or_too_long_labels_become_lines_too() -> None:
    abilities = Abilities(quick_replies=1, quick_reply_label=20)
    assert not as_buttons(YES_NO, abilities)
    assert not as_buttons((QuickReply("x" * 21, "x"),), abilities)
    assert as_buttons((QuickReply("x" * 20, "x"),), abilities)


def test_the_last_part_of_a_long_text_carries_the_quick_replies() -> None:
    abilities = Abilities(text_limit=20, quick_replies=3)
    assert adapt("This is the first. And the second?", YES_NO, abilities) == [
        Part("This is the first."),
        Part("And the second?", YES_NO),
    ]
