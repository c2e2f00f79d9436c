from django.urls import path

from scoring import api, mine_views, photo_views, views

app_name = "scoring"

urlpatterns = [
    path("checks/", mine_views.mine, name="mine"),
    path("review/", views.queue, name="queue"),
    path("review/verify/", views.verify, name="verify"),
    path("review/<uuid:pk>/", views.review, name="review"),
    path("review/<uuid:pk>/return/", views.send_back, name="return"),
    path("review/<uuid:pk>/set-aside/", views.set_aside, name="set-aside"),
    path("api/v1/reviews/verify", api.VerifyView.as_view(), name="api-verify"),
    path("api/v1/reviews/return", api.ReturnView.as_view(), name="api-return"),
    path("api/v1/reviews/set-aside", api.SetAsideView.as_view(), name="api-set-aside"),
    path("api/v1/reviews/returned", api.ReturnedView.as_view(), name="api-returned"),
    path("photos/<uuid:pk>/", photo_views.photo, name="photo"),
    path("photos/<uuid:pk>/thumb/", photo_views.photo_thumb, name="photo-thumb"),
    path("policies/<int:version>/", views.policy, name="policy"),
]
