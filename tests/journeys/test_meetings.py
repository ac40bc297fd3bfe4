"""The story to its end: first message, qualified, booked, reminded, moved, attended or not, booked again (spec 9)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bookings.appointments.models import Booking
from bookings.appointments.operations import mark
from bookings.services.models import Service
from core.access.models import User
from core.events.actor import Actor
from core.notifications.models import Notification
from tests.journeys.booking import labels, local
from tests.journeys.chat import Chat

pytestmark = pytest.mark.django_db


class Story(NamedTuple):
    says: tuple[str, ...]
    offer: str
    wish: str
    name: str
    confirm: str
    booked: str
    coming: tuple[str, str]
    move: tuple[str, str]
    other: tuple[str, str]
    cancelled: tuple[str, str]


STORIES = {
    "en": Story(
        ("hello, how much is it?", "a kitchen", "+374 99 123456", "this week", "1.5 mln", "Gyumri"),
        "Let's set a time: Showroom visit. Which of these suits you (Yerevan time)?",
        "Thursday at 15:00",
        "Anna",
        "Showroom visit: Thu 5 March, 15:00, Yerevan time, Abovyan 1, Yerevan. Shall I book it?",
        "Thank you, Anna!\n\nYou are booked: Showroom visit, Thu 5 March, 15:00 (Yerevan time).",
        ("I'm coming", "Thank you, see you Thu 5 March, 15:00."),
        (
            "can we move it to Friday?",
            "You are booked for Thu 5 March, 15:00. Which new time suits you (Yerevan time)?",
        ),
        (
            "Friday at 16:00",
            "Your meeting has a new time: Showroom visit, Fri 6 March, 16:00 (Yerevan time).",
        ),
        ("cancel my booking please", "Showroom visit, Fri 6 March, 16:00. Shall I cancel it?"),
    ),
    "ru": Story(
        (
            "здравствуйте, сколько стоит?",
            "кухню",
            "+374 99 123456",
            "на этой неделе",
            "полтора миллиона",
            "Гюмри",
        ),
        "Давайте выберем время: Визит в салон. Какое Вам удобно (время в городе Ереван)?",
        "в четверг в 15:00",
        "Меня зовут Анна",
        "Визит в салон: чт 5 марта, 15:00, время в городе Ереван, Abovyan 1, Yerevan. Записать Вас?",
        "Спасибо, Анна!\n\nВы записаны: Визит в салон, чт, 5 марта, 15:00 (время в городе Ереван).",
        ("Буду", "Спасибо, ждём Вас: чт 5 марта, 15:00."),
        (
            "перенесите на пятницу",
            "Ваша запись: чт 5 марта, 15:00. Какое новое время Вам удобно (время в городе Ереван)?",
        ),
        (
            "в пятницу в 16:00",
            "У вашей встречи новое время: Визит в салон, пт, 6 марта, 16:00 (время в городе Ереван).",
        ),
        ("отмените встречу", "Визит в салон, пт 6 марта, 16:00. Отменить запись?"),
    ),
    "hy": Story(
        ("բարև, ի՞նչ արժե", "խոհանոց եմ ուզում", "+374 99 123456", "այս շաբաթ", "1.5 միլիոն", "Գյումրի"),
        "Ընտրենք ժամ՝ Այց սրահ։ Ո՞րն է Ձեզ հարմար (Երևան քաղաքի ժամանակով)։",
        "հինգշաբթի 15:00",
        "Աննա",
        "Այց սրահ․ հնգ 5 մարտ, 15:00, Երևան քաղաքի ժամանակով, Abovyan 1, Yerevan։ Հաստատե՞մ։",
        "Շնորհակալություն, Աննա։\n\nԴուք գրանցված եք՝ Այց սրահ, մարտի 5, հինգշաբթի, ժամը 15:00",
        ("Կգամ", "Շնորհակալություն, սպասում ենք Ձեզ՝ հնգ 5 մարտ, 15:00։"),
        (
            "կարո՞ղ եք տեղափոխել ուրբաթ օրվա",
            "Ձեր գրանցումը՝ հնգ 5 մարտ, 15:00։ Ո՞ր նոր ժամն է Ձեզ հարմար (Երևան քաղաքի ժամանակով)։",
        ),
        ("ուրբաթ 16:00", "Ձեր հանդիպումը նոր ժամ ունի՝ Այց սրահ, մարտի 6, ուրբաթ, ժամը 16:00"),
        ("չեղարկեք գրանցումս", "Այց սրահ, ուր 6 մարտ, 16:00։ Չեղարկե՞մ գրանցումը։"),
    ),
    "az": Story(
        ("salam, qiyməti neçədir?", "mətbəx lazımdır", "+374 99 123456", "bu həftə", "1.5 milyon", "Bakı"),
        "Gəlin vaxt seçək: Salona baş çəkmək. Hansı Sizə uyğundur (Yerevan vaxtı ilə)?",
        "cümə axşamı saat 15:00",
        "Aysel",
        "Salona baş çəkmək: C.a. 5 mart, 15:00, Yerevan vaxtı ilə, Abovyan 1, Yerevan. Təsdiq edim?",
        "Təşəkkür edirik, Aysel!\n\nQeydiyyatınız hazırdır: Salona baş çəkmək, 5 mart",
        ("Gələcəyəm", "Təşəkkür edirik, Sizi gözləyirik: C.a. 5 mart, 15:00."),
        (
            "görüşü cümə gününə keçirin",
            "Qeydiniz: C.a. 5 mart, 15:00. Hansı yeni vaxt Sizə uyğundur (Yerevan vaxtı ilə)?",
        ),
        ("cümə günü saat 16:00", "Görüşünüzün yeni vaxtı: Salona baş çəkmək, 6 mart"),
        ("görüşü ləğv edin", "Salona baş çəkmək, C. 6 mart, 16:00. Qeydi ləğv edim?"),
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_booked_reminded_moved_and_cancelled(chat: Chat, visits: Service, story: Story) -> None:
    for text in story.says:
        answer = chat.say(text)
    assert answer.endswith(story.offer)
    assert len(labels(chat)) == 4

    chat.say(story.wish)
    assert chat.pending == "contact.name"
    assert chat.say(story.name) == story.confirm
    assert chat.say(labels(chat)[0]).startswith(story.booked)
    booking = Booking.objects.get()
    assert (booking.status, booking.starts_at, booking.resource.name) == (
        "confirmed",
        local("03-05 15:00"),
        "Ani",
    )
    assert (booking.contact, booking.lead, booking.conversation) == (
        chat.contact,
        chat.lead,
        chat.conversation,
    )
    conversation = chat.conversation
    assert (conversation.handler, conversation.status) == ("flow", "waiting_customer")
    assert (conversation.handoff["reason"], chat.card["next_step"]) == ("booked", "meet")
    assert chat.run.status == "finished"

    chat.clock.move_to(local("03-04 15:00"))
    reminder = chat.wait(minutes=1)
    assert reminder
    assert story.coming[0] in labels(chat)
    assert chat.tap(story.coming[0]) == story.coming[1]
    booking.refresh_from_db()
    assert booking.acknowledged_at is not None
    assert chat.conversation.status == "waiting_customer"

    assert chat.say(story.move[0]).endswith(story.move[1])
    assert chat.say(story.other[0]).startswith(story.other[1])
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision, booking.acknowledged_at) == (local("03-06 16:00"), 1, None)
    assert Booking.objects.count() == 1

    assert chat.say(story.cancelled[0]) == story.cancelled[1]
    chat.say(labels(chat)[0])
    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert chat.wait(days=3) == ""


def test_three_reminders_then_attended(chat: Chat, visits: Service, anna: User) -> None:
    from tests.journeys.booking import booked

    booking = booked(chat)
    heard = []
    for moment in ("03-04 15:00", "03-05 13:00", "03-05 14:50"):
        chat.clock.move_to(local(moment))
        heard.append(chat.wait(minutes=0))
    assert [text.split(":")[0] for text in heard] == [
        "A short reminder",
        "See you soon",
        "We begin in 10 minutes",
    ]
    chat.clock.move_to(local("03-05 15:40"))
    mark(booking_id=booking.pk, came=True, now=local("03-05 15:40"), actor=Actor.of(anna))
    assert chat.wait(hours=3) == ""


def test_who_did_not_come_books_again_with_one_tap(chat: Chat, visits: Service, anna: User) -> None:
    from tests.journeys.booking import booked

    booking = booked(chat)
    chat.clock.move_to(local("03-05 15:40"))
    mark(booking_id=booking.pk, came=False, now=local("03-05 15:40"), actor=Actor.of(anna))
    assert chat.wait(minutes=20).startswith("We missed you: Showroom visit, Thu 5 March, 15:00")
    assert (
        chat.tap("Another time")
        == "Let's set a time: Showroom visit. Which of these suits you (Yerevan time)?"
    )
    chosen = labels(chat)[0]
    assert chat.tap(chosen).startswith(f"You are booked: Showroom visit, {chosen} (Yerevan time).")
    again = Booking.objects.latest("pk")
    assert (again.status, again.contact, again.lead) == ("confirmed", chat.contact, chat.lead)
    booking.refresh_from_db()
    assert booking.status == "no_show"


def test_the_owner_of_the_lead_is_told(chat: Chat, visits: Service, anna: User) -> None:
    from core.events.actor import SYSTEM
    from crm.pipeline.operations import update_lead
    from tests.journeys.booking import QUALIFIED

    chat.say(*QUALIFIED)
    update_lead(lead_id=chat.lead.pk, actor=SYSTEM, owner=anna)
    chat.say("Thursday at 15:00", "Anna", "yes")
    assert list(Notification.objects.values_list("kind", flat=True)) == ["booking.confirmed"]


def test_without_an_owner_the_team_is_told(chat: Chat, visits: Service, anna: User) -> None:
    from core.access.models import Membership
    from tests.journeys.booking import booked

    Membership.objects.create(team=chat.account.team, user=anna)
    booked(chat)
    assert list(Notification.objects.values_list("user__name", "kind")) == [
        ("Anna", "conversation.announced")
    ]


def test_a_wish_for_a_meeting_needs_few_questions(chat: Chat, visits: Service) -> None:
    assert chat.say("hello, I want to book a visit").endswith("What would you like to have made?")
    assert chat.say("a kitchen").startswith("Let's set a time: Showroom visit.")
    assert chat.conversation.goal == "booking"
    chat.tap(labels(chat)[0])
    chat.say("Anna", "+374 99 123456")
    assert chat.pending == "meeting.confirm"
    chat.tap("Yes, book it")
    assert Booking.objects.get().status == "confirmed"


def test_without_anything_to_book_it_hands_over_as_ever(chat: Chat) -> None:
    from tests.journeys.booking import QUALIFIED

    assert chat.say(*QUALIFIED).endswith("How should we address you?")
    assert chat.say("Anna") == "Thank you, Anna! A colleague from sales will answer you here."


def test_the_company_answers_who_writes_after_the_booking(chat: Chat, visits: Service) -> None:
    from tests.journeys.booking import booked

    booked(chat)
    assert chat.say("is there a parking lot?") == ""
    assert (chat.conversation.handler, chat.conversation.status) == ("queue", "waiting_us")
