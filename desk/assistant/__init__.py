"""What the assistant offers beside a conversation: drafts over the composer, summaries and hints at the right."""
