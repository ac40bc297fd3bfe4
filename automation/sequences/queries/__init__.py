"""Reads of sequences: what is in use, who would be found, what a lead gets next, what it brought."""
