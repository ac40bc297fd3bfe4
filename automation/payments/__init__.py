"""Asking for money in a flow: `request_payment` puts the question, and the run goes on once it is paid (spec 8.6)."""
