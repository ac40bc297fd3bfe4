"""Guided troubleshooting, ratings and consent, step by step."""

from __future__ import annotations

import pytest

from automation.flows.effects import Close, HandOff, Rate, RecordConsent
from automation.flows.engine.rating import WAIT_MINUTES
from automation.flows.events import HandBack, Silence, Takeover
from automation.flows.state import RunStatus
from tests.automation.flows.builders import others, says
from tests.automation.flows.chat import Chat
from tests.automation.flows.service import SELL, help_flow, installed


def at_advice() -> Chat:
    chat = Chat(document=help_flow(), contact={"phone": "+37499123456"})
    return chat.open(says("my lamp does not shine any more", "fault"))


def at_rating() -> Chat:
    chat = at_advice()
    return chat.send(says("Yes, it works", payload="worked.yes:1"))


class TestTroubleshooting:
    def test_one_piece_of_advice_at_a_time_each_with_the_question_and_two_buttons(self) -> None:
        chat = at_advice()
        assert chat.said.text == "Hello!\n\nPull the plug for a minute.\n\nDid it work?"
        buttons = [(each.label, each.payload) for each in chat.said.quick_replies]
        assert buttons == [("Yes, it works", "worked.yes:1"), ("No, not yet", "worked.no:1")]
        chat.send(says("No, not yet", payload="worked.no:1"))
        assert chat.said.text == "Press the red button.\n\nDid it work?"
        assert chat.said.asks == "worked.2"

    def test_what_helped_goes_on_at_next(self) -> None:
        assert at_rating().said.asks == "rating.help"

    def test_when_nothing_helps_a_person_gets_the_card_with_what_was_tried(self) -> None:
        chat = at_advice()
        for number in (1, 2, 3):
            chat.send(says("no", "no"))
            assert (chat.state.pending == f"worked.{number + 1}") is (number < 3)
        card = next(each for each in chat.effects if isinstance(each, HandOff))
        assert card.reason == "support"
        notes = dict(card.summary.notes)
        assert notes["tried"] == "Pull the plug for a minute.\nPress the red button.\nClean the filter."
        assert notes["detail"] == "my lamp does not shine any more"

    @pytest.mark.parametrize(
        ("text", "intents", "asks"),
        [
            ("it works now, thank you", ("thanks",), "rating.help"),
            ("получилось!", ("other",), "rating.help"),
            ("yes", ("yes",), "rating.help"),
            ("1", ("other",), "rating.help"),
            ("still does not work", ("fault",), "worked.2"),
            ("не помогло", ("other",), "worked.2"),
            ("I don't know", ("other",), "worked.2"),
            ("2", ("other",), "worked.2"),
        ],
    )
    def test_it_is_answered_in_words_too(self, text: str, intents: tuple[str, ...], asks: str) -> None:
        assert at_advice().send(says(text, *intents)).said.asks == asks

    def test_a_side_question_is_answered_and_only_the_question_comes_again(self) -> None:
        chat = at_advice().send(says("do you deliver?", "delivery"))
        assert chat.said.text == "We deliver.\n\nDid it work?"

    def test_a_button_of_an_earlier_advice_changes_nothing(self) -> None:
        chat = at_advice().send(says("No, not yet", payload="worked.no:1"))
        chat.send(says("No, not yet", payload="worked.no:1"))
        assert chat.said.text == "Did it work?"
        assert chat.state.pending == "worked.2"

    def test_a_rule_for_a_person_counts_in_the_middle_of_it(self) -> None:
        chat = at_advice().send(says("it does not work, get me a person", "human"))
        assert any(isinstance(each, HandOff) for each in chat.effects)

    def test_handed_back_the_open_question_comes_again(self) -> None:
        chat = at_advice().send(Takeover()).send(HandBack())
        assert chat.said.text.endswith("Did it work?")
        assert "Pull the plug" not in chat.said.text


