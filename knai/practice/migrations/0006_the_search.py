from django.db import migrations, models

import knai.practice.models.patient_words
from knai.practice.models.patient_words import words_for


def fill(apps, schema_editor):
    patients = apps.get_model("practice", "Patient").objects
    rows = []
    for row in patients.iterator(chunk_size=1000):
        row.words = words_for(row)
        rows.append(row)
    patients.bulk_update(rows, ["words"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("practice", "0005_the_day")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="words",
            field=knai.practice.models.patient_words.PatientWords(default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="chartentry",
            index=models.Index(fields=["patient", "effective_at", "id"], name="entry_timeline"),
        ),
    ]
