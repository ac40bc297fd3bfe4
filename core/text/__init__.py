"""Text at the edge and text for comparing.

`clean` and `clean_json` make inbound values storable; `normalise` gives the one form in which text is compared and
searched; `skeleton` is a coarser key for words typed by ear ("inch arji" and "ինչ արժե").
"""

from core.text.cleaning import clean, clean_json
from core.text.folding import normalise, skeleton

__all__ = ["clean", "clean_json", "normalise", "skeleton"]
