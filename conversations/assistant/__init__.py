"""The optional assistant (spec 4.3): a language model behind any OpenAI-compatible address. Off by default."""
