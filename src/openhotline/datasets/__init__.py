"""Looking at many files: what one look gives, and audits of whole collections.

``scan`` is named by its path where a confined process is made (``openhotline.datasets.scan:scan_entry``), so
that whoever only asks for it loads no decoder.
"""
