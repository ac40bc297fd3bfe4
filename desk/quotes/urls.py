"""Addresses of quotes, under /quotes/ and the names of the desk."""

from __future__ import annotations

from django.urls import path

from desk.quotes import acts, coming, files, saving, views
from desk.quotes.figures import views as figures

urlpatterns = [
    path("", views.quotes, name="quotes"),
    path("new/", views.new, name="quote_new"),
    path("figures/", figures.page, name="quote_figures"),
    path("figures.csv", figures.csv_file, name="quote_figures_csv"),
    path("products/", saving.products, name="quote_products"),
    path("convert/", saving.convert, name="quote_convert"),
    path("products/<uuid:public_id>/picture/", saving.picture, name="product_picture"),
    path("<uuid:public_id>/", views.quote, name="quote"),
    path("<uuid:public_id>/totals/", saving.totals, name="quote_totals"),
    path("<uuid:public_id>/save/", saving.save, name="quote_save"),
    path("<uuid:public_id>/pdf/", views.pdf, name="quote_pdf"),
    path("<uuid:public_id>/files/", files.add, name="quote_files"),
    path("<uuid:public_id>/files/<uuid:file>/", files.file, name="quote_file"),
    path("<uuid:public_id>/files/<uuid:file>/remove/", files.remove, name="quote_file_remove"),
    path("<uuid:public_id>/phone/", files.phone, name="quote_phone"),
    path("<uuid:public_id>/preview/", files.preview, name="quote_preview"),
    path("<uuid:public_id>/approve/", acts.approve, name="quote_approve"),
    path("<uuid:public_id>/next/", acts.next_version, name="quote_next"),
    path("<uuid:public_id>/renew/", acts.renew, name="quote_renew"),
    path("<uuid:public_id>/renew/send/", acts.renew_send, name="quote_renew_send"),
    path("<uuid:public_id>/coming/", coming.card, name="quote_coming"),
    path("<uuid:public_id>/coming/cancel/", coming.cancel, name="quote_coming_cancel"),
    path("<uuid:public_id>/coming/now/", coming.now, name="quote_coming_now"),
    path("<uuid:public_id>/copy/", acts.copy, name="quote_copy"),
    path("<uuid:public_id>/template/", acts.keep, name="quote_keep"),
    path("<uuid:public_id>/withdraw/", acts.withdraw, name="quote_withdraw"),
    path("<uuid:public_id>/discard/", acts.discard, name="quote_discard"),
    path("<uuid:public_id>/send/", acts.send, name="quote_send"),
    path("<uuid:public_id>/answer/", acts.answer, name="quote_answer"),
]
