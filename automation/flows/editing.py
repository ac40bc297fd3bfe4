"""Changing the plain value of a flow document step by step. Pure: each function returns a new value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.utils.translation import gettext as _

from automation.flows.document import standard_phrases, text_places
from automation.flows.source import Path
from automation.flows.steps import STEP_KINDS, keys_of
from automation.flows.wording import Texts
from core.errors import Refused
from core.text import clean

Plain = dict[str, Any]

LINKS = ("next", "otherwise", "specialist")
"""Keys of a step that name another step."""
SECTIONS = ("goals", "answers", "hand_offs", "phrases")
SETTINGS = ("title", "languages", "start", "limits", "reminder_after", "words")
PHRASE = "phrases."


class CannotEdit(Refused):
    """The change makes no sense in this flow; the sentence says what to do instead."""


def kind_of(step: Mapping[str, Any]) -> str:
    """The kind of a plain step, empty for one that is none."""
    return next((kind for kind in STEP_KINDS if kind in step), "")


def step_of(document: Mapping[str, Any], step_id: str) -> Plain | None:
    return next((step for step in document.get("steps", ()) if step.get("id") == step_id), None)


def free_id(document: Mapping[str, Any], wanted: str) -> str:
    """The id itself, or with the first number that makes it a new one."""
    taken = {step.get("id") for step in document.get("steps", ())}
    numbers: Iterator[int] = iter(range(2, len(taken) + 3))
    return (
        wanted
        if wanted not in taken
        else next(f"{wanted}_{each}" for each in numbers if f"{wanted}_{each}" not in taken)
    )


def follows(document: Mapping[str, Any], step_id: str) -> str | None:
    """The step that comes after this one, by its `next` or by standing below; None where it ends or turns."""
    step = step_of(document, step_id)
    if step is None or "next" not in keys_of(kind_of(step)):
        return None
    ids = [each.get("id") for each in document["steps"]]
    place = ids.index(step_id) + 1
    return step.get("next") or (ids[place] if place < len(ids) else None)


def with_step(document: Mapping[str, Any], step_id: str, step: Plain) -> Plain:
    """The document with another step in the place of this one, under the same id."""
    place = _place(document, step_id)
    changed = deepcopy(dict(document))
    changed["steps"][place] = {**step, "id": step_id}
    return changed


def inserted(document: Mapping[str, Any], step: Plain, after: str | None) -> Plain:
    """The document with a new step: `after` leads to it, and it leads where `after` has led, unless it says otherwise."""
    changed = deepcopy(dict(document))
    steps = changed.setdefault("steps", [])
    new = {**step, "id": step.get("id") or free_id(document, kind_of(step) or "step")}
    if step_of(document, str(new["id"])) is not None:
        raise CannotEdit(_("There is a step %(id)s already. Give this one another name.") % {"id": new["id"]})
    if after is None:
        steps.insert(0, new)
        if changed.get("start"):
            changed["start"] = new["id"]
        return changed
    place = _place(document, after)
    led = steps[place].pop("next", None)
    if led is not None and "next" in keys_of(kind_of(new)):
        new.setdefault("next", led)
    steps.insert(place + 1, new)
    return changed


def moved(document: Mapping[str, Any], step_id: str, before: str | None) -> Plain:
    """The document with the step above `before`, at the end without one. A step without `next` leads to the one below."""
    changed = deepcopy(dict(document))
    steps = changed["steps"]
    step = steps.pop(_place(document, step_id))
    if before == step_id:
        return deepcopy(dict(document))
    steps.insert(len(steps) if before is None else _place(changed, before), step)
    return changed


def removed(document: Mapping[str, Any], step_id: str) -> Plain:
    """The document without the step; what led to it leads where it has led. Raises CannotEdit for one that ends or turns
    the talk while another step leads to it.
    """
    place, target = _place(document, step_id), follows(document, step_id)
    leading = [each for each in _leading_to(document, step_id) if each != step_id]
    if len(document["steps"]) == 1:
        raise CannotEdit(_("A flow needs at least one step. Delete the flow, or add another step first."))
    if leading and target in (None, step_id):
        names = ", ".join(leading)
        raise CannotEdit(_("Other steps lead here: %(names)s. Lead them elsewhere first.") % {"names": names})
    changed = _relinked(document, step_id, target)
    steps = changed["steps"]
    del steps[place]
    above = steps[place - 1] if place else None
    falls = above is not None and "next" in keys_of(kind_of(above)) and not above.get("next")
    below = steps[place]["id"] if place < len(steps) else None
    if above is not None and falls and target != below and target is not None:
        above["next"] = target
    if not place and not document.get("start") and target != below:
        changed["start"] = target
    return changed


def with_part(document: Mapping[str, Any], section: str, key: str, value: Any) -> Plain:
    """The document with another goal, side answer, rule or phrase under its key; without it where `value` is None."""
    changed = deepcopy(dict(document))
    part = changed.setdefault(section, {})
    if value is None:
        part.pop(key, None)
        if section == "goals":
            for step in changed.get("steps", ()):
                if key in (step.get("goals") or ()):
                    step["goals"] = [each for each in step["goals"] if each != key]
    else:
        part[key] = value
    if not part:
        del changed[section]
    return changed


def with_settings(document: Mapping[str, Any], settings: Mapping[str, Any]) -> Plain:
    """The document with other settings of the whole; None leaves one to the standard."""
    changed = deepcopy(dict(document))
    for name, value in settings.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def worded(document: Mapping[str, Any], texts: Mapping[str, Texts]) -> Plain:
    """The document with an admin's own wording in the place of its own."""
    changed = deepcopy(dict(document))
    places = text_places(document)
    for text_id, own in texts.items():
        if text_id.startswith(PHRASE):
            changed.setdefault("phrases", {}).setdefault(text_id.removeprefix(PHRASE), {}).update(own)
        elif text_id in places:
            at(changed, places[text_id]).update(own)
    return changed


