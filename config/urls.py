"""All addresses. Each needs a line in `config/access.py`."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from config.views import healthz, home

urlpatterns = [
    path("", home, name="home"),
    path("signin/", LoginView.as_view(template_name="campus/signin.html", redirect_authenticated_user=True), name="signin"),
    path("signout/", LogoutView.as_view(), name="signout"),
    path("language/", set_language, name="set_language"),
    path("healthz", healthz, name="healthz"),
    path("", include("campus.urls")),
    path("", include("inspections.urls")),
    path("", include("scoring.urls")),
    path("", include("reports.urls")),
]
