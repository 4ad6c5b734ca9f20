"""What an administrator may ask of a run, and who may ask."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest

from deployments.measuring.browser_runs import CALLS_MAX, DEPLOYMENTS_MAX, PATH_MAX, start_run
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

    def start(self) -> LatencyRun:
        """Of a form that is valid."""
        chosen = self.cleaned_data
        plan = Plan(
            samples=chosen["calls"],
            new_connections=chosen["connection"] == "new",
            warm_up=chosen["warm_up"],
        )
        return start_run(chosen["deployments"], chosen["path"], plan)


def sent_form(request: HttpRequest) -> RunForm | None:
    """What asks for a run, if anything does; only those may who may add one."""
    if request.method != "POST":
        return None
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    return RunForm(request.POST)


def runs_context(request: HttpRequest, sent: RunForm | None) -> dict[str, Any]:
    """The newest runs, and for those who may start one the panel that does; what was sent and
    can't be started stays in it."""
    context: dict[str, Any] = {"runs": LatencyRun.objects.newest(RUNS_SHOWN)}
    if request.user.has_perm(PERMISSION):
        asked = request.GET.getlist("measure")
        form = sent or RunForm(initial={"deployments": asked})
        context |= _panel(form, is_open=bool(sent or asked))
    return context


def _panel(form: RunForm, *, is_open: bool) -> dict[str, Any]:
    """Where there is but one to choose, it is chosen."""
    measurable = list(Deployment.objects.exclude(base_url=""))
    chosen = form["deployments"].value() or []
    if len(measurable) == 1 and not form.is_bound:
        chosen = [str(measurable[0].pk)]
    return {
        "run_form": form,
        "measurable": measurable,
        "chosen": chosen,
        "measure_open": is_open,
        "connections": CONNECTIONS.items(),
        "on_lambda": settings.ON_LAMBDA,
    }
