import pytest

from conversations.understanding import understand
from conversations.understanding.evaluation import NOW


def intents(text: str) -> tuple[str, ...]:
    found = understand(text, now=NOW, timezone="Asia/Yerevan", country="AM")
    return tuple(str(name) for name in found.intent_names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi, how much is a haircut?", ("price", "greeting")),
        ("do you have it in stock and what's the price", ("availability", "price")),
        ("can i book a cleaning for tomorrow at 4", ("booking",)),
        ("i need to move my appointment", ("reschedule",)),
        ("please cancel my appointment", ("cancel_booking",)),
        ("where is my order", ("order_status",)),
        ("do you ship to Canada", ("delivery",)),
        ("how do i reset the watch", ("usage",)),
        ("is there any warranty", ("warranty",)),
        ("i want a refund", ("return",)),
        ("you charged me twice", ("payment",)),
        ("i forgot my password", ("login",)),
        ("the heater stopped working", ("fault",)),
        ("the mirror arrived shattered", ("damaged",)),
        ("worst service ever", ("complaint",)),
        ("can we be your distributor", ("partnership",)),
        ("let me talk to a real person", ("human",)),
        ("not interested", ("not_interested",)),
        ("yep go ahead", ("yes",)),
        ("nope", ("no",)),
        ("thanks a lot", ("thanks",)),
        ("what time do you close", ("other",)),
        ("Здравствуйте, сколько стоит чистка?", ("price", "greeting")),
        ("skolko stoit strizhka", ("price",)),
        ("есть в наличии и почем?", ("availability", "price")),
        ("запишите меня на завтра", ("booking",)),
        ("перенесите запись на четверг", ("reschedule",)),
        ("otmenite zapis", ("cancel_booking",)),
        ("где мой заказ", ("order_status",)),
        ("не могу войти в личный кабинет", ("login",)),
        ("телефон не включается", ("fault",)),
        ("привезли шкаф с трещиной", ("damaged",)),
        ("позовите человека", ("human",)),
        ("хотим сотрудничать", ("partnership",)),
        ("неинтересно", ("not_interested",)),
        ("բարև, ինչ արժե", ("price", "greeting")),
        ("barev, inch arji?", ("price", "greeting")),
        ("վաղը ազատ տեղ կա՞", ("availability",)),
        ("karox em grvel urbat 5ic heto", ("booking",)),
        ("չեղարկեք իմ ժամը", ("cancel_booking",)),
        ("patvers ur a", ("order_status",)),
        ("գաղտնաբառս մոռացել եմ", ("login",)),
        ("heraxosy chi miacnum", ("fault",)),
        ("կենդանի մարդու հետ կապեք", ("human",)),
        ("շնորհակալություն", ("thanks",)),
        ("hetaqrqir chi", ("not_interested",)),
        ("salam, qiymət neçəyədir", ("price", "greeting")),
        ("qiymet necedir", ("price",)),
        ("sabah boş yer var?", ("availability",)),
        ("meni sabaha yazin", ("booking",)),
        ("rezervi ləğv edin", ("cancel_booking",)),
        ("sifarişim hardadır", ("order_status",)),
        ("pulumu qaytarın", ("return",)),
        ("canlı operator verin", ("human",)),
        ("maraqlı deyil", ("not_interested",)),
        ("təşəkkür edirəm", ("thanks",)),
    ],
)
def test_goals_of_plain_messages(text: str, expected: tuple[str, ...]) -> None:
    assert intents(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dont call me just text the price", "price"),
        ("I didn't ask about delivery, I asked how much", "price"),
        ("not cancelling!! just want a later slot same day", "reschedule"),
        ("it's not broken i just don't know how to turn it on", "usage"),
        ("не про доставку спрашиваю, а про цену", "price"),
        ("не записывайте меня, просто скажите свободно ли завтра", "availability"),
        ("ես չեմ ուզում չեղարկել, ուղղակի մի օր հետ գցեք", "reschedule"),
        ("գնի մասին չէ հարցս, ուզում եմ իմանամ երբ կբերեք", "delivery"),
        ("chzangeq, uxxaki greq inch arje", "price"),
        ("ləğv etmək istəmirəm, sadəcə bir gün sonraya keçirin", "reschedule"),
        ("mənə zəng etməyin, qiymətini bura yazın", "price"),
    ],
)
def test_negation_is_respected(text: str, expected: str) -> None:
    assert intents(text)[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "STOP!",
        "unsubscribe",
        "stop texting me",
        "don't write to me",
        "не пишите мне больше",
        "отпишите меня от рассылки",
        "стоп",
        "bolshe ne pishite",
        "ինձ էլ մի գրեք",
        "mi greq indz",
        "haneq indz dzer cucakic",
        "mənə bir də yazmayın",
        "reklam atmayin daha",
        "məni siyahıdan çıxarın",
    ],
)
def test_opting_out_is_told_from_lack_of_interest(text: str) -> None:
    assert intents(text)[0] == "opt_out"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("հաշվարկ կանե՞ք խոհանոցի համար", "price"),
        ("hashvark areq xndrum em", "price"),
        ("հաշվարկը չի բռնում վճարածիս հետ", "payment"),
    ],
)
def test_armenian_reckoning_is_a_price_unless_payment_stands_beside_it(text: str, expected: str) -> None:
    assert intents(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sounds good, book it", ("yes", "booking")),
        ("հա գրանցեք, Կարեն, 099 55 44 33", ("booking", "yes")),
        ("yox, başqa vaxt yoxdur?", ("no", "availability")),
    ],
)
def test_an_answer_leads_where_the_rest_only_spells_it_out(text: str, expected: tuple[str, ...]) -> None:
    assert intents(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "...", "asdkjfh", "\x00", "🙂🙂", "12345"])
def test_what_says_nothing_is_other(text: str) -> None:
    assert intents(text) == ("other",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("how much is it", "en"),
        ("сколько стоит", "ru"),
        ("privet, skolko stoit strizhka", "ru"),
        ("ինչ արժե", "hy"),
        ("barev dzez, inch arji", "hy"),
        ("4em karox gal, jams 4exarkeq xndrum em", "hy"),
        ("qiymət neçəyədir", "az"),
        ("qiymet necedir, catdirilma var?", "az"),
    ],
)
def test_language(text: str, language: str) -> None:
    assert understand(text, now=NOW, timezone="UTC", country="AM").language == language


@pytest.mark.parametrize(
    "text", ["zork my quibble", "brumm brumm tatata", "xkcd", "lorem ipsum dolor sit amet"]
)
def test_words_that_nobody_knows_are_no_goal(text: str) -> None:
    assert intents(text) == ("other",)


@pytest.mark.parametrize(
    "name", ["Aysel", "Anna", "Günel", "Davit", "Ольга", "Gohar", "Kamran", "Leyla", "Արամ"]
)
def test_a_name_alone_is_no_goal(name: str) -> None:
    assert intents(name) == ("other",)
