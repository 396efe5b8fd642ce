"""The page about the law shows what the files say. Run this file as a script to write its tables anew."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from openhotline.law import Jurisdiction, available, load_jurisdiction, questions
from openhotline.law.rules import Rule

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "law.md"
BLOCK = re.compile(r"(<!-- table: (?P<name>[a-z -]+) -->\n)(?P<table>.*?)(<!-- end -->)", re.DOTALL)


def table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "".join(f"| {' | '.join(cell or '-' for cell in line)} |\n" for line in lines)


def conditions(rule: Rule, fact_order: tuple[str, ...] = ()) -> str:
    shown = [
        f"{fact} = {' / '.join(sorted(answers))}" for fact, answers in rule.when if fact not in fact_order
    ]
    return ", ".join(shown) or "otherwise"


def jurisdictions_table() -> str:
    rows = [("code", "edition", "status", "title", "outcomes")]
    for code in available():
        law = load_jurisdiction(code)
        rows.append((f"`{code}`", law.edition, law.status, law.title, ", ".join(law.outcomes)))
    return table(*rows)


def rules_table(law: Jurisdiction) -> str:
    rows: list[tuple[str, ...]] = [("when", "outcome", "reason", "provision")]
    for rule in law.rules:
        taken_over = any(fact == "discount_reason" for fact, _ in rule.when)
        when = conditions(rule, ("discount_reason",))
        row = (when, rule.then, "*" if taken_over else rule.reason, rule.provision)
        rows += [row] if row != rows[-1] else []
    return table(*rows)


def grade_table(law: Jurisdiction) -> str:
    rows = [("part", "when", "gives")]
    rows += [
        (part.name, conditions(rule), rule.then or "nothing")
        for part in law.grade_parts
        for rule in part.rules
    ]
    return table(*rows)


def questions_table() -> str:
    rows = [("question", "keys")]
    for question in questions():
        rows.append((question.label, " · ".join(f"**{o.key}** {o.label}" for o in question.options)))
    return table(*rows)


def expected(name: str) -> str:
    fixed: dict[str, Callable[[], str]] = {"jurisdictions": jurisdictions_table, "questions": questions_table}
    if name in fixed:
        return fixed[name]()
    code, _, part = name.partition(" ")
    return (grade_table if part == "grade" else rules_table)(load_jurisdiction(code))


def blocks() -> dict[str, str]:
    return {found["name"]: found["table"] for found in BLOCK.finditer(PAGE.read_text("utf-8"))}


def test_every_jurisdiction_has_its_table() -> None:
    assert set(blocks()) == {"jurisdictions", "questions", "us-ncmec grade", *available()}


@pytest.mark.parametrize("name", blocks())
def test_the_page_shows_what_the_files_say(name: str) -> None:
    assert blocks()[name] == expected(name), (
        "Run python tests/law/test_law_document.py to write the tables anew."
    )


def test_the_page_s_own_example_is_a_whole_file(tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    (tmp_path / "own-land.toml").write_text(example, "utf-8")
    assert load_jurisdiction("own-land", extra_dir=tmp_path).title == "Own land"
    signed = "\n".join(line.strip() for line in text.splitlines() if line.startswith("       s"))
    both = example.replace('status = "draft"\nsign_off = "Not signed off."', signed)
    assert both != example
    (tmp_path / "own-land.toml").write_text(both, "utf-8")
    assert load_jurisdiction("own-land", extra_dir=tmp_path).status == "signed_off"


if __name__ == "__main__":
    PAGE.write_text(
        BLOCK.sub(lambda found: found[1] + expected(found["name"]) + found[4], PAGE.read_text("utf-8")),
        "utf-8",
    )
