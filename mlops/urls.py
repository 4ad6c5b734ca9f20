"""Every URL. The admin and the dashboard are named, not imported: they load with the first page."""

from django.urls import include, path

from mlops.front_page import front_page

urlpatterns = [
    path("", front_page),
    path("dashboard/", ("dashboard.urls", "dashboard", "dashboard")),
    path("admin/", ("dashboard.admin_urls", "admin", "admin")),
    path("", include("tracking.urls")),
]

handler400 = "mlops.error_pages.bad_request"
handler404 = "mlops.error_pages.not_found"
handler500 = "mlops.error_pages.server_error"
