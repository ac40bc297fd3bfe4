from crm.bulk.operations.starting import go_on, retry_refused, start_bulk, start_undo
from crm.bulk.operations.undoing import undo_next
from crm.bulk.operations.working import work_next

__all__ = ["go_on", "retry_refused", "start_bulk", "start_undo", "undo_next", "work_next"]
