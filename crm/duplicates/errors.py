from core.errors import Conflict, Refused


class CannotMerge(Refused):
    """The two are not two contacts, or a choice was none."""


class AlreadyMerged(Conflict):
    """One of the two became part of another contact meanwhile."""


class CannotUndo(Conflict):
    """Something that happened since makes the undo impossible; says what."""
