from crm.chances.operations.learning import learn
from crm.chances.operations.refreshing import refresh, refresh_of, write
from crm.chances.operations.switching import learn_when_due, start_learning, switch

__all__ = ["learn", "learn_when_due", "refresh", "refresh_of", "start_learning", "switch", "write"]
