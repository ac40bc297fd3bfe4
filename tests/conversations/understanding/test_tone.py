import pytest

from conversations.understanding import understand
from conversations.understanding.evaluation import NOW
from conversations.understanding.tone import repeats
from conversations.understanding.types import Tone


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see you in court", ("threat",)),
        ("подам на вас в суд", ("threat",)),
        ("դատի կտամ ձեզ", ("threat",)),
        ("sizi məhkəməyə verəcəm", ("threat",)),
        ("this is ridiculous", ("anger",)),
        ("вы издеваетесь", ("anger",)),
        ("ամոթ ձեզ", ("anger",)),
        ("biabırçılıqdır", ("anger",)),
        ("WHERE IS MY ORDER ALREADY", ("shouting",)),
        ("OK", ()),
        ("is there a tennis court nearby", ()),
        ("how much is a haircut", ()),
        ("посуда есть?", ()),
    ],
)
def test_how_it_is_said(text: str, names: tuple[str, ...]) -> None:
    assert understand(text, now=NOW, timezone="UTC", country="AM").tone.names == names


def test_the_same_again_is_a_repetition_however_it_is_written() -> None:
    assert repeats("inch arji divany?", "Ինչ արժի դիվանը", intents=("price",))
    assert not repeats("yes of course", "yes of course", intents=("yes",))
    assert not repeats("how much is it", "where is my order", intents=("price",))


def test_two_signs_are_urgent() -> None:
    assert [
        Tone().urgency,
        Tone(anger=True).urgency,
        Tone(anger=True, repeated=True).urgency,
        Tone(threat=True).urgency,
    ] == [0, 1, 2, 2]
