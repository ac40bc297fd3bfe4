"""Modules here are imported by name: some are called from the threads, others call the threads."""
