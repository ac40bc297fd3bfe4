"""Settings > Quotes: what follows a quote by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import HttpResponse
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from automation.quotes.models import QuoteFollowUps
from automation.quotes.operations.settings import update_follow_ups
from bookings.services.queries import active_services
from core.access.models import Role
from core.http import Request, render_page, require, toast
from crm.pipeline.models import Pipeline, Stage, StageKind
from crm.quotes.models import QuoteSettings
from desk.settings.quotes.forms import QuoteSettingsForm

PAGE = "desk/settings/quotes.html"
BY_ITSELF, STAYS = "", "stays"


class FollowUpsForm(forms.ModelForm):  # type: ignore[type-arg]
    """A field for each pipeline says to which stage an accepted quote takes its lead."""

    class Meta:
        model = QuoteFollowUps
        fields = (
            *("silence", "first_hours", "again_hours", "warning", "warning_days"),
            *("renewal", "thanks", "orders", "service"),
        )
        labels = {
            "silence": _("Ask a customer who is silent, twice"),
            "first_hours": _("First question after, hours"),
            "again_hours": _("Second question after the first, hours"),
            "warning": _("Say that an offer ends soon"),
            "warning_days": _("Days before its end"),
            "renewal": _("Offer a fresh one when it is over"),
            "thanks": _("Thank in the chat for a yes"),
            "orders": _("Make an order of a yes"),
            "service": _("Offer times after a yes"),
        }
        help_texts = {"silence": _("Quiet hours hold it, and every answer, “stop” or decision ends it.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = [(each.key, each.name) for each in active_services()]
        self.fields["service"] = forms.ChoiceField(
            label=self.Meta.labels["service"], choices=[("", _("Nothing")), *services], required=False
        )
        if (gone := self.instance.service) and gone not in dict(services):
            self.initial["service"] = ""
        self.pipelines = list(Pipeline.objects.order_by("position", "id"))
        rows = Stage.objects.exclude(kind=StageKind.LOST).order_by("position", "id")
        for pipeline in self.pipelines:
            own = [(str(row.public_id), row.name) for row in rows if row.pipeline_id == pipeline.pk]
            name = self._name(pipeline)
            self.fields[name] = forms.ChoiceField(
                label=pipeline.name,
                choices=[(BY_ITSELF, _("The stage of won leads")), (STAYS, _("Stays where it is")), *own],
                required=False,
            )
            kept = self.instance.stages.get(str(pipeline.public_id))
            self.initial[name] = BY_ITSELF if kept is None else kept or STAYS

    @staticmethod
    def _name(pipeline: Pipeline) -> str:
        return f"stage_{pipeline.pk}"

    def stages(self) -> Iterator[BoundField]:
        return (self[self._name(each)] for each in self.pipelines)

    def changes(self) -> dict[str, Any]:
        """What `update_follow_ups` takes."""
        given = self.cleaned_data
        chosen = {str(each.public_id): given[self._name(each)] for each in self.pipelines}
        stages = {key: "" if value == STAYS else value for key, value in chosen.items() if value != BY_ITSELF}
        return {name: given[name] for name in self.Meta.fields} | {"stages": stages}


def follow_ups_form() -> FollowUpsForm:
    return FollowUpsForm(instance=QuoteFollowUps.objects.first() or QuoteFollowUps())


@require_POST
@require(role=Role.ADMIN)
def following(request: Request) -> HttpResponse:
    """Save the card."""
    form = FollowUpsForm(request.POST, instance=QuoteFollowUps.objects.first() or QuoteFollowUps())
    beside = {"form": QuoteSettingsForm(instance=QuoteSettings.objects.first() or QuoteSettings())}
    if not form.is_valid():
        context = {**beside, "following": form}
        return render_page(request, PAGE, context, partial="following_form", status=422)
    update_follow_ups(**form.changes())
    context = {**beside, "following": follow_ups_form()}
    return toast(render_page(request, PAGE, context, partial="following_form"), now_("Saved."))
