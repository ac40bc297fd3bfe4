"""Articles in a run: a known problem first, an answer by the way, a step of its own, and whether it helped (spec 11.3)."""

from __future__ import annotations

from dataclasses import replace

from automation.articles.values import ARTICLE, HELPED, NOTICE, PICK, ArticleStep, ReadOut, Told
from automation.flows.effects import ReadArticle
from automation.flows.engine.questions import NOT_HELPED, YES_HELPED, put_question
from automation.flows.engine.turn import STOP, Turn
from automation.flows.events import CustomerMessage
from automation.flows.script import GOAL, NOTE

CHOICES = 2
TRIES = 2
MOST_WORDS = 200
NEXT, OTHERWISE = "next", "otherwise"
NO_QUESTION = frozenset({"greeting", "thanks", "yes", "no", "human", "not_interested", "opt_out"})


def read_article(turn: Turn, step: ArticleStep, *, offer_person: bool = False) -> str | None:
    """Say the article of the step and ask whether it helped, or return the step that follows."""
    known, library = turn.read_out, turn.context.library
    if library is None or step.id in known.over:
        return step.next if known.over.get(step.id) == NEXT else step.otherwise
    if known.step != step.id and not _begin(turn, step):
        return step.otherwise
    target = PICK if turn.read_out.offered else HELPED
    if turn.state.pending == target and turn.state.misses >= TRIES:
        over(turn, step.id, OTHERWISE)
        return step.otherwise
    _ask(turn, target, offer_person=offer_person)
    return STOP


def hear_article(turn: Turn, message: CustomerMessage, payload: str | None) -> bool:
    """Take what a message says of an article: whether it helped, or which one was meant. True where it is nothing else."""
    library = turn.context.library
    if library is None:
        return False
    kind, _colon, slug = (payload or "").partition(":")
    if kind == "article" and (found := library.article(slug, language=turn.state.language)):
        tell(turn, found)
        turn.fresh.add(PICK)
        return True
    main = next(iter(message.reading.intents), "")
    if turn.state.pending != HELPED:
        return False
    if payload == YES_HELPED or (not payload and main in ("yes", "thanks")):
        _helped(turn)
    elif payload == NOT_HELPED or (not payload and main == "no"):
        _not_helped(turn)
    else:
        return False
    turn.fresh.add(HELPED)
    return True


def read_up(turn: Turn, message: CustomerMessage, *, about: tuple[str, ...], progress: bool) -> list[str]:
    """What the library says to a message, as a side answer: a known problem before an article, each only once where the
    message brings the flow on.
    """
    library, language = turn.context.library, turn.state.language
    if library is None or message.payload or turn.fresh & {HELPED, PICK} or _says_nothing(message):
        return []
    if notice := library.notice(message.text, message.reading.intents, language=language):
        key = NOTICE + notice.slug
        if key not in turn.state.answered:
            turn.say(key, notice.text)
            turn.update(answered=(*turn.state.answered, key))
            return [key]
    if (progress and not about) or any(each.startswith(NOTE) for each in turn.fresh):
        return []
    found = library.answer(message.text, language=language)
    if found is None or (progress and found.slug in turn.read_out.told):
        return []
    tell(turn, found, words=message.text)
    return [ARTICLE + found.slug]


def only_asks(turn: Turn, message: CustomerMessage) -> bool:
    """Whether a customer without a goal asks what an article answers, and says nothing else: no goal is taken from it."""
    library = turn.context.library
    if library is None or turn.state.goal is not None or turn.fresh or message.payload:
        return False
    return (
        not _says_nothing(message) and library.answer(message.text, language=turn.state.language) is not None
    )


def suggest(turn: Turn, message: CustomerMessage) -> bool:
    """Ask which of two articles was meant, where nothing else answers a question; never the same two again."""
    library = turn.context.library
    if library is None or message.payload or message.attachments or _says_nothing(message):
        return False
    if not _is_free(turn) and not any(mark in message.text for mark in "?՞？"):
        return False
    found = _others(turn, message.text)
    if not found:
        return False
    _keep(turn, replace(turn.read_out, offered=found, words=message.text[:MOST_WORDS], step=""))
    _ask(turn, PICK)
    return True


def asks_whether_it_helped(turn: Turn, sides: list[str]) -> bool:
    """After an answer by the way, where no question of the flow is open."""
    told = PICK in turn.fresh or any(each.startswith(ARTICLE) for each in sides)
    if not told or not _is_free(turn):
        return False
    _ask(turn, HELPED)
    return True


