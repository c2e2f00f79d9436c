from django.urls import path, register_converter
from django.urls.converters import StringConverter

from reports import bulletin_views, views

app_name = "reports"


class CodeConverter(StringConverter):
    """A code as it may stand in the database: PostgreSQL takes no text with a NUL."""

    regex = "[^/\0]+"


register_converter(CodeConverter, "code")

urlpatterns = [
    path("ranking/", views.ranking, name="ranking"),
    path("classes/<code:code>/", views.class_week, name="class"),
    path("bulletins/", bulletin_views.bulletins, name="bulletins"),
    path("bulletins/build/", bulletin_views.build, name="build"),
    path("bulletins/jobs/<int:pk>/", bulletin_views.job, name="job"),
    path("bulletins/files/<int:pk>/", bulletin_views.bulletin_file, name="file"),
]
