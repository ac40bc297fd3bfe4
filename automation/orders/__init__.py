"""Orders in talk: the answer to a notice, and looking an order up (spec 8.5)."""
