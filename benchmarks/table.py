"""The table that `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure; `floor` is what the bare thing reached in the same run, empty where there is none."""

    what: str
    figure: str
    floor: str
    ratio: str
    budget: str
    holds: bool = True


HEAD = Row("what", "figure", "floor", "ratio", "budget")


def print_table(rows: list[Row]) -> None:
    columns = ("what", "figure", "floor", "ratio", "budget")
    lines = [[getattr(row, column) for column in columns] for row in (HEAD, *rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    print()
    for number, line in enumerate(lines):
        mark = "" if number == 0 or rows[number - 1].holds else "   over budget"
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + mark)
        if number == 0:
            print("  ".join("-" * width for width in widths))
