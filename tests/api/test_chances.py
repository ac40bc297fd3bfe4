from __future__ import annotations

from django.utils import timezone

from crm.chances.operations import learn, write
from crm.pipeline.models import Lead
from tests.api.program import Program
from tests.factories.closed import history


def learned() -> Lead:
    lead = history(400, open_leads=1, name="History")[400]
    Lead.objects.filter(pk=lead.pk).update(
        answers={"budget": {"amount": "1100000.0000", "currency": "AMD"}}, source="instagram"
    )
    learn(now=timezone.now())
    write([lead.pk])
    return Lead.objects.get(pk=lead.pk)


def test_before_enough_is_known_there_is_none(program: Program) -> None:
    lead = program.post("leads/", {"contact": {"name": "Anna"}})

    assert lead["win_chance"] is None
    assert program.get(f"leads/{lead['id']}/chance/") == {
        "win_chance": None,
        "version": None,
        "trained_at": None,
        "leads": 0,
        "average": None,
        "reasons": [],
    }
    assert program.get("win-chance/") == {"enabled": True, "needed": 30, "won": 0, "lost": 0, "models": []}


def test_a_chance_tells_its_reasons(program: Program) -> None:
    lead = learned()

    told = program.get(f"leads/{lead.public_id}/chance/", Accept_Language="en")

    assert (told["win_chance"], told["leads"], told["version"]) == (lead.win_chance, 400, 2)
    first = next(reason for reason in told["reasons"] if reason["field"] == "answer.budget")
    assert (first["name"], first["raises"]) == ("Budget", True)
    assert first["sentence"].startswith("Budget at least ")
    assert 0 < first["won"] <= first["leads"] < 400
    weights = [abs(reason["weight"]) for reason in told["reasons"]]
    assert weights == sorted(weights, reverse=True)


def test_leads_are_listed_by_their_chance(program: Program) -> None:
    lead = learned()
    program.post("leads/", {"contact": {"name": "Anna"}})
    Lead.objects.exclude(pk=lead.pk).filter(stage_kind="open").update(win_chance=1)

    falling = program.get("leads/?sort=-win_chance")["results"]

    assert [each["win_chance"] for each in falling] == [lead.win_chance, 1]
    assert [each["id"] for each in program.get(f"leads/?win_chance__gte={lead.win_chance}")["results"]] == [
        str(lead.public_id)
    ]


def test_the_models_show_their_calibration(program: Program) -> None:
    learned()

    whole = program.get("win-chance/")

    assert (whole["enabled"], whole["won"] + whole["lost"]) == (True, 400)
    everything, own = whole["models"]
    assert everything["pipeline"] is None
    assert own["pipeline"] is not None
    assert everything["won"] + everything["lost"] == 400
    assert sum(tenth["leads"] for tenth in everything["calibration"]) == 400
    assert everything["brier"] < everything["brier_base"]
