"""Payment links on their way to the customer, the page where they pay, and what providers tell of it (spec 8.6)."""
