"""PostgreSQL and Valkey from wheels, as children of ours, for whoever has no servers of their own."""

from config.embedded.postgres import Postgres
from config.embedded.services import Services
from config.embedded.valkey import Valkey

__all__ = ["Postgres", "Services", "Valkey"]
