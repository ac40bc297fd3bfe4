from crm.catalogue.operations.money import TaxDraft, delete_tax, replace_tax, save_tax, set_rate
from crm.catalogue.operations.products import (
    ProductDraft,
    delete_product,
    draft_of,
    reorder_products,
    save_product,
    set_picture,
    use_product,
)
from crm.catalogue.operations.rules import Edit, change_product

__all__ = [
    "Edit",
    "ProductDraft",
    "TaxDraft",
    "change_product",
    "delete_product",
    "delete_tax",
    "draft_of",
    "reorder_products",
    "replace_tax",
    "save_product",
    "save_tax",
    "set_picture",
    "set_rate",
    "use_product",
]
