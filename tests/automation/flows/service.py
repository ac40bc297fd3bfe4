"""Small flows of service for the tests: guided help, a rating, consent, and two flows that lead into each other."""

from __future__ import annotations

from automation.flows.document import loads
from automation.flows.script import FlowDocument

HELP = """\
flow: help
languages: [en, ru]
goals:
  support: {label: {en: Help, ru: Помощь}, intents: [fault, usage], keeps: detail, go: detail}
steps:
  - {id: hello, say: {en: "Hello!", ru: "Здравствуйте!"}, greeting: true}
  - {id: goal, menu: {en: "What is it about?", ru: "О чём речь?"}, goals: [support]}
  - {id: detail, ask: note.detail, question: {en: "What is wrong?", ru: "Что случилось?"}}
  - id: fix
    troubleshoot:
      - try: {en: "Pull the plug for a minute.", ru: "Выньте вилку на минуту."}
      - try: {en: "Press the red button.", ru: "Нажмите красную кнопку."}
      - try: {en: "Clean the filter.", ru: "Почистите фильтр."}
    next: how
    otherwise: person
  - {id: how, rate: help, next: bye, otherwise: sorry}
  - {id: bye, end: solved, text: {en: "Goodbye.", ru: "До свидания."}}
  - id: sorry
    hand_off: low_rating
    open: {en: "A colleague will look into it.", ru: "Коллега разберётся."}
    closed: {en: "We will look into it.", ru: "Разберёмся."}
  - id: person
    hand_off: support
    open: {en: "A colleague helps.", ru: "Коллега поможет."}
    closed: {en: "We help soon.", ru: "Скоро поможем."}
answers:
  delivery: {en: "We deliver.", ru: "Доставляем."}
  thanks: {en: "You're welcome!", ru: "Пожалуйста!"}
"""

DESK = """\
flow: desk
languages: [en, ru]
goals:
  sales: {label: {en: Buy, ru: Купить}, intents: [price], go: to_sell}
  support: {label: {en: Help, ru: Помощь}, intents: [fault], go: to_help}
steps:
  - {id: hello, say: {en: "Hello! This is us.", ru: "Здравствуйте! Это мы."}, greeting: true}
  - {id: goal, menu: {en: "What can we do?", ru: "Чем помочь?"}, goals: [sales, support]}
  - {id: to_sell, flow: sell, otherwise: person}
  - {id: to_help, flow: help, otherwise: person}
  - id: person
    hand_off: qualified
    open: {en: "A colleague answers.", ru: "Коллега ответит."}
    closed: {en: "We answer soon.", ru: "Скоро ответим."}
"""

SELL = """\
flow: sell
languages: [en, ru]
goals:
  sales: {label: {en: Buy, ru: Купить}, intents: [price], go: interest}
steps:
  - {id: hello, say: {en: "Welcome to sales.", ru: "Вас приветствует отдел продаж."}, greeting: true}
  - {id: interest, ask: interest, on_miss: next}
  - {id: reach, ask: contact.reach, question: {en: "Where to write?", ru: "Куда написать?"}, on_miss: next}
  - {id: agree, ask: consent.follow_up}
  - id: person
    hand_off: qualified
    open: {en: "Sales will answer.", ru: "Отдел продаж ответит."}
    closed: {en: "Sales will answer soon.", ru: "Отдел продаж скоро ответит."}
"""

CIRCLE = """\
flow: {name}
languages: [en]
steps:
  - {{id: on, flow: {other}, otherwise: person}}
  - {{id: person, hand_off: lost, open: {{en: Soon.}}, closed: {{en: Later.}}}}
"""


def help_flow() -> FlowDocument:
    return loads(HELP)


def desk_flow() -> FlowDocument:
    return loads(DESK)


def installed(*documents: str) -> dict[str, FlowDocument]:
    """Flows by key, as `Context.flows` finds them."""
    found = [loads(text) for text in documents]
    return {each.key: each for each in found}
