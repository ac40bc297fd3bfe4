"""What makes two contacts look like one person. A clue is a table in which equal keys under two contacts say so; rooms
add theirs. Pure: makes SQL, sends none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

CROWD = 5
"""What more contacts than that share (the mailbox of a company, the telephone of a hotel) says nothing."""


@dataclass(frozen=True, slots=True)
class Clue:
    """`source`: a table or subselect with `contact`, the `keys` that are compared, and the text `detail` that `words`
    tells. `strength` orders the evidence, 1 is the weakest. All are constants of the code, which no user reaches.
    """

    kind: str
    source: str
    contact: str
    keys: tuple[str, ...]
    detail: str
    strength: int
    words: Callable[[str], str]

    def of_one(self) -> str:
        """SELECT of (mine, other, clue, detail, strength) for the contact %(contact)s."""
        crowd = (
            f"(SELECT count(DISTINCT {self.contact}) FROM {self.source} AS every "
            f"WHERE {self._equal('every')}) <= {CROWD}"
        )
        return (
            f"SELECT mine.{self.contact} AS mine, other.{self.contact} AS other, {self._told()} "
            f"FROM {self.source} AS mine JOIN {self.source} AS other ON {self._equal('other')} "
            f"WHERE mine.{self.contact} = %(contact)s AND other.{self.contact} <> %(contact)s AND {crowd}"
        )

    def of_all(self) -> str:
        """The same for every pair, the older contact first."""
        keys = ", ".join(self.keys)
        shared = (
            f"(SELECT {keys} FROM {self.source} AS every GROUP BY {keys} "
            f"HAVING count(*) > 1 AND count(DISTINCT {self.contact}) BETWEEN 2 AND {CROWD})"
        )
        of_shared = " AND ".join(f"shared.{key} = mine.{key}" for key in self.keys)
        return (
            f"SELECT mine.{self.contact} AS mine, other.{self.contact} AS other, {self._told()} "
            f"FROM {shared} AS shared JOIN {self.source} AS mine ON {of_shared} "
            f"JOIN {self.source} AS other ON {self._equal('other')} "
            f"WHERE mine.{self.contact} < other.{self.contact}"
        )

    def _equal(self, table: str) -> str:
        return " AND ".join(f"{table}.{key} = mine.{key}" for key in self.keys)

    def _told(self) -> str:
        return f"'{self.kind}' AS clue, mine.{self.detail} AS detail, {self.strength} AS strength"


_clues: dict[str, Clue] = {}


def register(clue: Clue) -> None:
    """Raises ValueError for a kind that is taken."""
    if clue.kind in _clues:
        raise ValueError(f"The clue {clue.kind!r} is registered already.")
    _clues[clue.kind] = clue


def every_clue() -> list[Clue]:
    return list(_clues.values())


def in_words(kind: str, detail: str) -> str:
    """The evidence as a person reads it; "" for a clue that nobody registers any more."""
    clue = _clues.get(kind)
    return clue.words(detail) if clue else ""


_LIVING = (
    "JOIN crm_contact AS a ON a.id = found.mine AND a.merged_into_id IS NULL "
    "JOIN crm_contact AS b ON b.id = found.other AND b.merged_into_id IS NULL"
)
_CLUES = "jsonb_agg(DISTINCT jsonb_build_array(-strength, clue, detail))"


def sql_of_one() -> str:
    """SELECT of (other, evidence) for one contact, the strongest first, what was dismissed left out."""
    found = " UNION ALL ".join(clue.of_one() for clue in every_clue())
    return (
        f"SELECT found.other, {_CLUES} AS clues FROM ({found}) AS found {_LIVING} "
        "WHERE NOT EXISTS (SELECT 1 FROM crm_duplicatepair AS pair WHERE pair.dismissed_at IS NOT NULL "
        "AND pair.first_id = least(found.mine, found.other) AND pair.second_id = greatest(found.mine, found.other)) "
        "GROUP BY found.other ORDER BY max(strength) DESC, found.other LIMIT 10"
    )


def sql_of_all() -> str:
    """One statement that keeps the proposed pairs: new ones in, evidence renewed, those without any taken away."""
    found = " UNION ALL ".join(clue.of_all() for clue in every_clue())
    return (
        f"WITH now_found AS MATERIALIZED (SELECT found.mine, found.other, {_CLUES} AS clues FROM ({found}) AS found "
        f"{_LIVING} GROUP BY found.mine, found.other), "
        "kept AS (INSERT INTO crm_duplicatepair AS pair (first_id, second_id, clues) "
        "SELECT mine, other, clues FROM now_found ORDER BY mine, other "
        "ON CONFLICT (first_id, second_id) DO UPDATE SET clues = EXCLUDED.clues "
        "WHERE pair.clues IS DISTINCT FROM EXCLUDED.clues RETURNING 1) "
        "DELETE FROM crm_duplicatepair AS pair WHERE pair.dismissed_at IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM now_found WHERE now_found.mine = pair.first_id AND now_found.other = pair.second_id)"
    )
