"""The words: grades, age bands, discount reasons, tags. Data with editions; labels may be translated.

A code never changes its meaning within an edition. Assessments store codes; labels are for screens.
"""

from openhotline.taxonomy.vocabulary import Term, Vocabulary, label, load, names

__all__ = ["Term", "Vocabulary", "label", "load", "names"]