def tell(turn: Turn, found: Told, *, words: str = "") -> None:
    """Say the article, once in a reply, and note that it was shown."""
    turn.say(ARTICLE + found.slug, found.text)
    turn.effects.append(ReadArticle(found.slug, "shown"))
    known = turn.read_out
    told = tuple(dict.fromkeys((*known.told, found.slug)))
    words = words[:MOST_WORDS] or known.words
    _keep(turn, replace(known, shown=found.slug, told=told, offered=(), words=words))


def meanwhile(turn: Turn) -> None:
    """Outside hours, what may help until somebody is there (spec 6.3)."""
    library, language = turn.context.library, turn.state.language
    if library is None or turn.context.is_open:
        return
    for words in (turn.last_text, *reversed(tuple(turn.state.notes.values()))):
        found = library.answer(words, language=language)
        if found is not None and found.slug not in turn.read_out.told:
            turn.say("phrases.article_meanwhile")
            turn.say(ARTICLE + found.slug, found.text)
            turn.effects.append(ReadArticle(found.slug, "away"))
            _keep(turn, replace(turn.read_out, told=(*turn.read_out.told, found.slug)))
            return


def handed_over(turn: Turn) -> None:
    """Whoever was shown an article and comes to a person all the same, was not helped by it."""
    known = turn.read_out
    if known.shown:
        turn.effects.append(ReadArticle(known.shown, "handed_over"))
        _keep(turn, replace(known, shown="", offered=()))


def over(turn: Turn, step_id: str, way: str) -> None:
    known = turn.read_out
    _keep(turn, replace(known, over={**known.over, step_id: way}, step="", offered=()))


def _begin(turn: Turn, step: ArticleStep) -> bool:
    """Say the article of the step, or offer a choice; False, and it is over, where there is neither."""
    library, language = turn.context.library, turn.state.language
    assert library is not None, "looked for before"
    words = [each for each in (turn.last_text, *reversed(tuple(turn.state.notes.values()))) if each]
    if step.slug is not None:
        found = library.article(step.slug, language=language)
    else:
        found = next(filter(None, (library.answer(each, language=language) for each in words)), None)
    said = words[0] if words else ""
    if found is not None:
        if found.slug not in turn.read_out.told or step.slug is not None:
            tell(turn, found, words=said)
        _keep(turn, replace(turn.read_out, step=step.id, offered=()))
        return True
    offered = _others(turn, said) if step.slug is None else ()
    if not offered:
        over(turn, step.id, OTHERWISE)
        return False
    _keep(turn, replace(turn.read_out, step=step.id, offered=offered, words=said[:MOST_WORDS]))
    return True


def _helped(turn: Turn) -> None:
    known = turn.read_out
    turn.effects.append(ReadArticle(known.shown, "helped"))
    turn.say("phrases.article_glad")
    _keep(turn, replace(known, shown=""))
    if known.step:
        over(turn, known.step, NEXT)


def _not_helped(turn: Turn) -> None:
    """Others that may be meant, else what the step says, else a person."""
    known = turn.read_out
    turn.effects.append(ReadArticle(known.shown, "not_helped"))
    if others := _others(turn, known.words):
        _keep(turn, replace(known, offered=others))
    elif known.step:
        over(turn, known.step, OTHERWISE)
    else:
        turn.wants_more = True


def pick_again(turn: Turn) -> bool:
    """After an article by the way that did not help: the others, where there are any."""
    if not turn.read_out.offered or turn.read_out.step or HELPED not in turn.fresh:
        return False
    _ask(turn, PICK)
    return True


def _others(turn: Turn, words: str) -> tuple[str, ...]:
    library, known = turn.context.library, turn.read_out
    if library is None or not words:
        return ()
    found = [each.slug for each in library.like(words, language=turn.state.language)]
    fresh = tuple(slug for slug in found if slug not in known.told)[:CHOICES]
    return fresh if fresh != known.offered else ()


def _ask(turn: Turn, target: str, *, offer_person: bool = False) -> None:
    if target == HELPED:
        put_question(turn, HELPED, "phrases.article_helped", offer_person=offer_person)
    else:
        put_question(turn, PICK, "phrases.article_which", offer_person=True)


def _is_free(turn: Turn) -> bool:
    """Whether no question of the flow is open but the one for the goal."""
    pending = turn.state.pending
    return turn.state.goal is None and (pending in (None, GOAL) or pending.startswith(ARTICLE))


def _says_nothing(message: CustomerMessage) -> bool:
    intents = message.reading.intents
    return not message.text.strip() or (bool(intents) and set(intents) <= NO_QUESTION)


def _keep(turn: Turn, known: ReadOut) -> None:
    turn.update(article=known.plain())
