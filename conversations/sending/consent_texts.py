"""What a customer reads who asked not to be written to any more, or to be written to again (spec 1.3). Pure."""

from __future__ import annotations

from collections.abc import Mapping

OPTED_OUT: Mapping[str, str] = {
    "en": "Understood, no more offers or reminders from us. Messages about your bookings and orders still come. "
    "If you ever need us, just write.",
    "ru": "Понятно, больше не будем присылать предложения и напоминания. Сообщения о Ваших записях и заказах "
    "останутся. Если понадобимся, просто напишите.",
    "hy": "Հասկանալի է, այլևս առաջարկներ և հիշեցումներ չենք ուղարկի։ Ձեր ամրագրումների և պատվերների մասին կշարունակենք "
    "գրել։ Եթե պետք լինենք, պարզապես գրեք։",
    "az": "Aydındır, Sizə daha təklif və xatırlatma göndərməyəcəyik. Görüş və sifarişləriniz barədə mesajlar davam "
    "edəcək. Ehtiyac olsa, sadəcə yazın.",
}
OPTED_IN: Mapping[str, str] = {
    "en": "Good to have you back: we may write to you again. One word, “stop”, and we are quiet.",
    "ru": "Рады, что Вы снова с нами: теперь можем Вам писать. Слово «стоп», и мы замолчим.",
    "hy": "Ուրախ ենք, որ կրկին մեզ հետ եք․ այժմ կարող ենք Ձեզ գրել։ Բավական է «ստոպ» բառը, և կլռենք։",
    "az": "Yenidən bizimlə olduğunuza şadıq: indi Sizə yaza bilərik. Bir “stop” yazın, susarıq.",
}


def in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]
