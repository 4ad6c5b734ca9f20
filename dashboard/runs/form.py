"""What an administrator may ask of a run, and who may ask."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.http import HttpRequest

from deployments.measuring.browser_runs import CALLS_MAX, DEPLOYMENTS_MAX, PATH_MAX
from deployments.measuring.rounds import Plan
from deployments.models import Deployment, LatencyRun

PERMISSION = "deployments.add_latencyrun"
RUNS_SHOWN = 10
PATH = RegexValidator(
    r"^/(?!/)[\w.~%!$&'()*+,;=:@/-]*\Z",
    "A path such as /health, without host, query and spaces.",
)
CONNECTIONS = {"new": "A new one for each call", "kept": "Kept open"}


class RunForm(forms.Form):
    deployments = forms.ModelMultipleChoiceField(
        Deployment.objects.exclude(base_url=""),
        error_messages={"required": "Choose at least one deployment."},
    )
    calls = forms.IntegerField(min_value=1, max_value=CALLS_MAX, initial=10)
    path = forms.CharField(max_length=PATH_MAX, initial="/health", validators=[PATH])
    connection = forms.ChoiceField(choices=CONNECTIONS, initial="new")
    warm_up = forms.BooleanField(required=False)

    def clean_deployments(self) -> list[Deployment]:
        chosen = list(self.cleaned_data["deployments"])
        if len(chosen) > DEPLOYMENTS_MAX:
            raise forms.ValidationError(f"Choose at most {DEPLOYMENTS_MAX} deployments.")
        return chosen

    @property
    def plan(self) -> Plan:
        """Of a form that is valid."""
        return Plan(
            samples=self.cleaned_data["calls"],
            new_connections=self.cleaned_data["connection"] == "new",
            warm_up=self.cleaned_data["warm_up"],
        )


def runs_context(request: HttpRequest) -> dict[str, Any]:
    """The newest runs, and the panel that starts one for those who may."""
    context: dict[str, Any] = {"runs": LatencyRun.objects.newest(RUNS_SHOWN)}
    if request.user.has_perm(PERMISSION):
        context |= panel_context(RunForm(initial={"deployments": request.GET.getlist("measure")}))
    return context


def panel_context(form: RunForm) -> dict[str, Any]:
    chosen = form["deployments"].value() or []
    return {
        "run_form": form,
        "measurable": Deployment.objects.exclude(base_url=""),
        "chosen": chosen,
        "measure_open": bool(form.is_bound or chosen),
        "connections": CONNECTIONS.items(),
        "on_lambda": settings.ON_LAMBDA,
    }
