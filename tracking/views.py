"""Django's shell around the API, and the web server's own metrics."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tracking.api import endpoints as tracking_api
from tracking.api.endpoints import Closed, Endpoint
from tracking.api.exchange import Answer, Call
from tracking.errors import Refusal
from tracking.store.through_django import ThroughDjango

SERVER_METRICS = "/metrics/server"


@csrf_exempt
def api(request: HttpRequest, **path: Any) -> HttpResponse:
    endpoint = tracking_api.find(request.path_info)
    assert endpoint is not None, "urls.py names a path that the API doesn't know."
    return _response(endpoint, request)


def _response(endpoint: Endpoint, request: HttpRequest) -> HttpResponse:
    call = Call(
        method=str(request.method),
        path=request.path_info,
        meta=request.META,
        read_body=request.read,
        database=ThroughDjango(),
        api_key=settings.MLOPS_API_KEY,
        production=settings.PRODUCTION,
        queue_url=settings.INGEST_QUEUE_URL,
    )
    answer = tracking_api.answer(endpoint, call)
    return HttpResponse(answer.body, status=answer.status, headers=answer.headers)


@csrf_exempt
def server_metrics(request: HttpRequest) -> HttpResponse:
    """django-prometheus's figures of all worker processes; nothing to tell on Lambda."""

    def answer(call: Call) -> Answer:
        if not settings.MULTIPROCESS:
            raise Refusal(404, "Server metrics need PROMETHEUS_MULTIPROC_DIR.")
        # Not even installed as an app where there is nothing to tell.
        from django_prometheus.exports import ExportToDjangoView

        response = ExportToDjangoView(request)
        return Answer(200, response.content, {"Content-Type": response["Content-Type"]})

    return _response(Endpoint(("GET",), Closed.IN_PRODUCTION, answer), request)
