"""What Django's admin shows of deployments and users; what was measured isn't edited."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from alerts.models import Limit
from deployments.costs.prices import BY_NAME, EC2_HOUR, OWN_TYPE, TABLE, Price
from deployments.formats import exact
from deployments.models import Deployment, LambdaReport, LatencyRun

# Only the type stubs know what it is an admin of.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    AuthUserAdmin = UserAdmin[User]
    ModelForm = forms.ModelForm[Deployment]
else:
    ModelAdmin = admin.ModelAdmin
    AuthUserAdmin = UserAdmin
    ModelForm = forms.ModelForm


# Of the machine the deployment names one type, so there is one field for its hour.
FIELD_PRICES = [price for price in TABLE if not price.name.startswith(EC2_HOUR)]
HOUR_FIELD = "instance_hour"
PRICE_FIELDSETS = {
    "Prices of the function": ("lambda_", "provisioned_", "http_api_", "rest_api_", "log_"),
    "Prices of the machine": (HOUR_FIELD, "ec2_", "ebs_", "public_ipv4_"),
    "Prices of the database": ("neon_",),
}
PRICE_MAX = 999_999_999
DEPLOYMENT_FIELDS = [
    *("name", "kind", "base_url", "region", "memory_mb", "architecture", "gateway"),
    "instance_type",
]


class DeploymentForm(ModelForm):
    """Its prices are a field each; an empty one is the table's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.instance.prices
        for price in FIELD_PRICES:
            self.fields[price.name] = _price_field(price, own.get(price.name))
        hour = EC2_HOUR + self.instance.instance_type
        self.fields[HOUR_FIELD] = _hour_field(BY_NAME.get(hour), own.get(hour))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        hour, type_ = cleaned.get(HOUR_FIELD), cleaned.get("instance_type", "")
        prices = {price.name: cleaned.get(price.name) for price in FIELD_PRICES}
        # Those of other types may have been named before; they stay.
        prices |= {
            name: self.instance.prices[name]
            for name in self.instance.prices
            if name.startswith(EC2_HOUR)
        }
        if hour is not None and not OWN_TYPE.match(EC2_HOUR + type_):
            self.add_error("instance_type", "Name the type of which an hour has this price.")
        elif type_:
            prices[EC2_HOUR + type_] = hour
        self.instance.prices = {name: usd for name, usd in prices.items() if usd is not None}
        return cleaned


def _price_field(price: Price, own: float | None) -> forms.FloatField:
    usual = f"{price.meaning}. Empty: {exact(price.amount)}."
    return _amount(price.words, own, usual)


def _hour_field(usual: Price | None, own: float | None) -> forms.FloatField:
    empty = exact(usual.amount) if usual else "that of the table, if it has the type"
    return _amount("Hour of its instance type", own, f"US dollars per hour. Empty: {empty}.")


def _amount(label: str, own: float | None, help_text: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        required=False,
        min_value=0,
        max_value=PRICE_MAX,
        initial=None if own is None else exact(own),
        help_text=help_text,
    )


@admin.register(Deployment)
class DeploymentAdmin(ModelAdmin):
    """`next` in the URL is the page to which saving leads back."""

    form = DeploymentForm
    list_display = ["name", "kind", "base_url", "region", "memory_mb", "architecture"]
    list_filter = ["kind", "architecture"]
    search_fields = ["name", "base_url"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # The form adds those of its prices itself.
        return super().get_form(request, obj, change, **{**kwargs, "fields": DEPLOYMENT_FIELDS})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return [(None, {"fields": [*DEPLOYMENT_FIELDS, "own_prices"]})]
        names = [*(price.name for price in FIELD_PRICES), HOUR_FIELD]
        groups = [
            (
                title,
                {
                    "fields": [name for name in names if name.startswith(begins)],
                    "classes": ["collapse"],
                },
            )
            for title, begins in PRICE_FIELDSETS.items()
        ]
        return [(None, {"fields": DEPLOYMENT_FIELDS}), *groups]

    @admin.display(description="prices other than the table")
    def own_prices(self, deployment: Deployment) -> str:
        return ", ".join(
            f"{BY_NAME[name].words if name in BY_NAME else name}: {exact(amount)}"
            for name, amount in deployment.prices.items()
        )

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return _back(request) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return _back(request) or super().response_post_save_change(request, obj)


def _back(request: HttpRequest) -> HttpResponseRedirect | None:
    url = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(url) if allowed else None


@admin.register(Limit)
class LimitAdmin(ModelAdmin):
    list_display = [
        "__str__",
        "failing",
        "failing_badly",
        "p95_ms",
        "cost_a_request_usd",
        "cost_a_day_usd",
        "times_past",
    ]
    search_fields = ["business_id", "request_model"]


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
