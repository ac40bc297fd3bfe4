"""Articles in talk: an answer by the way, a step that reads one out, and whether it helped (spec 11.3)."""
