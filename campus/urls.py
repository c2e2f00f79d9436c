from django.urls import URLPattern

app_name = "campus"

urlpatterns: list[URLPattern] = []
