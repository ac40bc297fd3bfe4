"""What a customer reads around the messages of a sequence: buttons, and the answers to their answers. Pure."""

from __future__ import annotations

from automation.flows.wording import Texts

YES: Texts = {"en": "Yes, please", "ru": "Да, давайте", "hy": "Այո", "az": "Bəli"}
LATER: Texts = {"en": "Not now", "ru": "Не сейчас", "hy": "Հիմա ոչ", "az": "İndi yox"}
POSTPONED: Texts = {
    "en": "Gladly, we will be back then: {when}. Should you need us earlier, just write.",
    "ru": "Хорошо, вернёмся к Вам в это время: {when}. Понадобимся раньше, просто напишите.",
    "hy": "Լավ, կգրենք Ձեզ այդ ժամանակ՝ {when}։ Եթե ավելի շուտ պետք լինենք, պարզապես գրեք։",
    "az": "Oldu, o vaxt yazarıq: {when}. Daha tez lazım olsaq, sadəcə yazın.",
}
NOT_NOW: Texts = {
    "en": "Understood, we leave it at that. Whenever you need us, just write.",
    "ru": "Понятно, больше не беспокоим. Понадобимся, просто напишите.",
    "hy": "Հասկանալի է, այլևս չենք անհանգստացնի։ Եթե պետք լինենք, պարզապես գրեք։",
    "az": "Aydındır, daha narahat etmirik. Lazım olsaq, sadəcə yazın.",
}
TO_PERSON: Texts = {
    "en": "Good! A colleague will write to you here.",
    "ru": "Отлично! Коллега напишет Вам здесь.",
    "hy": "Շատ լավ։ Մեր գործընկերը կգրի Ձեզ այստեղ։",
    "az": "Əla! Həmkarımız Sizə burada yazacaq.",
}
