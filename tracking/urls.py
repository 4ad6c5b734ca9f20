from django.urls import path

from tracking import views
from tracking.api.endpoints import ENDPOINTS

urlpatterns = [
    *(path(endpoint.removeprefix("/"), views.api) for endpoint in ENDPOINTS),
    path("analytics/<path:business_id>", views.api),
    path(views.SERVER_METRICS.removeprefix("/"), views.server_metrics),
]
