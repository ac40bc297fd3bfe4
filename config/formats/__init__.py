"""How dates and numbers are written in languages for which Django has no formats, or ambiguous words."""

from django.utils.translation import gettext_lazy

JANUARY = gettext_lazy("jan")
"""Named here so that our catalogues translate it: Django's Armenian calls January and June the same in `j M`."""
