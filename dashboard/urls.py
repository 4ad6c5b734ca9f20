from django.urls import path

from dashboard.breakdown.views import breakdown, breakdown_csv, breakdown_json, breakdown_lines
from dashboard.compare.views import compare, compare_csv, compare_json
from dashboard.costs.views import costs, costs_json
from dashboard.deployments.views import deployments, deployments_json
from dashboard.overview.views import overview, overview_json, verdict_json
from dashboard.profile.views import profile, profile_json
from dashboard.requests.views import request_detail, request_export, request_list
from dashboard.runs.views import run, run_json, runs, sample, stop
from dashboard.spend.views import spend, spend_csv, spend_json

app_name = "dashboard"

urlpatterns = [
    path("", overview, name="overview"),
    path("overview.json", overview_json, name="overview-json"),
    path("verdict.json", verdict_json, name="verdict-json"),
    path("requests/", request_list, name="requests"),
    path("requests/<int:pk>/", request_detail, name="request"),
    path("requests.csv", request_export, {"kind": "csv"}, name="requests-csv"),
    path("requests.json", request_export, {"kind": "json"}, name="requests-json"),
    path("business/", profile, {"by": "business"}, name="business"),
    path("business.json", profile_json, {"by": "business"}, name="business-json"),
    path("model/", profile, {"by": "model"}, name="model"),
    path("model.json", profile_json, {"by": "model"}, name="model-json"),
    path("breakdown/", breakdown, name="breakdown"),
    path("breakdown.json", breakdown_json, name="breakdown-json"),
    path("breakdown.csv", breakdown_csv, name="breakdown-csv"),
    path("breakdown-lines.json", breakdown_lines, name="breakdown-lines"),
    path("compare/", compare, name="compare"),
    path("compare.json", compare_json, name="compare-json"),
    path("compare.csv", compare_csv, name="compare-csv"),
    path("spend/", spend, name="spend"),
    path("spend.json", spend_json, name="spend-json"),
    path("spend.csv", spend_csv, name="spend-csv"),
    path("costs/", costs, name="costs"),
    path("costs.json", costs_json, name="costs-json"),
    path("deployments/", deployments, name="deployments"),
    path("deployments.json", deployments_json, name="deployments-json"),
    path("runs/", runs, name="runs"),
    path("runs/<int:pk>/", run, name="run"),
    path("runs/<int:pk>.json", run_json, name="run-json"),
    path("runs/<int:pk>/sample", sample, name="run-sample"),
    path("runs/<int:pk>/stop", stop, name="run-stop"),
]
