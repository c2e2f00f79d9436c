"""Addresses of recording."""

from django.urls import path

from inspections import patrol, views
from inspections.api.checks import BatchView
from inspections.api.patrol import PatrolView, PlacesView, WorkView
from inspections.api.photos import PhotoView
from inspections.api.standards import StandardsView
from inspections.rounds import views as rounds

app_name = "inspections"

urlpatterns = [
    path("checks/new/", views.pick, name="pick"),
    path("checks/new/<slug:target_type>/<path:code>/", views.sheet, name="sheet"),
    path("api/v1/inspections/batch", BatchView.as_view(), name="api-batch"),
    path("api/v1/patrol", PatrolView.as_view(), name="api-patrol"),
    path("api/v1/photos/<uuid:pk>", PhotoView.as_view(), name="api-photo"),
    path("api/v1/places", PlacesView.as_view(), name="api-places"),
    path("api/v1/standards", StandardsView.as_view(), name="api-standards"),
    path("api/v1/work", WorkView.as_view(), name="api-work"),
    path("rounds/", rounds.week, name="rounds"),
    path("rounds/draw-up/", rounds.draw_up, name="rounds-draw-up"),
    path("rounds/new/", rounds.once, name="round-new"),
    path("rounds/templates/", rounds.templates, name="round-templates"),
    path("rounds/templates/new/", rounds.template, name="round-template-new"),
    path("rounds/templates/<int:pk>/", rounds.template, name="round-template"),
    path("rounds/templates/<int:pk>/remove/", rounds.template_remove, name="round-template-remove"),
    path("rounds/<int:pk>/", rounds.one, name="round"),
    path("rounds/<int:pk>/people/", rounds.people, name="round-people"),
    path("rounds/<int:pk>/places/", rounds.places, name="round-places"),
    path("rounds/<int:pk>/call-off/", rounds.call_off, name="round-call-off"),
    path("rounds/walkers/<int:pk>/leave/", rounds.leave, name="walker-leave"),
    path("rounds/walkers/<int:pk>/back/", rounds.back, name="walker-back"),
    path("rounds/walkers/<int:pk>/confirm/", rounds.confirm, name="walker-confirm"),
    path("rounds/walkers/<int:pk>/substitute/", rounds.substitute, name="walker-substitute"),
    path("rounds/walkers/<int:pk>/remove/", rounds.take_off, name="walker-remove"),
    path("coverage/", rounds.board, name="coverage"),
    path("coverage/send/", rounds.send, name="coverage-send"),
    path("coverage/attendance/", rounds.presence, name="attendance"),
    path("patrol/", patrol.shell, name="patrol"),
    path("patrol/sw.js", patrol.worker, name="patrol-worker"),
    path("patrol/manifest.webmanifest", patrol.manifest, name="patrol-manifest"),
    path("standards/<int:pk>/", views.standard, name="standard"),
]
