import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tracking import environment

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.django_db
def test_it_works(settings, capsys):
    settings.SECRET_KEY = environment.DEVELOPMENT_KEY
    call_command("doctor")
    printed = capsys.readouterr().out
    assert "note: SECRET_KEY is the one for development" in printed
    assert "no errors" in printed


@pytest.mark.django_db
def test_an_error_is_its_exit_code(settings):
    settings.ON_LAMBDA = True
    with pytest.raises(CommandError, match="errors"):
        call_command("doctor")


def test_its_advice_runs_without_an_activated_environment(tmp_path):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "PATH": "/usr/bin:/bin"}
    doctor = [sys.executable, "manage.py", "doctor"]
    done = subprocess.run(doctor, cwd=ROOT, env=environment, capture_output=True, text=True)
    [advice] = re.findall(r"Run: (.* manage\.py migrate) ", done.stdout)
    subprocess.run(["sh", "-c", advice], cwd=ROOT, env=environment, check=True, capture_output=True)


def test_no_secret_is_printed(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "mlops.settings",
        "ENVIRONMENT": "production",
        "DATABASE_URL": "postgresql://me:hidden-1@127.0.0.1:1/db",
        "SECRET_KEY": "hidden-2" * 8,
        "MLOPS_API_KEY": "hidden-3" * 4,
    }
    command = [sys.executable, "manage.py", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "can't be reached" in done.stdout
    assert "hidden" not in done.stdout + done.stderr
