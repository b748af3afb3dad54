from django.urls import path

from django_example import views

urlpatterns = [
    path("me", views.me),
    path("checked", views.checked),
    path("editor", views.editor),
    path("sign-out-everywhere", views.everywhere),
]
