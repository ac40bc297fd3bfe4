"""What breaks into the questions: a wish for a person, side questions, files, silence, another language, a
colleague.
"""

from __future__ import annotations

import pytest

from automation.flows.document import loads
from automation.flows.effects import (
    Close,
    HandOff,
    NextStep,
    Note,
    NotInterested,
    QuickReply,
    RecordAnswer,
    SetContactField,
    SetGoal,
    SetLanguage,
    Source,
    Summary,
    Urgency,
)
from automation.flows.events import HandBack, OptedOut, Silence, Takeover
from automation.flows.state import RunStatus
from tests.automation.flows.builders import amount, others, place, says
from tests.automation.flows.chat import Chat

PERSON_OPEN = {
    "en": "I'm passing this to a colleague, who will answer you here within about 5 minutes.",
    "ru": "Передаю разговор коллеге, Вам ответят здесь примерно в течение 5 минут.",
    "hy": "Զրույցը փոխանցում եմ գործընկերոջս, նա կպատասխանի Ձեզ այստեղ մոտ 5 րոպեի ընթացքում։",
    "az": "Söhbəti həmkarıma ötürürəm, o, Sizə burada təxminən 5 dəqiqə ərzində cavab verəcək.",
}
PHONE = {"contact": {"phone": "+37499000000"}}


def selling(**changes: object) -> Chat:
    return Chat(**changes).open(says("how much", "price", language=str(changes.get("language", "en"))))


def hand_off(chat: Chat) -> HandOff:
    (found,) = (effect for effect in chat.effects if isinstance(effect, HandOff))
    assert chat.state is not None
    assert chat.state.status is RunStatus.HANDED_OFF
    assert chat.said.asks is None
    return found


@pytest.mark.parametrize("language", ["en", "ru", "hy", "az"])
def test_a_person_at_once_with_the_card(language: str) -> None:
    chat = selling(language=language, **PHONE).send(says("sofa"))
    chat.send(says("700k, I want a person", "human", budget=amount(700_000)))
    assert others(chat.effects) == [
        RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT),
        HandOff(
            "asked_for_person",
            Urgency.HIGH,
            None,
            Summary(
                goal="sales",
                language=language,
                facts=(("interest", "sofa"), ("budget", amount(700_000))),
                contact=(("phone", "+37499000000"),),
                missing=("start", "city", "contact.name"),
                unanswered="start",
                last_text="700k, I want a person",
                intent="price",
                next_step=NextStep.ANSWER_NOW,
            ),
        ),
    ]
    assert chat.said.text == PERSON_OPEN[language]


def test_a_person_before_anything_else() -> None:
    chat = Chat().open(says("operator", "human", language="en"))
    assert hand_off(chat).reason == "asked_for_person"
    assert chat.said.text_ids == ("greet.text", "phrases.person_open", "phrases.leave_contact")


@pytest.mark.parametrize(
    ("intent", "reason", "urgency"),
    [
        ("damaged", "damaged", Urgency.URGENT),
        ("complaint", "complaint", Urgency.HIGH),
        ("payment", "payment", Urgency.URGENT),
        ("partnership", "partnership", Urgency.NORMAL),
    ],
)
def test_handoff_rules(intent: str, reason: str, urgency: Urgency) -> None:
    found = hand_off(selling().send(says("it is about something", intent)))
    assert (found.reason, found.urgency) == (reason, urgency)


def test_outside_hours_the_words_are_honest() -> None:
    chat = selling(is_open=False, **PHONE).send(says("a person please", "human"))
    assert hand_off(chat).summary.next_step is NextStep.CALL
    assert chat.said.text == (
        "I've passed this to the team. We're closed right now and will answer as soon as we open."
    )


