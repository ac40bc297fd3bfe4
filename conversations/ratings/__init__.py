"""What customers thought of a conversation (spec 5.1): from 1 to 5, with words where they had some."""
