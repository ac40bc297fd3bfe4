"""Quotes on their way to the customer, and the customer's page of them (spec 8.3)."""
