"""Naive Bayes by itself: proofs over random counts, and a line that is found again."""

from __future__ import annotations

import random
from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.chances.bayes import (
    Chance,
    Heap,
    Line,
    Model,
    Tally,
    fit_line,
    held_out,
    logit,
    quality,
    share_of,
    tenths,
    train,
)

tallies = st.tuples(st.integers(0, 500), st.integers(0, 500))
features = st.lists(st.lists(tallies, min_size=1, max_size=5), min_size=1, max_size=4)
heaps = st.lists(
    st.builds(Heap, st.floats(-6, 6), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30
)


def model_of(counts: list[list[Tally]]) -> Model:
    won, lost = (sum(tally[side] for tally in counts[0]) for side in (0, 1))
    return train(won, lost, counts)


@given(features, st.data())
def test_a_chance_is_a_share_and_its_parts_add_up(counts: list[list[Tally]], data: st.DataObject) -> None:
    model = model_of(counts)
    places = [data.draw(st.integers(0, len(row) - 1)) for row in counts]

    chance = model.probability(places)

    assert 0 < chance.share < 1
    assert 1 <= chance.percent <= 99
    assert share_of(model.base + sum(chance.parts)) == pytest.approx(chance.share)


@given(features, st.data())
def test_the_chances_of_won_and_of_lost_add_up_to_one(counts: list[list[Tally]], data: st.DataObject) -> None:
    places = [data.draw(st.integers(0, len(row) - 1)) for row in counts]
    turned = [[(lost, won) for won, lost in row] for row in counts]

    won, lost = (model_of(each).probability(places).share for each in (counts, turned))

    assert won + lost == pytest.approx(1)


@given(features, st.integers(1, 50))
def test_more_won_leads_at_a_place_never_weigh_less(counts: list[list[Tally]], more: int) -> None:
    won, lost = 600, 700
    (first, *rest), *others = counts
    before = train(won, lost, [[first, *rest], *others])
    after = train(won, lost, [[(first[0] + more, first[1]), *rest], *others])

    assert after.weights[0][0] > before.weights[0][0]
    assert after.weights[1:] == before.weights[1:]


enough = st.tuples(st.integers(15, 500), st.integers(15, 500))


@given(enough, enough)
def test_a_place_where_nobody_stood_or_that_is_like_all_weighs_nothing(one: Tally, other: Tally) -> None:
    won, lost = one[0] + other[0], one[1] + other[1]

    weights = train(won, lost, [[one, other, (0, 0)], [(won, lost)]]).weights

    assert weights[0][2] == pytest.approx(0)
    assert abs(weights[1][0]) < 0.1


def test_few_leads_at_a_place_weigh_less_than_many_of_the_same_kind() -> None:
    few, many = train(100, 300, [[(3, 1), (75, 25), (22, 274)]]).weights[0][:2]

    assert 0 < few < many < logit(0.75) - logit(0.25)


@given(heaps)
def test_a_line_never_falls_and_is_right_on_average(found: list[Heap]) -> None:
    line = fit_line(found)
    won, lost = sum(heap.won for heap in found), sum(heap.lost for heap in found)
    foretold = sum(line.share(heap.foretold) * (heap.won + heap.lost) for heap in found)
    softened = won * (won + 1) / (won + 2) + lost / (lost + 2)

    assert line.slope >= 0
    if won and lost and line.slope:
        assert foretold == pytest.approx(softened, abs=0.05 + 0.001 * (won + lost))


def test_a_line_is_found_again() -> None:
    """Log-odds that promise twice too much and lie one to high, as dependent features make them."""
    found = []
    for step in range(-40, 41):
        true = share_of(0.5 * step / 10 - 1)
        found.append(Heap(step / 10, round(10_000 * true), 10_000 - round(10_000 * true)))

    line = fit_line(found)

    assert line.slope == pytest.approx(0.5, abs=0.01)
    assert line.shift == pytest.approx(-1, abs=0.01)


def test_where_the_foretold_is_the_wrong_way_round_everybody_has_the_average() -> None:
    line = fit_line([Heap(2.0, 10, 90), Heap(-2.0, 90, 10)])

    assert line == Line(0.0, pytest.approx(0.0))
    assert fit_line([Heap(1.0, 0, 30)]) == Line(0.0, pytest.approx(log(1 / 31)))


def test_calibration_moves_base_and_weights_along_the_line() -> None:
    model = Model(-1.0, ((2.0, 0.0),)).along(Line(0.5, 0.25))

    assert model == Model(-0.25, ((1.0, 0.0),))
    assert Model(-1.0, ((2.0, 0.0),)).log_odds([0]) == 1.0


def test_nobody_helps_to_judge_themselves() -> None:
    folds = [[Heap(3.0, 0, 50), Heap(-3.0, 50, 0)], [Heap(3.0, 40, 10), Heap(-3.0, 10, 40)]]

    first = held_out(folds)[:2]

    assert [round(heap.foretold, 2) for heap in first] == [0.79, 0.21]


def test_quality_is_told_beside_the_bare_share() -> None:
    good = quality([Heap(0.9, 9, 1), Heap(0.1, 1, 9)])
    poor = quality([Heap(0.1, 9, 1), Heap(0.9, 1, 9)])

    assert good.brier == pytest.approx(0.09)
    assert good.brier_base == pytest.approx(0.25)
    assert good.log_loss_base == pytest.approx(log(2))
    assert good.is_better
    assert not poor.is_better


@given(heaps)
def test_tenths_hold_every_lead_once_in_order(found: list[Heap]) -> None:
    shares = [Heap(share_of(heap.foretold), heap.won, heap.lost) for heap in found]

    groups = tenths(shares)

    assert sum(group.leads for group in groups) == sum(heap.won + heap.lost for heap in found)
    assert sum(group.won for group in groups) == sum(heap.won for heap in found)
    assert len(groups) <= 10
    assert all(one.high < other.low for one, other in pairwise(groups))
    assert all(group.low - 1e-9 <= group.expected <= group.high + 1e-9 for group in groups)


def test_tenths_are_about_equal() -> None:
    dice = random.Random(3)
    groups = tenths([Heap(dice.random(), 1, 1) for _each in range(1000)])

    assert [group.leads for group in groups] == [200] * 10
    assert groups[0].actual == 0.5


def test_percent_is_never_certain() -> None:
    assert [Chance(share).percent for share in (0.0, 0.004, 0.625, 0.9999)] == [1, 1, 63, 99]
