"""`make mutate`: it finds a rule without a test, and its plan names every module of rules."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.benchmarks.mutate import PLAN, mutants_of
from tests.conftest import ROOT

# Where the rules of state are; what only wires or draws is not among them.
RULES = """
    ledger/queue ledger/schedule ledger/coverage ledger/runs ledger/states ledger/proof ledger/clock ledger/articles discovery/reader crawl/throttle
    crawl/frontier crawl/intake crawl/plan crawl/feeder crawl/visit crawl/task crawl/estimate crawl/middlewares/* integrity/plan
    outcomes/*
""".split()
PLANNED = tomllib.loads((ROOT / PLAN).read_text(encoding="utf-8"))
RULE = '''
LEAST = 3

def enough(count: int) -> bool:
    """Whether a count is enough."""
    return count >= LEAST

def doubled(count: int) -> int:
    return count * 2
'''
TEST = """
from rule import enough

def test_enough() -> None:
    assert [count for count in range(6) if enough(count)] == [3, 4, 5]
"""
SURVIVORS = [("return count * 2", "return count / 2"), ("return count * 2", "return count * 3")]


def mutate(folder: Path, plan: str) -> tuple[int, str]:
    """Runs the tool in a project of two files. Returns its exit code and what it prints."""
    files = {"rule.py": RULE, "test_rule.py": TEST, "plan.toml": f'[modules]\n"rule.py" = ["test_rule.py"]\n{plan}'}
    for name, text in (files | {"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n'}).items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, str(ROOT / "tests/benchmarks/mutate.py"), "--plan", "plan.toml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=100)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


def equivalent(before: str, after: str, function: str = "doubled") -> str:
    return f"[[equivalent]]\nfile = 'rule.py'\nfunction = '{function}'\nbefore = '{before}'\nafter = '{after}'\nwhy = '…'\n"


def test_a_rule_without_a_test_is_found(tmp_path: Path) -> None:
    code, out = mutate(tmp_path, "")
    survived = [part.splitlines() for part in out.split("survived: rule.py:9 doubled\n")[1:]]
    assert sorted((lines[0].strip("- "), lines[1].strip("+ ")) for lines in survived) == sorted(SURVIVORS)
    assert out.splitlines()[-3].split() == ["total", "5", "3", "2", "0", "0", "60.0"]
    assert out.endswith("mutate: 60.0% of the mutants are killed, and 85% must be\n")
    assert code == 1


def test_equivalent_mutants_must_be_few_and_survive(tmp_path: Path) -> None:
    plan = [*(equivalent(*mutant) for mutant in SURVIVORS), equivalent("LEAST = 3", "LEAST = 4", "")]
    code, out = mutate(tmp_path, "".join(plan))
    assert out.splitlines()[-4].split() == ["total", "5", "3", "0", "0", "2", "100.0"]
    assert "2 of 5 mutants are called equivalent, and at most 5% may be" in out
    assert "called equivalent, and killed or no more there: rule.py LEAST = 3 -> LEAST = 4" in out
    assert code == 1


def test_marks_exclude_nothing_and_decorated_functions_count() -> None:
    text = "@property\ndef rule(self):  # pragma: no mutate function\n    return self.x + 1  # pragma: no mutate\n"
    assert [mutant.after[:17] for mutant in mutants_of("rule.py", text)] == ["return self.x - 1", "return self.x + 2"]
    marked = [path for path in (ROOT / "newscrawl").rglob("*.py") if "no mutate" in path.read_text(encoding="utf-8")]
    assert marked == []


def test_the_plan_names_every_module_of_rules() -> None:
    found = {str(path.relative_to(ROOT)) for name in RULES for path in (ROOT / "newscrawl").glob(f"{name}.py")}
    assert len(found) > 10
    assert {name for name in found if not name.endswith("__init__.py")} <= {*PLANNED["modules"]}


def test_the_plan_is_up_to_date() -> None:
    missing = [
        path for file, tests in PLANNED["modules"].items() for path in (file, *tests) if not (ROOT / path).exists()
    ]
    assert missing == []
    for entry in PLANNED["named"]:
        assert (ROOT / entry["file"]).read_text(encoding="utf-8").count(entry["before"]) == 1, entry["name"]
    assert len(PLANNED["named"]) == 30
    assert all(len(entry["why"]) > 10 for entry in PLANNED.get("equivalent", []))
