"""Facts in, legal result out: the jurisdiction files, the questions of fact and one short evaluator.

Nothing here is legal advice. A jurisdiction file is data with an edition; the operator's
counsel signs it off.
"""

from openhotline.law.facts import check_facts
from openhotline.law.jurisdictions import Jurisdiction, available, load_jurisdiction
from openhotline.law.questions import (
    Option,
    Question,
    complete,
    next_question,
    questionnaire_edition,
    questions,
    reader_complete,
)
from openhotline.law.results import Result, Step, derive
from openhotline.law.tree import grading_tree

__all__ = [
    "Jurisdiction",
    "Option",
    "Question",
    "Result",
    "Step",
    "available",
    "check_facts",
    "complete",
    "derive",
    "grading_tree",
    "load_jurisdiction",
    "next_question",
    "questionnaire_edition",
    "questions",
    "reader_complete",
]
