"""Scores, the rules that count and the draft of the next, to programs."""
