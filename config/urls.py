"""All addresses. Each needs a line in `config/access.py`."""

from django.urls import include, path
from django.views.i18n import set_language

from campus.views import SignInView
from config.schema import docs, schema
from config.views import SignOutView, healthz, home

urlpatterns = [
    path("", home, name="home"),
    path("signin/", SignInView.as_view(), name="signin"),
    path("signout/", SignOutView.as_view(), name="signout"),
    path("language/", set_language, name="set_language"),
    path("healthz", healthz, name="healthz"),
    path("api/schema/", schema, name="schema"),
    path("api/docs/", docs, name="docs"),
    path("", include("campus.urls")),
    path("", include("inspections.urls")),
    path("", include("scoring.urls")),
    path("", include("reports.urls")),
]
