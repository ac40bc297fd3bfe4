"""Text at the edge and text for comparing.

`clean` and `clean_json` make inbound values storable; `clean_words` also hides card numbers in what people write;
`normalise` gives the one form in which text is compared and searched; `skeleton` is a coarser key for words typed by ear
("inch arji" and "ինչ արժե").
"""

from core.text.cards import has_hidden_card, hide_cards
from core.text.cleaning import clean, clean_json, clean_words
from core.text.folding import normalise, skeleton

__all__ = ["clean", "clean_json", "clean_words", "has_hidden_card", "hide_cards", "normalise", "skeleton"]
