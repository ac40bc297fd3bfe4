"""Use cases of quotes that nobody has to press for: made in a chat, followed up, answered, settled."""
