"""The business events of this room; docs/events.md is made of these declarations."""

from core.events.registry import EventType, register

_CHANGED = {"changes": "Names of the changed fields."}

register(
    EventType(
        "contact.created", 1, "A contact was added.", {"name": "The name given.", "source": "Where from."}
    )
)
register(EventType("contact.updated", 1, "A contact's details changed.", _CHANGED))
register(
    EventType(
        "contact.point_added",
        1,
        "A phone number or an email address of a contact became known.",
        {"kind": "phone or email.", "value": "The number in E.164 or the address in lower case."},
    )
)
register(
    EventType(
        "contact.opted_out",
        1,
        "A contact asked us to stop writing (spec 1.3): every follow-up ends.",
        {
            "source": "Where it was said.",
            "purposes": "The purposes withdrawn.",
            "channel": "Empty for every channel.",
        },
    )
)
register(
    EventType(
        "contact.opted_in",
        1,
        "A contact allowed us to write again.",
        {
            "source": "Where it was said.",
            "purposes": "The purposes allowed.",
            "channel": "Empty for every channel.",
        },
    )
)
_MOVED = "Number of rows by the name of their model."
register(
    EventType(
        "contact.merged",
        1,
        "Two contacts became one; the contact of the event is the one that is left.",
        {
            "merged_id": "The contact that became part of it.",
            "name": "Its name.",
            "moved": _MOVED,
            "changes": "Names of the fields that changed of the one that is left.",
        },
        {"merged_id": "contact"},
    )
)
register(
    EventType(
        "contact.merge_undone",
        1,
        "Two contacts that had become one are two again.",
        {"merged_id": "The contact that was given back.", "name": "Its name.", "moved": _MOVED},
        {"merged_id": "contact"},
    )
)
register(
    EventType(
        "lead.created",
        1,
        "A lead was added to a pipeline.",
        {
            "title": "The title.",
            "stage": "Name of the stage.",
            "source": "The source.",
            "goal": "The goal, if known.",
        },
    )
)
register(EventType("lead.updated", 1, "Details of a lead changed.", _CHANGED))
register(
    EventType(
        "lead.assigned",
        1,
        "A lead got another owner or team.",
        {
            "owner_id": "The person, null for nobody.",
            "owner": "The person's name.",
            "team_id": "The team.",
            "team": "Its name.",
        },
        {"owner_id": "user", "team_id": "team"},
    )
)
register(
    EventType(
        "lead.next_step_set",
        1,
        "What happens next with a lead was decided.",
        {"next_step": "In words; empty when it was cleared.", "due_at": "When, or null."},
    )
)
register(
    EventType(
        "lead.next_step_done",
        1,
        "The next step of a lead was taken.",
        {"next_step": "What was done, in words.", "due_at": "When it was due, or null."},
    )
)
_FILE = {"name": "The file's name.", "size": "Its bytes."}
register(EventType("lead.file_added", 1, "A colleague put a file to a lead.", _FILE))
register(EventType("lead.file_removed", 1, "A colleague took a file away from a lead.", _FILE))
register(
    EventType(
        "call.logged",
        1,
        "A telephone call with a contact was logged.",
        {
            "direction": "out or in.",
            "outcome": "reached, no_answer, busy, wrong_number or left_message.",
            "seconds": "Length of the call, null where nobody noted it.",
            "called_at": "When.",
        },
    )
)
register(
    EventType(
        "call.removed",
        1,
        "A call that was logged by mistake was taken back.",
        {
            "direction": "out or in.",
            "outcome": "As it had been logged.",
            "called_at": "When it was said to be.",
        },
    )
)
register(
    EventType(
        "lead.stage_changed",
        1,
        "A lead moved to another stage.",
        {
            "from": "Name of the stage left.",
            "from_id": "Its id.",
            "to": "Name of the stage entered.",
            "to_id": "Its id.",
            "kind": "open, won or lost.",
            "lost_reason": "Name of the reason, empty unless lost.",
        },
        {"from_id": "stage", "to_id": "stage"},
    )
)
register(
    EventType(
        "lead.held_back",
        1,
        "A lead that was to go to a stage by itself waits before it: the stage asks for what is not known.",
        {
            "to": "Name of the stage.",
            "to_id": "Its id.",
            "missing": "Keys of what it asks for.",
            "fields": "The same in words.",
        },
        {"to_id": "stage"},
    )
)
register(
    EventType(
        "lead.answer_recorded",
        1,
        "An answer to a qualification criterion was learned, corrected or removed.",
        {
            "key": "Key of the criterion.",
            "value": "The canonical value, null when removed.",
            "previous": "The value before, null when there was none.",
            "source": "flow, free_text, person or api.",
        },
    )
)
register(
    EventType(
        "lead.scored",
        1,
        "The score of a lead changed.",
        {
            "from": "Points before.",
            "to": "Points now.",
            "grade": "A to D.",
            "version": "Version of the rules.",
        },
    )
)
register(
    EventType(
        "lead.qualification_changed",
        1,
        "A lead crossed a threshold, met a disqualifying answer, or became known well enough to judge.",
        {
            "from": "unknown, qualified, nurture or not_fit.",
            "to": "The same.",
            "reason": "Key of the criterion that decided.",
        },
    )
)
register(
    EventType(
        "pipeline.changed",
        1,
        "A pipeline, one of its stages or a lost reason was added, changed, reordered or removed.",
        {"what": "What was done.", "name": "Name of the stage, pipeline or reason."},
    )
)
register(
    EventType(
        "criterion.changed",
        1,
        "A qualification criterion was added, changed or removed.",
        {"key": "Key of the criterion.", "changes": "Names of the changed fields."},
    )
)
register(
    EventType(
        "field.changed",
        1,
        "A custom field of leads or contacts was added, changed or removed.",
        {"key": "Key of the field.", "changes": "Names of the changed parts."},
    )
)
register(
    EventType(
        "scoring.published",
        1,
        "A new version of the scoring rules counts from now on.",
        {"version": "The new version.", "changes": "What differs from the version before."},
    )
)
register(
    EventType(
        "scoring.draft_changed",
        1,
        "The draft of the next version of the scoring rules was changed or thrown away.",
        {
            "version": "The version it becomes.",
            "revision": "Rises with each edit.",
            "changes": "What was changed.",
        },
    )
)
register(
    EventType(
        "scoring.recalculated",
        1,
        "A batch of leads was scored again with the published rules.",
        {
            "version": "Version of the rules.",
            "leads": "Size of the batch.",
            "changed": "How many of them got another score, grade or outcome.",
            "ids": "Which, when they are few, else empty.",
            "changed_in_all": "With the last batch: in all batches; else 0.",
            "finished": "Whether it was the last.",
        },
    )
)
