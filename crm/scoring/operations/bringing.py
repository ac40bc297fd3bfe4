"""Rules that something installs or takes back: they count at once, and the draft that admins work on gets them too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from core.access.models import User
from crm.scoring.content import Content, RuleDraft
from crm.scoring.models import RuleSet
from crm.scoring.operations.checking import checked
from crm.scoring.operations.drafting import edit_draft
from crm.scoring.operations.publishing import Published, lock_editors, next_version, put_in_use
from crm.scoring.queries import content_of, standing


@transaction.atomic
def bring_rules(
    *, rules: Sequence[RuleDraft] = (), without: Collection[UUID] = (), user: User | None
) -> Published | None:
    """Publish the rules that count with these, in place of those of the same keys, and without those. All leads are
    scored again in the background. None where that changes nothing. Raises BadRule.
    """
    lock_editors()
    state = standing()
    before = content_of(state.published)
    after = checked(_changed(before, rules, without))
    if after == before and state.published is not None:
        return None
    published = put_in_use(RuleSet(version=next_version(), created_by=user), after, user)
    if state.draft is not None:
        edit_draft(lambda content: checked(_changed(content, rules, without)), user)
    return published


def _changed(content: Content, rules: Sequence[RuleDraft], without: Collection[UUID]) -> Content:
    given = {rule.key: rule for rule in rules}
    stays = [given.pop(rule.key, rule) for rule in content.rules if rule.key not in without]
    return replace(content, rules=(*stays, *given.values()))
