from crm.fields.operations.definitions import FieldDraft, delete_field, reorder_fields, save_field, use_field
from crm.fields.operations.values import set_contact_values, set_lead_values

__all__ = [
    "FieldDraft",
    "delete_field",
    "reorder_fields",
    "save_field",
    "set_contact_values",
    "set_lead_values",
    "use_field",
]
