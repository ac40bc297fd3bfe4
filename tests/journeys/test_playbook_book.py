"""Playbook "book": from the wish for a meeting to one that was moved, missed and booked again (spec 5.6 c, 9)."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bookings.appointments.models import Booking
from bookings.appointments.operations import mark
from bookings.services.models import Service
from core.access.models import User
from core.events.actor import Actor
from tests.journeys.booking import local
from tests.journeys.playbooks import CHANNELS, LANGUAGES, PHONE, Somebody, languages_of, play

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("channel", CHANNELS)]


class Story(NamedTuple):
    wish: str
    kind: str
    time: str
    name: str
    about: str
    later: str
    offer: str
    confirm: str
    booked: str
    reminder: str
    move: str
    moved: str
    missed: str
    again: str


STORIES = {
    "en": Story(
        wish="hello, can I come and see you?",
        kind="a kitchen",
        time="Thursday at 15:00",
        name="Mary",
        about="the worktop and the lights",
        later="Friday at 16:00",
        offer="Let's find a time: Showroom visit; it can be moved with one tap. Which of these suits you (Yerevan time)?",
        confirm="Showroom visit: Thu 5 March, 15:00, Yerevan time, Abovyan 1, Yerevan. Shall I book it?",
        booked="Thank you, Mary!\n\nYou are booked: Showroom visit, Thu 5 March, 15:00 (Yerevan time).",
        reminder="A short reminder: Showroom visit, Thu 5 March, 15:00",
        move="You are booked for Thu 5 March, 15:00. Which new time suits you (Yerevan time)?",
        moved="Your meeting has a new time: Showroom visit, Fri 6 March, 16:00 (Yerevan time).",
        missed="We missed you: Showroom visit, Fri 6 March, 16:00",
        again="You are booked: Showroom visit",
    ),
    "ru": Story(
        wish="добрый день, хочу записаться к вам",
        kind="кухню",
        time="в четверг в 15:00",
        name="Мария",
        about="столешница и подсветка",
        later="в пятницу в 16:00",
        offer=(
            "Подберём время: Визит в салон; перенести его можно одним нажатием. Какое Вам "
            "удобно (время в городе Ереван)?"
        ),
        confirm="Визит в салон: чт 5 марта, 15:00, время в городе Ереван, Abovyan 1, Yerevan. Записать Вас?",
        booked="Спасибо, Мария!\n\nВы записаны: Визит в салон, чт, 5 марта, 15:00 (время в городе Ереван).",
        reminder="Напоминаем: Визит в салон, чт, 5 марта, 15:00",
        move="Ваша запись: чт 5 марта, 15:00. Какое новое время Вам удобно (время в городе Ереван)?",
        moved="У вашей встречи новое время: Визит в салон, пт, 6 марта, 16:00 (время в городе Ереван).",
        missed="Мы вас не дождались: Визит в салон, пт, 6 марта, 16:00",
        again="Вы записаны: Визит в салон",
    ),
    "hy": Story(
        wish="բարև ձեզ, ուզում եմ գրանցվել այցի",
        kind="խոհանոց",
        time="հինգշաբթի 15:00",
        name="Մարիամ",
        about="սեղանատախտակն ու լույսերը",
        later="ուրբաթ 16:00",
        offer="Ընտրենք ժամ՝ Այց սրահ․ այն կարելի է տեղափոխել մեկ հպումով։ Ո՞րն է Ձեզ հարմար (Երևան քաղաքի ժամանակով)։",
        confirm="Այց սրահ․ հնգ 5 մարտ, 15:00, Երևան քաղաքի ժամանակով, Abovyan 1, Yerevan։ Հաստատե՞մ։",
        booked="Շնորհակալություն, Մարիամ։\n\nԴուք գրանցված եք՝ Այց սրահ, մարտի 5, հինգշաբթի, ժամը 15:00",
        reminder="Հիշեցնում ենք՝ Այց սրահ, մարտի 5, հինգշաբթի, ժամը 15:00",
        move="Ձեր գրանցումը՝ հնգ 5 մարտ, 15:00։ Ո՞ր նոր ժամն է Ձեզ հարմար (Երևան քաղաքի ժամանակով)։",
        moved="Ձեր հանդիպումը նոր ժամ ունի՝ Այց սրահ, մարտի 6, ուրբաթ, ժամը 16:00",
        missed="Մենք սպասում էինք ձեզ՝ Այց սրահ, մարտի 6, ուրբաթ, ժամը 16:00",
        again="Դուք գրանցված եք՝ Այց սրահ",
    ),
    "az": Story(
        wish="salam, görüşə yazılmaq istəyirəm",
        kind="mətbəx",
        time="cümə axşamı saat 15:00",
        name="Aysel",
        about="üzlük və işıqlar",
        later="cümə günü saat 16:00",
        offer=(
            "Gəlin vaxt seçək: Salona baş çəkmək; onu bir toxunuşla dəyişmək olar. Hansı "
            "Sizə uyğundur (Yerevan vaxtı ilə)?"
        ),
        confirm="Salona baş çəkmək: C.a. 5 mart, 15:00, Yerevan vaxtı ilə, Abovyan 1, Yerevan. Təsdiq edim?",
        booked="Təşəkkür edirik, Aysel!\n\nQeydiyyatınız hazırdır: Salona baş çəkmək, 5 mart",
        reminder="Xatırladırıq: Salona baş çəkmək, 5 mart",
        move="Qeydiniz: C.a. 5 mart, 15:00. Hansı yeni vaxt Sizə uyğundur (Yerevan vaxtı ilə)?",
        moved="Görüşünüzün yeni vaxtı: Salona baş çəkmək, 6 mart",
        missed="Sizi gözləyirdik: Salona baş çəkmək, 6 mart",
        again="Qeydiyyatınız hazırdır: Salona baş çəkmək",
    ),
}


def came_to_a_time(somebody: Somebody, story: Story, channel: str) -> None:
    """From the first words to the meeting that stands; a messenger asks for the phone first and knows the name."""
    somebody.is_called(story.name)
    somebody.say(story.wish)
    assert somebody.pending == ("contact.reach" if channel == "telegram" else "interest")
    if channel == "telegram":
        somebody.say(PHONE)
    assert somebody.say(story.kind) == story.offer
    assert len(somebody.labels) == 4
    answer = somebody.say(story.time)
    if channel == "webchat":
        assert somebody.pending == "contact.name"
        somebody.say(story.name)
        answer = somebody.say(PHONE)
    assert somebody.pending == "note.purpose", answer
    assert somebody.say(story.about) == story.confirm
    assert somebody.tap(somebody.labels[0]).startswith(story.booked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_booked_reminded_moved_missed_and_booked_again(
    somebody: Somebody, channel: str, visits: Service, anna: User, language: str
) -> None:
    story = STORIES[language]
    play("book", somebody.account)
    came_to_a_time(somebody, story, channel)
    booking = Booking.objects.get()
    assert (booking.status, booking.starts_at, booking.purpose) == (
        "confirmed",
        local("03-05 15:00"),
        story.about,
    )
    assert (booking.contact, booking.lead) == (somebody.contact, somebody.lead)
    assert (somebody.contact.name, somebody.points) == (story.name, {"phone": "+37499123456"})
    assert (somebody.lead.goal, somebody.lead.answers) == ("booking", {"interest": "kitchen"})
    assert (somebody.conversation.handoff["reason"], somebody.card["next_step"]) == ("booked", "meet")
    assert set(somebody.run.state["asked"].values()) == {1}

    somebody.clock.move_to(local("03-04 15:00"))
    assert somebody.wait(minutes=1).startswith(story.reminder)
    coming, other, _cancel = somebody.labels
    somebody.tap(coming)
    booking.refresh_from_db()
    assert booking.acknowledged_at is not None
    somebody.clock.move_to(local("03-05 12:00"))
    assert somebody.say(f"{other}?") == story.move
    assert somebody.say(story.later).startswith(story.moved)
    booking.refresh_from_db()
    assert (booking.starts_at, booking.revision) == (local("03-06 16:00"), 1)

    heard = []
    for moment in ("03-06 14:00", "03-06 15:50"):
        somebody.clock.move_to(local(moment))
        heard.append(somebody.wait(seconds=1))
    assert all(heard)
    mark(booking_id=booking.pk, came=False, now=local("03-06 16:40"), actor=Actor.of(anna))
    somebody.clock.move_to(local("03-06 16:40"))
    assert somebody.wait(minutes=20).startswith(story.missed)
    somebody.tap(somebody.labels[0])
    assert somebody.tap(somebody.labels[0]).startswith(story.again)
    again = Booking.objects.latest("pk")
    assert (again.status, again.contact, again.lead) == ("confirmed", somebody.contact, somebody.lead)
    assert languages_of(somebody) == {language}