def test_after_the_handoff_only_facts_are_kept() -> None:
    chat = selling().send(says("a person please", "human"))
    chat.send(says("+37499123456, 700k", "human", phone="+37499123456", budget=amount(700_000)))
    assert list(chat.effects) == [
        SetContactField("phone", "+37499123456"),
        RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT),
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Understood, no more offers or reminders from us. If you ever need us, just write."),
        (
            "ru",
            "Понятно, больше не будем присылать предложения и напоминания. Если понадобимся, просто напишите.",
        ),
        ("hy", "Հասկանալի է, այլևս առաջարկներ և հիշեցումներ չենք ուղարկի։ Եթե պետք լինենք, պարզապես գրեք։"),
        ("az", "Aydındır, Sizə daha təklif və xatırlatma göndərməyəcəyik. Ehtiyac olsa, sadəcə yazın."),
    ],
)
def test_opting_out_is_confirmed_once(language: str, text: str) -> None:
    chat = selling(language=language).send(OptedOut(says("stop", "opt_out"), confirm=True))
    assert (chat.said.text, others(chat.effects)) == (text, [])
    assert chat.state is not None
    assert chat.state.status is RunStatus.DONE
    assert chat.send(OptedOut(says("stop", "opt_out"), confirm=False)).effects == ()
    assert chat.send(HandBack()).effects == ()


def test_opting_out_while_a_person_speaks_is_confirmed_too() -> None:
    chat = selling().send(Takeover()).send(OptedOut(says("stop writing", "opt_out"), confirm=True))
    assert chat.said.text_ids == ("phrases.opt_out",)
    assert others(chat.send(HandBack()).effects) == [Close("handed_back")]


def test_not_interested_closes_politely() -> None:
    chat = selling().send(says("no thanks, found another", "not_interested", "thanks"))
    assert others(chat.effects) == [NotInterested()]
    assert chat.said.text == (
        "Thank you for letting us know. All the best, and write any time if plans change."
    )


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("en", "do you deliver?", "What would you like to have made?"),
        ("ru", "а доставка есть?", "Что Вы хотели бы заказать?"),
        ("hy", "առաքում կա՞", "Ի՞նչ կցանկանայիք պատվիրել։"),
        ("az", "çatdırılma var?", "Nə sifariş etmək istərdiniz?"),
    ],
)
def test_a_side_question_is_answered_and_the_question_repeated(
    language: str, text: str, question: str
) -> None:
    chat = selling(language=language).send(says(text, "delivery", language=language))
    assert others(chat.effects) == []
    assert chat.said.text == f"{chat.flow.table['answers.delivery'][language]}\n\n{question}"
    assert chat.said.asks == "interest"


def test_an_answer_and_a_side_question_in_one() -> None:
    chat = selling(**PHONE).send(says("a sofa, and what about the warranty?", "warranty"))
    assert others(chat.effects) == [RecordAnswer("interest", "sofa", 0.9, Source.FLOW)]
    assert (chat.said.text_ids, chat.said.asks) == (("answers.warranty", "criteria.start"), "start")


def test_the_same_side_question_again_and_again_goes_to_a_person() -> None:
    chat = selling().send(says("delivery?", "delivery"))
    chat.send(says("delivery??", "delivery"))
    assert chat.said.text_ids == ("answers.delivery", "phrases.offer_person", "criteria.interest")
    assert chat.said.quick_replies[-1] == QuickReply("Talk to a person", "person")
    assert hand_off(chat.send(says("DELIVERY", "delivery"))).reason == "repeated_question"


def test_a_question_nobody_wrote_an_answer_for_is_put_off_honestly() -> None:
    chat = selling().send(says("do you have a showroom?", "showroom"))
    assert others(chat.effects) == [Note("question", "do you have a showroom?")]
    assert chat.said.text_ids == ("phrases.deferred", "criteria.interest")


def test_another_goal_in_the_middle() -> None:
    chat = selling(**PHONE).send(says("by the way my old wardrobe broke down", "fault"))
    assert others(chat.effects)[:1] == [SetGoal("support")]
    assert hand_off(chat).summary.notes == (("detail", "by the way my old wardrobe broke down"),)


