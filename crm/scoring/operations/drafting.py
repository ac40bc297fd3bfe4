"""The draft of the next version: edited by several people, counted for nobody before it is published.

Each edit takes the `mark` (`crm.scoring.queries.standing`) of what its editor saw. When somebody else has edited,
published or thrown away the draft since, StaleDraft names who, when and what, and nothing is written; a save with
the new mark goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access.models import User
from core.events.actor import Actor
from core.events.operations import record
from crm.scoring.content import ConsequenceDraft, Content, Difference, RuleDraft, SectionDraft, differences
from crm.scoring.errors import BadRule, StaleDraft
from crm.scoring.models import RuleSet
from crm.scoring.operations.checking import (
    check_thresholds,
    checked,
    checked_consequences,
    checked_rules,
    checked_sections,
)
from crm.scoring.operations.publishing import (
    Published,
    change_words,
    fill,
    lock_editors,
    next_version,
    put_in_use,
)
from crm.scoring.operations.simulating import start_simulation
from crm.scoring.queries import Standing, content_of, standing
from crm.scoring.scoring import Thresholds

KEPT_EDITS = 50
PROGRAM = "API"
"""Who edited where no person did."""

Change = Callable[[Content], Content]


def save_rule(*, draft: RuleDraft, user: User | None, mark: str | None = None) -> RuleSet:
    """Change the rule of that key, or add one at the end. Raises BadRule and StaleDraft."""

    def change(content: Content) -> Content:
        (rule,) = checked_rules([draft], content.sections)
        if draft.key is None:
            return replace(content, rules=(*content.rules, rule))
        if all(each.key != draft.key for each in content.rules):
            raise BadRule(_("This rule is not there any more."))
        rules = tuple(rule if each.key == rule.key else each for each in content.rules)
        return replace(content, rules=rules)

    return _edit(change, user, mark)


def delete_rule(*, key: UUID, user: User | None, mark: str | None = None) -> RuleSet:
    """Once published, the ledger takes its points back with rows of its own."""
    return _edit(
        lambda content: replace(content, rules=tuple(each for each in content.rules if each.key != key)),
        user,
        mark,
    )


def reorder_rules(*, keys: Sequence[UUID], user: User | None, mark: str | None = None) -> RuleSet:
    """Rules that are not named keep theirs, after the named ones."""

    def change(content: Content) -> Content:
        known = {rule.key: rule for rule in content.rules}
        named = [known.pop(key) for key in keys if key in known]
        return replace(content, rules=(*named, *known.values()))

    return _edit(change, user, mark)


def save_thresholds(*, thresholds: Thresholds, user: User | None, mark: str | None = None) -> RuleSet:
    """Raises BadRule and StaleDraft."""
    check_thresholds(thresholds)
    return _edit(lambda content: replace(content, thresholds=thresholds), user, mark)


def save_sections(*, sections: Sequence[SectionDraft], user: User | None, mark: str | None = None) -> RuleSet:
    """All groups with their caps; rules of a group that is gone belong to none. Raises BadRule and StaleDraft."""
    kept = checked_sections(sections)
    groups = {each.key: each.group for each in kept}

    def change(content: Content) -> Content:
        rules = tuple(
            rule if groups.get(rule.section) == rule.group else replace(rule, section=None)
            for rule in content.rules
        )
        return replace(content, sections=kept, rules=rules)

    return _edit(change, user, mark)


def save_consequence(*, draft: ConsequenceDraft, user: User | None, mark: str | None = None) -> RuleSet:
    """Change the consequence of that key, or add one. Raises BadRule and StaleDraft."""

    def change(content: Content) -> Content:
        known = {each.key: each for each in content.consequences}
        (kept,) = checked_consequences([draft])
        return replace(content, consequences=tuple({**known, kept.key: kept}.values()))

    return _edit(change, user, mark)


def delete_consequence(*, key: UUID, user: User | None, mark: str | None = None) -> RuleSet:
    return _edit(
        lambda content: replace(
            content, consequences=tuple(each for each in content.consequences if each.key != key)
        ),
        user,
        mark,
    )


@transaction.atomic
def discard_draft(*, user: User | None, mark: str | None = None) -> None:
    """Throw the draft away; what counts stays. Raises StaleDraft."""
    state = _locked(mark)
    if state.draft is not None:
        _record(state.draft, user, [Difference("discarded", "draft")])
        state.draft.delete()


@transaction.atomic
def publish_draft(*, user: User | None, mark: str | None = None, act: bool = False) -> Published:
    """The draft counts from now on; all leads are scored again in the background.

    With `act` the leads that cross a threshold by this set off its consequences, else none does. Raises BadRule,
    also without a draft, and StaleDraft.
    """
    state = _locked(mark)
    rule_set = state.draft
    if rule_set is None:
        raise BadRule(_("There is no draft to publish."))
    content = checked(content_of(rule_set))
    rule_set.version = next_version() if state.published_after_draft else rule_set.version
    rule_set.created_by, rule_set.edits = user, []
    return put_in_use(rule_set, content, user, act=act)


def edit_draft(change: Change, user: User | None) -> RuleSet:
    """Change the draft, whatever it says by now; for what is done to the rules that count and must last."""
    return _edit(change, user, None)


@transaction.atomic
def _edit(change: Change, user: User | None, mark: str | None) -> RuleSet:
    state = _locked(mark)
    before = content_of(state.shown)
    after = change(before)
    found = differences(before, after)
    if state.draft is not None and not found:
        return state.draft
    draft = state.draft or RuleSet(
        version=next_version(),
        based_on=state.published.version if state.published else None,
        created_by=user,
    )
    now = timezone.now()
    draft.revision += 1
    draft.changed_by, draft.changed_at = user, now
    draft.edits = [*draft.edits, *(_noted(draft.revision, user, now, each) for each in found)][-KEPT_EDITS:]
    fill(draft, after)
    _record(draft, user, found)
    start_simulation(user=user, mark=standing().mark)
    return draft


def _noted(revision: int, user: User | None, now: datetime, change: Difference) -> dict[str, object]:
    who = {"user": user.pk if user else None, "who": str(user or PROGRAM)}
    return {"revision": revision, **who, "at": now.isoformat(), **asdict(change)}


def _record(draft: RuleSet, user: User | None, found: Sequence[Difference]) -> None:
    payload = {
        "version": draft.version,
        "revision": draft.revision,
        "changes": [change_words(each) for each in found],
    }
    record(name="scoring.draft_changed", subject=draft, actor=Actor.of(user), payload=payload)


def _locked(mark: str | None) -> Standing:
    """The state, with other editors waiting. Raises StaleDraft when it is not the one that `mark` names."""
    lock_editors()
    state = standing()
    if mark is not None and mark != state.mark:
        raise _stale(state, mark)
    return state


def _stale(state: Standing, mark: str) -> StaleDraft:
    parts = [int(part) for part in mark.split(".") if part.isdecimal()]
    base, version, revision = parts if len(parts) == 3 else (0, 0, 0)
    draft = state.draft
    if (state.published.version if state.published else 0) != base:
        return _published_since(state)
    if draft is None:
        return StaleDraft(_("The draft has been thrown away in the meantime."), who="", when=None)
    since = revision if version == draft.version else 0
    edits = [each for each in draft.edits if each["revision"] > since]
    who = ", ".join(dict.fromkeys(each["who"] for each in edits)) or str(draft.changed_by or "")
    sentence = _("%(who)s has changed the draft in the meantime. Look at it before you save.")
    changes = [change_words(Difference(each["did"], each["what"], each["name"])) for each in edits]
    return StaleDraft(
        sentence % {"who": who or _("Somebody else")},
        who=who,
        when=draft.changed_at,
        changes=list(dict.fromkeys(changes)),
    )


def _published_since(state: Standing) -> StaleDraft:
    current = state.published
    assert current is not None
    sentence = _("%(who)s has published version %(version)s in the meantime. Look at it before you save.")
    who = str(current.created_by or "")
    words = {"who": who or _("Somebody else"), "version": current.version}
    return StaleDraft(sentence % words, who=who, when=current.published_at)
