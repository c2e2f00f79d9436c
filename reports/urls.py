from django.urls import path

from reports import bulletin_views, views

app_name = "reports"

urlpatterns = [
    path("ranking/", views.ranking, name="ranking"),
    path("classes/<str:code>/", views.class_week, name="class"),
    path("bulletins/", bulletin_views.bulletins, name="bulletins"),
    path("bulletins/build/", bulletin_views.build, name="build"),
    path("bulletins/jobs/<int:pk>/", bulletin_views.job, name="job"),
    path("bulletins/files/<int:pk>/", bulletin_views.bulletin_file, name="file"),
]
