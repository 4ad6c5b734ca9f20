"""What Django's admin shows of deployments and users; what was measured isn't edited."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest

from deployments.models import Deployment, LambdaReport, LatencyRun

# Only the type stubs know what it is an admin of.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    AuthUserAdmin = UserAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin
    AuthUserAdmin = UserAdmin


@admin.register(Deployment)
class DeploymentAdmin(ModelAdmin):
    list_display = ["name", "kind", "base_url", "region", "memory_mb", "architecture"]
    list_filter = ["kind", "architecture"]
    search_fields = ["name", "base_url"]


class ReadOnly(ModelAdmin):
    """Measurements are not edited; superusers may delete them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LatencyRun)
class LatencyRunAdmin(ReadOnly):
    list_display = ["started_at", "finished_at", "path", "planned", "rate_per_second"]
    date_hierarchy = "started_at"


@admin.register(LambdaReport)
class LambdaReportAdmin(ReadOnly):
    list_display = [
        "reported_at",
        "deployment",
        "invocation",
        "duration_ms",
        "init_duration_ms",
        "restore_duration_ms",
        "billed_duration_ms",
        "memory_mb",
        "max_memory_used_mb",
        "status",
    ]
    list_filter = ["deployment", "invocation", "status"]
    list_select_related = ["deployment"]
    search_fields = ["request_id"]
    show_full_result_count = False


admin.site.unregister(User)


@admin.register(User)
class DashboardUserAdmin(AuthUserAdmin):
    """A new user may log in unless somebody unticks it: there is nothing here for others."""

    add_fieldsets = (*UserAdmin.add_fieldsets, (None, {"fields": ("is_staff",)}))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_changeform_initial_data(request), "is_staff": True}
