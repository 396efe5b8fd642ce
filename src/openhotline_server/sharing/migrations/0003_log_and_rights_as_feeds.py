from typing import Any

from django.db import migrations


def name_what_lines_are_about(apps: Any, schema_editor: Any) -> None:
    """A line of the log names its item by code, beside the row."""
    Publication = apps.get_model("sharing", "Publication")
    for row in Publication.objects.filter(reference="").select_related("item").iterator():
        row.reference = str(row.item.code)
        row.save(update_fields=["reference"])


def turn_rights_to_a_list_into_rights_to_its_whole_feed(apps: Any, schema_editor: Any) -> None:
    """Who might download our own list may read the feed that shows everything on it."""
    Entitlement, Feed = apps.get_model("sharing", "Entitlement"), apps.get_model("sharing", "Feed")
    FeedLine, Publication = apps.get_model("sharing", "FeedLine"), apps.get_model("sharing", "Publication")
    for row in Entitlement.objects.filter(feed=None):
        feed, made = Feed.objects.get_or_create(
            name="all",
            defaults={
                "title": "Everything on our list",
                "hash_list": row.hash_list,
                "created_at": row.granted_at,
            },
        )
        if made:
            FeedLine.objects.bulk_create(
                [
                    FeedLine(
                        feed=feed, publication=p, reference=p.reference, act=p.act, at=p.published_at
                    )
                    for p in Publication.objects.filter(hash_list=row.hash_list).order_by("sequence")
                ],
                batch_size=500,
            )
        row.feed = feed
        row.save(update_fields=["feed"])


class Migration(migrations.Migration):

    dependencies = [("sharing", "0002_feeds")]

    operations = [
        migrations.RunPython(name_what_lines_are_about, migrations.RunPython.noop),
        migrations.RunPython(turn_rights_to_a_list_into_rights_to_its_whole_feed, migrations.RunPython.noop),
    ]
