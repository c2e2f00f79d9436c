from django.urls import path

from campus import views

app_name = "campus"

urlpatterns = [path("me/", views.me, name="me")]
