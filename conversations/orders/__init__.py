"""What customers are told of their orders, and what they answer (spec 8.5)."""
