from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("ranking/", views.ranking, name="ranking"),
    path("classes/<str:code>/", views.class_week, name="class"),
]
