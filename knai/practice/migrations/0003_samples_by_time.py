from django.db import migrations, models

from knai.kit.db.append_only import AppendOnly


class AppendOnlyAgain(AppendOnly):
    """SQLite changes a constraint by making the table anew, and its triggers go with the old one."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    reversible = False


class Migration(migrations.Migration):
    dependencies = [("practice", "0002_quarantine_counts")]

    operations = [
        migrations.RemoveConstraint(model_name="devicesample", name="sample_charted_once"),
        migrations.AddConstraint(
            model_name="devicesample",
            constraint=models.UniqueConstraint(
                fields=("session", "at", "code", "device", "sub_id", "value"),
                name="sample_charted_once",
            ),
        ),
        AppendOnlyAgain("practice_devicesample"),
    ]