def test_greeting_and_thanks_in_the_middle() -> None:
    chat = selling().send(says("hello?", "greeting"))
    assert chat.said.text == "Hello!\n\nWhat would you like to have made?"
    assert chat.send(says("thanks", "thanks")).said.text.startswith("You're welcome!\n\n")


def test_not_understood_twice() -> None:
    chat = selling().send(says("asdf", "other"))
    assert others(chat.effects) == [Note("not_understood", "asdf")]
    assert chat.said.text == "Sorry, I didn't quite catch that.\n\nWhat would you like to have made?"
    assert hand_off(chat.send(says("asdf", "other"))).reason == "not_understood"


def test_an_optional_question_is_left_after_two_tries() -> None:
    chat = selling(**PHONE).send(says("sofa")).send(says("asdf", "other"))
    assert chat.said.asks == "start"
    chat.send(says("qwer", "other"))
    assert (chat.said.text_ids, chat.said.asks) == (("phrases.moved_on", "criteria.budget"), "budget")
    chat.send(says("asdf", "other"))
    assert hand_off(chat.send(says("qwer", "other"))).reason == "not_understood"


@pytest.mark.parametrize("text", ["🙂", "", "   ", "?!", "👍👍"])
def test_nothing_to_read_repeats_gently_then_offers_a_person(text: str) -> None:
    chat = selling().send(says(text, "other"))
    assert (others(chat.effects), chat.said.text) == ([], "What would you like to have made?")
    chat.send(says(text, "other"))
    assert chat.said.text_ids == ("phrases.offer_person", "criteria.interest")
    assert hand_off(chat.send(says(text, "other"))).reason == "not_understood"


def test_photos_are_passed_on_and_an_album_thanked_for_once() -> None:
    chat = selling().send(says(attachments=["image"]))
    assert others(chat.effects) == [Note("attachment", "image")]
    assert chat.said.text_ids == ("phrases.attachment", "criteria.interest")
    assert list(chat.send(says(attachments=["image", "image"])).effects) == [
        Note("attachment", "image, image")
    ]
    assert chat.send(says("sofa")).said.asks == "contact.reach"


def test_a_captioned_photo_is_an_answer() -> None:
    chat = selling().send(says("like this sofa", attachments=["image"]))
    assert others(chat.effects) == [
        Note("attachment", "image"),
        RecordAnswer("interest", "sofa", 0.9, Source.FLOW),
    ]


def test_a_second_voice_note_goes_to_a_person() -> None:
    chat = selling().send(says(attachments=["voice"]))
    assert chat.said.text_ids == ("phrases.voice", "criteria.interest")
    assert hand_off(chat.send(says(attachments=["voice"]))).reason == "voice_note"


def test_a_photo_to_begin_with() -> None:
    chat = Chat().open(says(attachments=["image"]))
    assert chat.said.text_ids == ("greet.text", "phrases.attachment", "goal.text")


def test_silence_reminds_once() -> None:
    chat = selling()
    assert chat.send(Silence(44)).effects == ()
    chat.send(Silence(45))
    assert chat.said.text == (
        "Just checking in, one short answer and we can go on.\n\nWhat would you like to have made?"
    )
    assert chat.send(Silence(90)).effects == ()
    chat.send(says("sofa"))
    assert chat.send(Silence(50)).said.asks == "contact.reach"


@pytest.mark.parametrize(
    "event", [Takeover(), says("a person", "human"), OptedOut(says("stop", "opt_out"), True)]
)
def test_silence_reminds_nobody_else(event: object) -> None:
    assert selling().send(event).send(Silence(60)).effects == ()


def test_the_run_goes_on_in_the_customers_language() -> None:
    chat = selling().send(says("давайте лучше по-русски, нужен диван", "other", language="ru"))
    assert others(chat.effects) == [
        SetLanguage("ru"),
        RecordAnswer("interest", "sofa", 0.9, Source.FLOW),
    ]
    assert chat.said.text.endswith("На какой телефон или email Вам ответить?")