def settled(
    document: Mapping[str, Any], wanted: Mapping[str, Any]
) -> tuple[Plain, dict[str, dict[str, str]]]:
    """Split what is wanted into a script and the wording over it, as near to `document` as it can be.

    A sentence that only reads differently stays as it was in the script and stands in the wording, so that a script that
    came with Parley is known as such and can be renewed. Raises DocumentError.
    """
    changed: Plain = deepcopy(dict(wanted))
    texts: dict[str, dict[str, str]] = {}
    before = text_places(document)
    for text_id, path in text_places(wanted).items():
        if text_id not in before:
            continue
        shipped, now = at(document, before[text_id]), at(changed, path)
        own = {lang: text for lang, text in now.items() if lang in shipped and text != shipped[lang]}
        if own:
            texts[text_id] = own
            now.update({lang: shipped[lang] for lang in own})
    _settle_phrases(document, changed, texts)
    return changed, texts


def _settle_phrases(document: Mapping[str, Any], changed: Plain, texts: dict[str, dict[str, str]]) -> None:
    standard, before = standard_phrases(), document.get("phrases") or {}
    kept: Plain = {}
    for name, now in (changed.pop("phrases", None) or {}).items():
        shipped = {**standard.get(f"{PHRASE}{name}", {}), **before.get(name, {})}
        own = {lang: text for lang, text in now.items() if text != shipped.get(lang)}
        if own:
            texts[f"{PHRASE}{name}"] = own
        if name in before:
            kept[name] = deepcopy(before[name])
    if kept:
        changed["phrases"] = kept


def cleaned(value: Any) -> Any:
    """The value with every text in it fit to be stored."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, Mapping):
        return {clean(str(key)): cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value


def at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _place(document: Mapping[str, Any], step_id: str) -> int:
    ids = [step.get("id") for step in document.get("steps", ())]
    if step_id not in ids:
        raise CannotEdit(_("The step %(id)s is not there any more.") % {"id": step_id})
    return ids.index(step_id)


def _links(document: Plain) -> Iterator[tuple[str, str, Callable[[str], None]]]:
    """Every name of a step in the document: where it stands, what it says, and how to put another one there."""

    def setter(owner: Any, key: Any) -> Callable[[str], None]:
        return lambda value: owner.__setitem__(key, value)

    if document.get("start"):
        yield _("the beginning"), document["start"], setter(document, "start")
    for key, goal in (document.get("goals") or {}).items():
        yield key, goal.get("go"), setter(goal, "go")
    for step in document.get("steps", ()):
        for link in LINKS:
            if step.get(link):
                yield step["id"], step[link], setter(step, link)
        cases: Sequence[Any] = step.get("branch") or () if isinstance(step.get("branch"), list) else ()
        for case in cases:
            yield step["id"], case.get("go"), setter(case, "go")


def _relinked(document: Mapping[str, Any], old: str, new: str | None) -> Plain:
    changed = deepcopy(dict(document))
    for _where, target, put in _links(changed):
        if target == old and new is not None:
            put(new)
    return changed


def _leading_to(document: Mapping[str, Any], step_id: str) -> list[str]:
    """What names the step, or comes to it by standing above."""
    named = [where for where, target, _put in _links(deepcopy(dict(document))) if target == step_id]
    place = _place(document, step_id)
    above = document["steps"][place - 1] if place else None
    if above is not None and follows(document, above["id"]) == step_id:
        named.append(above["id"])
    if not place and not document.get("start"):
        named.append(_("the beginning"))
    return list(dict.fromkeys(named))
