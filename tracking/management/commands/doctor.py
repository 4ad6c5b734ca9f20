"""Examines the installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracking.doctor.diagnosis import looks
from tracking.doctor.finding import ERROR, NOTE, WARNING


class Command(BaseCommand):
    help = (
        "Examines database, settings, static files and stages, and says what to do about each"
        " finding. Ends with 1 on errors. On Lambda: zappa manage production doctor"
    )
    # Its own findings tell of them, even if they are errors.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        examined = looks()
        findings = [finding for look in examined for finding in look()]
        styles = {ERROR: self.style.ERROR, WARNING: self.style.WARNING, NOTE: self.style.NOTICE}
        for finding in findings:
            self.stdout.write(styles[finding.level](f"{finding.level}: {finding.text}"))
            self.stdout.write(f"    {finding.advice}")
        errors = sum(finding.level == ERROR for finding in findings)
        if errors:
            raise CommandError(f"{errors} errors.")
        self.stdout.write(self.style.SUCCESS(f"{len(examined)} points examined, no errors."))
