from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_deployments(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of runs that are stored already: those that have samples."""
    Run, Sample = (apps.get_model("deployments", name) for name in ("LatencyRun", "LatencySample"))
    through = Run.deployments.through
    pairs = Sample.objects.order_by().values_list("run", "deployment").distinct()
    through.objects.bulk_create(
        through(latencyrun_id=run, deployment_id=deployment) for run, deployment in pairs
    )


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="latencyrun",
            name="busy_until",
            field=models.DateTimeField(
                help_text="A request takes a sample; if it never ends, another may from then on.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="latencyrun",
            name="deployments",
            field=models.ManyToManyField(related_name="runs", to="deployments.deployment"),
        ),
        migrations.AddField(
            model_name="latencyrun",
            name="interruption",
            field=models.CharField(
                blank=True, help_text="Why it ended early, if that is known.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="latencyrun",
            name="open",
            field=models.BooleanField(
                default=False, help_text="A browser may ask for further samples."
            ),
        ),
        migrations.AddField(
            model_name="latencyrun",
            name="warm_up",
            field=models.BooleanField(
                default=False, help_text="Each deployment was first called once, uncounted."
            ),
        ),
        migrations.AlterField(
            model_name="latencyrun",
            name="finished_at",
            field=models.DateTimeField(
                help_text="Empty: it was interrupted, or goes on.", null=True
            ),
        ),
        migrations.RunPython(name_deployments, migrations.RunPython.noop),
    ]
