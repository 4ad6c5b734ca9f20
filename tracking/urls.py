from django.urls import path

from tracking import views
from tracking.api.endpoints import ENDPOINTS

urlpatterns = [
    *(path(endpoint.removeprefix("/"), views.api) for endpoint in ENDPOINTS),
    path("analytics/<path:business_id>", views.api),
    path("metrics/server", views.server_metrics),
]
