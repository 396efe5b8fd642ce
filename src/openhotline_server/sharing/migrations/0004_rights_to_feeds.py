import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("sharing", "0003_log_and_rights_as_feeds")]

    operations = [
        migrations.RemoveField(model_name="entitlement", name="hash_list"),
        migrations.AlterField(
            model_name="entitlement",
            name="feed",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="sharing.feed"
            ),
        ),
        migrations.AddConstraint(
            model_name='entitlement',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('partner', 'feed'), name='sharing_one_entitlement'),
        ),
    ]
