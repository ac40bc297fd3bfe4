from datetime import UTC, date, datetime

import pytest
from django import forms
from django.utils import formats, translation
from django.utils.dates import MONTHS_3

from config import messages


def test_armenian_dates_put_the_day_first() -> None:
    with translation.override("hy"):
        assert formats.date_format(date(2026, 4, 5), "SHORT_DATE_FORMAT") == "05.04.2026"
        assert (
            formats.date_format(datetime(2026, 4, 5, 9, 7, tzinfo=UTC), "SHORT_DATETIME_FORMAT")
            == "05.04.2026 09:07"
        )
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


def test_armenian_numbers_are_grouped() -> None:
    with translation.override("hy"):
        shown = formats.number_format(1234567.5, use_l10n=True, force_grouping=True)

    assert shown == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,5"


@pytest.mark.parametrize("typed", ["05.04.2026", "2026-04-05"])
def test_dates_are_read_as_they_are_written(typed: str) -> None:
    with translation.override("hy"):
        assert forms.DateField(localize=True).clean(typed) == date(2026, 4, 5)


def test_the_other_languages_keep_their_formats() -> None:
    with translation.override("en"):
        assert formats.get_format("DECIMAL_SEPARATOR") == "."
    with translation.override("ru"):
        assert formats.date_format(date(2026, 4, 5), "SHORT_DATE_FORMAT") == "05.04.2026"


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_january_is_told_from_june(language: str) -> None:
    catalog = messages.read_catalog(messages.catalog_path(messages.PROJECT, language), language)
    message = catalog.get("jan")

    assert message is not None
    january = str(message.string)
    assert january
    with translation.override(language):
        assert january.casefold() != str(MONTHS_3[6]).casefold()
