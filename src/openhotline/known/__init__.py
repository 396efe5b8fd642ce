"""Known material: a list made ready to be asked, and what it answers about a file or a hash.

``preparing.prepare`` reads a list file of any form once and leaves a folder that every process maps into memory;
``opening.open_list`` opens one; :func:`ask` asks it. The gate, ``openhotline match`` and audits of data sets ask in
this one way. Nothing here talks to anybody: who may ask is the business of who offers it.
"""

from openhotline.known.answers import Entry, ListAnswer, Match, Question, Rule, Verdict, overall
from openhotline.known.lists import Known, ask

__all__ = [
    "Entry",
    "Known",
    "ListAnswer",
    "Match",
    "Question",
    "Rule",
    "Verdict",
    "ask",
    "overall",
]
