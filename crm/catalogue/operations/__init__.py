from crm.catalogue.operations.money import TaxDraft, delete_tax, save_tax, set_rate
from crm.catalogue.operations.products import (
    ProductDraft,
    delete_product,
    reorder_products,
    save_product,
    set_picture,
    use_product,
)

__all__ = [
    "ProductDraft",
    "TaxDraft",
    "delete_product",
    "delete_tax",
    "reorder_products",
    "save_product",
    "save_tax",
    "set_picture",
    "set_rate",
    "use_product",
]
