"""AWS Lambda's entry: HTTP events go through WSGI, the queue's records into the store, everything
else to Zappa's own handler."""
# ruff: noqa: E402

import gc

# Start-up makes next to no garbage: looking for it costs a tenth of a cold start.
gc.disable()

from typing import TYPE_CHECKING, Any

from apig_wsgi import make_lambda_handler

from mlops import packaged_settings
from mlops.execution_environment import ExecutionEnvironment
from mlops.gateway import BehindGateway, is_http, is_queue
from mlops.instrumentation import Instrumented, log_event

_base_path = packaged_settings.apply()

from tracking.api.shell import ApiFirst

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

TEXT = ("text/", "application/json", "application/javascript", "application/openmetrics-text")


def handler(event: dict[str, Any], context: Any) -> Any:
    """Lambda calls this with one event at a time."""
    _environment.invoked()
    if is_http(event):
        return _answer(event, context)
    return _store(event, context) if is_queue(event) else _zappa(event, context)


def _store(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Raises where the database is away: SQS then keeps the batch, and Lambda sends fewer."""
    # Imported here because requests can do without.
    from tracking.queue.consumer import store
    from tracking.queue.message import Message
    from tracking.store import deadline

    log_event(event, _environment, context)
    messages = [Message(found["messageId"], found["body"]) for found in event["Records"]]
    with deadline.of_request():
        left = store(_api.configured.database, messages)
    return {"batchItemFailures": [{"itemIdentifier": message.message_id} for message in left]}


def _zappa(event: dict[str, Any], context: Any) -> Any:
    # Keep-warm, schedules and commands can wait for boto3; requests can't.
    from zappa.handler import LambdaHandler

    log_event(event, _environment, context)
    return LambdaHandler.lambda_handler(event, context)


def _load_django() -> "WSGIApplication":
    # The first record is answered without Django.
    from django.core.wsgi import get_wsgi_application
    from django.urls import get_resolver

    gc.disable()
    application = get_wsgi_application()
    # Imports the views, which otherwise wait for the request that follows.
    _ = get_resolver().url_patterns
    _keep_what_is_loaded()
    return application


def _keep_what_is_loaded() -> None:
    """Later collections pass over what start-up made."""
    gc.freeze()
    gc.enable()


_environment = ExecutionEnvironment()
_api = ApiFirst(_load_django)
_answer = make_lambda_handler(
    Instrumented(
        BehindGateway(_api, _base_path),
        logged=True,
        execution_environment=_environment,
    ),
    binary_support=True,
    non_binary_content_type_prefixes=TEXT,
)
_keep_what_is_loaded()
