"""Counts that sum, and what is read from them."""

from crm.scoring.effect import Bin, Crossing, Effect, Mover, bins, crossings

ONE = Effect(
    scores={(0, 2): 3, (5, 5): 1},
    won={(5, 6): 20},
    lost={(5, 1): 10, (0, 0): 10},
    outcomes={("nurture", "qualified"): 2, ("qualified", "qualified"): 1, ("qualified", "nurture"): 1},
    movers=(Mover(1, 0, 2),),
)
OTHER = Effect(scores={(0, 2): 1}, movers=(Mover(2, 9, 1), Mover(3, 0, 1)))


def test_parts_add_up() -> None:
    whole = ONE + OTHER
    assert whole.scores == {(0, 2): 4, (5, 5): 1}
    assert (whole.leads, whole.changed) == (5, 4)
    assert [mover.lead_id for mover in whole.movers] == [2, 1, 3]


def test_json_gives_the_same_back() -> None:
    assert Effect.of_json(ONE.to_json()) == ONE
    assert Effect.of_json({}) == Effect()


def test_separation_is_the_share_of_pairs_in_which_the_won_lead_is_ahead() -> None:
    assert ONE.separation() == (0.75, 1.0)
    assert Effect(won={(1, 1): 19}, lost={(0, 0): 50}).separation() is None


def test_both_distributions_share_their_steps() -> None:
    assert bins(ONE, most=3) == [Bin(0, 1, 3, 0), Bin(2, 3, 0, 3), Bin(4, 5, 1, 1)]
    assert bins(Effect()) == []


def test_crossings_say_who_comes_and_goes() -> None:
    assert crossings(ONE.outcomes, ["qualified", "nurture", "not_fit"]) == [
        Crossing("qualified", before=2, after=3, comes=2, goes=1),
        Crossing("nurture", before=2, after=1, comes=1, goes=2),
        Crossing("not_fit", 0, 0, 0, 0),
    ]
