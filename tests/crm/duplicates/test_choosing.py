from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.duplicates.consents import Word, to_keep
from crm.duplicates.fields import PLAIN, choices_of, decided

values = st.one_of(st.none(), st.integers(1, 3), st.sampled_from(["", "a", "b"]))
people = st.fixed_dictionaries(
    {
        **dict.fromkeys(PLAIN, values),
        "tags": st.lists(st.sampled_from("xyz"), unique=True),
        "custom": st.dictionaries(st.sampled_from("pq"), values),
    }
)
words = st.lists(
    st.tuples(
        st.booleans(),
        st.sampled_from(["follow_up", "marketing"]),
        st.sampled_from(["", "telegram", "email"]),
        st.booleans(),
    )
)


@given(people, people)
def test_no_value_is_lost_and_the_winner_comes_first(winner: Any, loser: Any) -> None:
    after = {**winner, **decided(winner, loser, {})}

    for name in PLAIN:
        assert after[name] == winner[name] or winner[name] in (None, "")
        assert after[name] not in (None, "") or loser[name] in (None, "")
    assert set(after["tags"]) == {*winner["tags"], *loser["tags"]}
    assert {*after["custom"]} >= {key for key, value in loser["custom"].items() if value not in (None, "")}


@given(people, people)
def test_a_conflict_goes_as_it_was_chosen(winner: Any, loser: Any) -> None:
    conflicts = [each for each in choices_of(winner, loser) if each.is_conflict]
    after = {**winner, **decided(winner, loser, {each.name: "loser" for each in conflicts})}

    for each in conflicts:
        holder = after["custom"] if each.name.startswith("custom.") else after
        assert holder[each.name.removeprefix("custom.")] == each.loser


def allowed(heard: list[Word], purpose: str, channel: str) -> bool | None:
    found = [word for word in heard if word.purpose == purpose and word.channel in ("", channel)]
    return max(found, key=lambda word: word.id).granted if found else None


@given(words)
def test_what_either_has_withdrawn_is_withdrawn(said: list[tuple[bool, str, str, bool]]) -> None:
    heard = [
        Word(number, purpose, channel, granted)
        for number, (_mine, purpose, channel, granted) in enumerate(said)
    ]
    mine = [word for word, (own, *_rest) in zip(heard, said, strict=True) if own]
    theirs = [word for word, (own, *_rest) in zip(heard, said, strict=True) if not own]
    kept = [
        Word(len(heard) + number, purpose, channel, False)
        for number, (purpose, channel) in enumerate(to_keep(mine, theirs))
    ]

    for purpose in ("follow_up", "marketing"):
        for channel in ("", "telegram", "email"):
            if False in (allowed(mine, purpose, channel), allowed(theirs, purpose, channel)):
                assert allowed([*heard, *kept], purpose, channel) is False