@pytest.mark.parametrize(
    ("text", "language", "adopted"),
    [
        ("кухня", "ru", True),
        ("inch arjeq uneq", "hy", True),
        ("kitchen", "en", False),
        ("ok", "en", False),
        ("да", "ru", False),
        ("+374 99 123456", "ru", False),
        ("anna@example.am", "en", False),
        ("bonjour tout le monde", "fr", False),
        ("👍", "en", False),
    ],
)
def test_a_language_is_taken_only_from_clear_words(text: str, language: str, adopted: bool) -> None:
    chat = selling(language="az").send(says(text, "other", language=language))
    assert (SetLanguage(language) in chat.effects) is adopted


def test_a_name_in_another_script_changes_nothing() -> None:
    facts = {"interest": "sofa", "start": 7, "budget": amount(1), "city": place("Gyumri")}
    chat = selling(facts=facts, **PHONE).send(says("Анна Петрова", "other", language="ru"))
    assert SetLanguage("ru") not in chat.effects
    assert SetContactField("name", "Анна Петрова") in chat.effects


def test_takeover_is_silent_and_hand_back_resumes() -> None:
    chat = selling().send(Takeover())
    assert chat.effects == ()
    chat.send(says("700k and a sofa", "price", budget=amount(700_000)))
    assert list(chat.effects) == [
        RecordAnswer("budget", amount(700_000), 1.0, Source.FREE_TEXT),
        RecordAnswer("interest", "sofa", 0.9, Source.FREE_TEXT),
    ]
    chat.send(HandBack())
    assert chat.said.text_ids == ("phrases.resume", "reach.question")
    assert others(chat.effects) == []


def test_hand_back_repeats_what_was_open() -> None:
    chat = selling().send(says("a person", "human")).send(HandBack())
    assert chat.said.text == "Thank you for waiting, let's go on.\n\nWhat would you like to have made?"
    assert chat.send(HandBack()).effects == ()


def test_hand_back_after_the_end_ends() -> None:
    facts = {"interest": "sofa", "start": 7, "budget": amount(1), "city": place("Gyumri")}
    chat = selling(facts=facts, contact={"name": "Anna", "phone": "+37499000000"})
    assert hand_off(chat).reason == "qualified"
    assert list(chat.send(HandBack()).effects) == [Close("handed_back")]


def test_too_long_an_exchange() -> None:
    chat = selling()
    for number in range(59):
        chat.send(says(f"question {number}", ("delivery", "warranty")[number % 2]))
    assert hand_off(chat.send(says("and?", "delivery"))).reason == "too_long"


LOOP = """\
flow: loop
languages: [en]
steps:
  - {id: a, say: {en: Round.}, next: b}
  - {id: b, say: {en: And round.}, next: a}
"""


def test_a_loop_ends_with_a_person_and_without_its_chatter() -> None:
    chat = Chat(document=loads(LOOP)).open()
    assert hand_off(chat).reason == "loop"
    assert "Round." not in chat.said.text.split("\n\n")[1:]


BRANCH = """\
flow: branch
languages: [en]
steps:
  - {id: budget, ask: budget}
  - {id: score, score: true}
  - id: fork
    branch: [{when: {field: budget}, go: rich}]
    otherwise: bye
  - {id: bye, end: not_a_fit, text: {en: Goodbye.}}
  - {id: rich, hand_off: qualified, open: {en: Soon.}, closed: {en: Tomorrow.}}
"""


@pytest.mark.parametrize(("said", "step"), [("700", "rich"), ("100", "bye")])
def test_a_branch_sees_the_answers_of_the_same_message(said: str, step: str) -> None:
    chat = Chat(
        document=loads(BRANCH),
        holds=lambda condition, facts, _contact: float(facts[condition["field"]]["amount"]) > 500,
    ).open()
    chat.send(says(said, budget=amount(int(said))))
    assert chat.said.step == step
    assert [type(effect).__name__ for effect in chat.effects] == [
        "RecordAnswer",
        "RequestScore",
        "Say",
        "HandOff" if step == "rich" else "Close",
    ]