class TestRating:
    def test_five_stars_stand_under_one_question(self) -> None:
        said = at_rating().said
        assert said.text == "How was our help, from 1 (poor) to 5 (great)?"
        assert [each.label for each in said.quick_replies] == ["★", "★★", "★★★", "★★★★", "★★★★★"]

    @pytest.mark.parametrize(
        ("text", "payload", "value", "words"),
        [
            ("★★★★", "rating.4", 4, ""),
            ("5", None, 5, ""),
            ("5/5", None, 5, ""),
            ("4 из 5", None, 4, "4 из 5"),
            ("5, very quick", None, 5, "5, very quick"),
            ("★★★", None, 3, ""),
        ],
    )
    def test_a_good_one_is_kept_thanked_for_and_ends_it(
        self, text: str, payload: str | None, value: int, words: str
    ) -> None:
        chat = at_rating().send(says(text, "other", payload=payload))
        assert others(chat.effects) == [Rate("help", value, words), Close("solved", rated=True)]
        assert chat.said.text == "Thank you, that helps us get better.\n\nGoodbye."

    @pytest.mark.parametrize("value", [1, 2])
    def test_a_low_one_goes_to_otherwise(self, value: int) -> None:
        chat = at_rating().send(says("★", payload=f"rating.{value}"))
        card = next(each for each in chat.effects if isinstance(each, HandOff))
        assert card.reason == "low_rating"
        assert chat.said.text.startswith("Thank you for telling us honestly.")

    @pytest.mark.parametrize("text", ["10", "0", "3.5", "2026", "between 2 and 4", "ok", "👍", "not now"])
    def test_anything_else_goes_on_without_asking_again(self, text: str) -> None:
        chat = at_rating().send(says(text, "other"))
        assert others(chat.effects) == [Close("solved", rated=True)]
        assert chat.said.text == "Goodbye."

    def test_a_question_instead_is_answered(self) -> None:
        chat = at_rating().send(says("and do you deliver?", "delivery"))
        assert chat.said.text == "We deliver.\n\nGoodbye."

    def test_it_is_never_reminded_of_and_ends_without_a_word(self) -> None:
        chat = at_rating()
        assert chat.send(Silence(45)).effects == ()
        assert chat.state.status is RunStatus.WAITING
        assert chat.send(Silence(WAIT_MINUTES)).effects == (Close("solved", rated=True),)
        assert chat.state.status is RunStatus.DONE

    def test_it_is_taken_while_a_person_speaks_and_not_asked_again_after(self) -> None:
        chat = at_rating().send(Takeover()).send(says("★★", payload="rating.2"))
        assert chat.effects == (Rate("help", 2),)
        chat = at_rating().send(Takeover()).send(HandBack())
        assert chat.said.asks is None


class TestConsent:
    def at_question(self, **known: object) -> Chat:
        chat = Chat(document=installed(SELL)["sell"], facts={"interest": "sofa"}, **known)
        return chat.open().send(says("anna@example.am", email="anna@example.am"))

    def test_it_is_asked_with_two_buttons(self) -> None:
        said = self.at_question().said
        assert said.asks == "consent.follow_up"
        assert said.text.startswith("May we write to you here later")
        assert [each.payload for each in said.quick_replies] == ["consent:yes", "consent:no"]

    @pytest.mark.parametrize(
        ("message", "granted"),
        [
            (says("Yes", payload="consent:yes"), True),
            (says("yes please", "yes"), True),
            (says("No", payload="consent:no"), False),
            (says("no, thanks", "no", "thanks"), False),
        ],
    )
    def test_the_answer_is_kept_with_the_words_that_were_shown(self, message: object, granted: bool) -> None:
        chat = self.at_question()
        shown = chat.said.text
        chat.send(message)  # type: ignore[arg-type]
        kept = [each for each in chat.effects if isinstance(each, RecordConsent)]
        assert kept == [RecordConsent("follow_up", granted, shown)]
        assert chat.state.status is RunStatus.HANDED_OFF

    @pytest.mark.parametrize("granted", [True, False])
    def test_what_was_said_once_is_not_asked(self, granted: bool) -> None:
        chat = self.at_question(consents={"follow_up": granted})
        assert chat.state.status is RunStatus.HANDED_OFF

    def test_who_does_not_say_is_not_pressed(self) -> None:
        chat = self.at_question().send(says("hm", "other"))
        chat.send(says("hm hm", "other"))
        assert chat.state.status is RunStatus.HANDED_OFF
        assert not any(isinstance(each, RecordConsent) for each in chat.effects)
