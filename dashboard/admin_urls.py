"""The admin's URLs. What apps register there is found here, not when Django starts."""

from django.contrib import admin

admin.autodiscover()

urlpatterns, _, _ = admin.site.urls
