from django.urls import path

from dashboard import compare_views, cost_views, deployment_views, request_views, run_views, views

app_name = "dashboard"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("overview.json", views.overview_json, name="overview-json"),
    path("requests/", request_views.request_list, name="requests"),
    path("requests/<int:pk>/", request_views.request_detail, name="request"),
    path("requests.csv", request_views.request_export, {"kind": "csv"}, name="requests-csv"),
    path("requests.json", request_views.request_export, {"kind": "json"}, name="requests-json"),
    path("breakdown/", views.breakdown, name="breakdown"),
    path("breakdown.json", views.breakdown_json, name="breakdown-json"),
    path("compare/", compare_views.compare, name="compare"),
    path("compare.json", compare_views.compare_json, name="compare-json"),
    path("costs/", cost_views.costs, name="costs"),
    path("costs.json", cost_views.costs_json, name="costs-json"),
    path("deployments/", deployment_views.deployments, name="deployments"),
    path("deployments.json", deployment_views.deployments_json, name="deployments-json"),
    path("runs/", run_views.runs, name="runs"),
    path("runs/<int:pk>/", run_views.run, name="run"),
    path("runs/<int:pk>.json", run_views.run_json, name="run-json"),
    path("runs/<int:pk>/sample", run_views.sample, name="run-sample"),
    path("runs/<int:pk>/stop", run_views.stop, name="run-stop"),
]
