from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from core.access.models import Role
from core.languages import Language
from crm.quotes.document import has_format
from crm.quotes.models import QuoteSettings
from crm.quotes.queries import discount_limit

LARGEST_LOGO = 1024 * 1024
LIMITED = (Role.AGENT, Role.MANAGER)


class QuoteSettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Texts have a field for each language ("terms_hy"), limits one for each role that has one."""

    class Meta:
        model = QuoteSettings
        fields = ("valid_days", "rounding", "prices_include_tax", "payable_step", "address", "logo")
        labels = {"prices_include_tax": _("Prices include tax")}
        help_texts = {
            "valid_days": _("How many days a new quote holds, today not counted."),
            "rounding": _("The first is what invoices in Europe do."),
            "payable_step": _("As cash is paid, such as 10 or 0.05. Empty: to the last unit."),
            "logo": _("PNG, JPEG or SVG, at most 1 MB. It stands on every quote from now on."),
        }
        widgets = {
            "valid_days": forms.NumberInput(attrs={"min": 0, "max": 3650}),
            "address": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in Language.choices:
            for name, longest, widget in (
                ("terms", 20_000, forms.Textarea(attrs={"rows": 3})),
                ("next_step", 500, forms.TextInput()),
            ):
                self.fields[f"{name}_{code}"] = forms.CharField(
                    label=label, required=False, max_length=longest, widget=widget
                )
                self.initial[f"{name}_{code}"] = getattr(self.instance, name).get(code, "")
        for role in LIMITED:
            self.fields[f"limit_{role}"] = forms.DecimalField(
                label=role.label, min_value=0, max_value=100, max_digits=6, decimal_places=3
            )
            self.initial[f"limit_{role}"] = f"{discount_limit(role).normalize():f}"

    def _named(self, name: str) -> Iterator[BoundField]:
        return (self[f"{name}_{code}"] for code in Language.values)

    def terms(self) -> Iterator[BoundField]:
        return self._named("terms")

    def next_steps(self) -> Iterator[BoundField]:
        return self._named("next_step")

    def limits(self) -> Iterator[BoundField]:
        return (self[f"limit_{role}"] for role in LIMITED)

    def clean_valid_days(self) -> int:
        days = int(self.cleaned_data["valid_days"])
        if days > 3650:
            raise forms.ValidationError(_("At most ten years."))
        return days

    def clean_payable_step(self) -> Decimal | None:
        step: Decimal | None = self.cleaned_data["payable_step"]
        if step is not None and step <= 0:
            raise forms.ValidationError(_("More than zero, or leave it empty."))
        return step

    def clean_logo(self) -> Any:
        logo = self.cleaned_data["logo"]
        if isinstance(logo, UploadedFile):
            if (logo.size or 0) > LARGEST_LOGO:
                raise forms.ValidationError(_("The file is larger than 1 MB."))
            if not has_format(logo.read()):
                raise forms.ValidationError(_("This is no PNG, JPEG or SVG picture."))
            logo.seek(0)
        return logo or ""

    def changes(self) -> dict[str, Any]:
        """What `update_quote_settings` takes."""
        given = self.cleaned_data
        texts = {
            name: {code: given[f"{name}_{code}"] for code in Language.values if given[f"{name}_{code}"]}
            for name in ("terms", "next_step")
        }
        limits = {str(role): str(given[f"limit_{role}"]) for role in LIMITED}
        return {name: given[name] for name in self.Meta.fields} | texts | {"discount_limits": limits}
