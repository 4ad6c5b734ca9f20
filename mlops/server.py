"""The container's server: `python -m mlops.server --port 5001 --workers 4`."""

import argparse
import time
from typing import TYPE_CHECKING, Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from mlops import hang_up
from tracking import environment

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# Without a byte, and for a head. A kept-alive connection may be idle as long.
HEAD_SECONDS = 20
# Of each worker, which has a thread for each that sends a body.
CONNECTIONS = 1_024
SECONDS_BETWEEN_STARTS = 0.5


class Lasting(MPServer):
    """Replaces workers however often they die; granian ends when one dies twice in 5.5 s."""

    def _respawn_workers(
        self, workers: list[int], spawn_target: Any, target_loader: Any, delay: float = 0
    ) -> None:
        time.sleep(SECONDS_BETWEEN_STARTS)
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()


def load() -> "WSGIApplication":
    """In each worker: the server's own process stays small."""
    from mlops.wsgi import application

    hang_up.start()
    proxies = environment.items("TRUSTED_PROXIES")
    return wrap_wsgi_with_proxy_headers(application, proxies) if proxies else application


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m mlops.server", description=__doc__)
    parser.add_argument("--host", default="0.0.0.0")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    Lasting(
        "mlops.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=1000 * HEAD_SECONDS),
        backpressure=CONNECTIONS,
        blocking_threads=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.error,
    ).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main()
