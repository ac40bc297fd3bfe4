from crm.chances.queries.explaining import Reason, WinChance, chance_of, influences
from crm.chances.queries.fields import usable
from crm.chances.queries.standing import (
    ENOUGH,
    LEARN,
    WINDOW,
    Closed,
    InUse,
    Learned,
    closed,
    current_models,
    in_use,
    last_learning,
    settings,
)

__all__ = [
    "ENOUGH",
    "LEARN",
    "WINDOW",
    "Closed",
    "InUse",
    "Learned",
    "Reason",
    "WinChance",
    "chance_of",
    "closed",
    "current_models",
    "in_use",
    "influences",
    "last_learning",
    "settings",
    "usable",
]
