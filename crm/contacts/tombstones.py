"""A merged contact stays as a tombstone, so that links and ids of the API lead on; nothing new is given to it."""

from __future__ import annotations

import pgtrigger


def never_to_a_tombstone() -> pgtrigger.Trigger:
    """For every model with a foreign key `contact`: a row for a merged contact goes to the one it became part of.

    Whoever read the contact before it was merged and writes after it loses nothing. The row waits for a merge that is
    under way: that holds the contact FOR UPDATE, and the lock taken here is the one that the foreign key takes anyhow.
    """
    return pgtrigger.Trigger(
        name="never_to_a_tombstone",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("contact_id"),  # type: ignore[no-untyped-call]
        declare=[("heir", "BIGINT")],
        func="""
            LOOP
                SELECT merged_into_id INTO heir FROM crm_contact WHERE id = NEW.contact_id FOR KEY SHARE;
                EXIT WHEN heir IS NULL;
                NEW.contact_id := heir;
            END LOOP;
            RETURN NEW;
        """,
    )
