"""Folds all the time beside the load, as another process would, and may be killed in the middle."""

from contextlib import closing

import psycopg2

from tests.blackbox.background import Background
from tracking.store.database import Direct

KILL = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE state = 'active' AND query LIKE '%WITH gone AS%' AND pid <> pg_backend_pid()
"""


class Folder(Background):
    """`folds` and `kills` tell how many there were."""

    def __init__(self, database_url: str, *, kill_every_seconds: float | None = None) -> None:
        self.database_url = database_url
        self.kill_every_seconds = kill_every_seconds
        self.folds = self.kills = 0
        super().__init__(self._fold, *([self._kill] if kill_every_seconds else []))

    def _fold(self) -> None:
        folding = Direct(self.database_url, max_label_sets=2_000)
        while not self._stop.wait(0.005):
            folding.fold()
            self.folds += 1
        folding.close()

    def _kill(self) -> None:
        assert self.kill_every_seconds
        while not self._stop.wait(self.kill_every_seconds):
            try:
                with closing(psycopg2.connect(self.database_url)) as connection:
                    cursor = connection.cursor()
                    cursor.execute(KILL)
                    self.kills += cursor.fetchone()[0]  # type: ignore[index]
            except psycopg2.Error:
                continue  # The server is just being stopped.
