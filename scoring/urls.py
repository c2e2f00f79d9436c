from django.urls import path

from scoring import views

app_name = "scoring"

urlpatterns = [
    path("review/", views.queue, name="queue"),
    path("review/verify/", views.verify, name="verify"),
    path("review/<uuid:pk>/", views.review, name="review"),
    path("review/<uuid:pk>/return/", views.send_back, name="return"),
    path("review/<uuid:pk>/set-aside/", views.set_aside, name="set-aside"),
    path("policies/<int:version>/", views.policy, name="policy"),
]
