import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('practice', '0008_planning'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='consentform',
            name='for_treatment',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='consentform',
            name='questions',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='consentform',
            name='revision',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='consentform',
            name='written_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paper',
            name='dated_on',
            field=models.DateField(null=True),
        ),
    ]
