"""Lists of other programs taken in (spec 14.3): read, mapped, tried, carried out in the background, taken back."""
