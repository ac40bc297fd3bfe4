"""The screen of the rules as tests use it: what stands in version 1, and what a browser sends."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from crm.scoring.models import ScoringRule

URL = "/settings/scoring/"
BIG = {"field": "answer.budget", "op": "gte", "value": {"amount": "500000.0000", "currency": "AMD"}}
PHONE = {"field": "contact.phone", "op": "is_set"}
KITCHEN = {"field": "answer.interest", "op": "in", "value": ["kitchen", "sofa"]}


def rule_url(rule: ScoringRule, end: str = "") -> str:
    return f"{URL}rules/{rule.key}/{end}"


def form(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Rows of field, op, value (text or list) and unit, joined by all unless said otherwise."""
    given: dict[str, Any] = {"name": "A rule", "group": "fit", "points": "3", "joint-root": "all"}
    given |= {"mark": "1.0.0", "node": ["root", *(f"row:r{number}:root" for number in range(len(rows)))]}
    for number, row in enumerate(rows):
        given |= {f"{name}-r{number}": value for name, value in row.items()}
    return given | changes


def drafted(name: str) -> ScoringRule:
    return ScoringRule.objects.get(rule_set__status="draft", name=name)


def posted_back(html: str) -> dict[str, Any]:
    """What a browser would send for the form as it is shown."""

    class Form(HTMLParser):
        data: dict[str, list[str]] = {}
        select = ""
        first = True

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            given = {name: value or "" for name, value in attrs}
            if tag == "select":
                self.select, self.first = given["name"], True
            elif tag == "option":
                if self.first or "selected" in given:
                    self.data[self.select] = [given["value"]]
                self.first = False
            elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
                self.data.setdefault(given["name"], []).append(given.get("value", ""))

    reader = Form()
    reader.data = {}
    reader.feed(html)
    return reader.data
