"""Addresses of recording."""

from django.urls import path

from inspections import views

app_name = "inspections"

urlpatterns = [
    path("checks/", views.checks, name="checks"),
    path("checks/new/", views.pick, name="pick"),
    path("checks/new/<slug:target_type>/<path:code>/", views.sheet, name="sheet"),
    path("standards/<int:pk>/", views.standard, name="standard"),
]
