app_name = "dormitories"
urlpatterns: list = []
