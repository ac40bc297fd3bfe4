"""Leads and pipelines by the API: `shapes` is what is shown, `drafts` what is taken, the rest are its addresses."""
