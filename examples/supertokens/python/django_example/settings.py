"""The settings of a Django project, as far as this example needs any."""

import os

from supertokens_setup import init_supertokens

init_supertokens("django", "asgi")

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-this-example")
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "django_example.urls"
INSTALLED_APPS = ["supertokens_python"]
MIDDLEWARE = [
    "supertokens_python.framework.django.django_middleware.middleware",  # serves /auth/*
]
