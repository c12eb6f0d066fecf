from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0007_papers_and_exports'),
    ]

    operations = [
        migrations.AddField(
            model_name='treatmentcourse',
            name='steps',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='treatmentprotocol',
            name='authors',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='treatmentprotocol',
            name='revision',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='treatmentprotocol',
            name='withdrawn_because',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='treatmentsession',
            name='plan_draft',
            field=models.JSONField(default=dict),
        ),
    ]
