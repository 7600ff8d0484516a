"""Mutation testing: do the unit tests of a module fail when one of its rules is changed?

Usage: python -m tests.benchmarks.mutate [--plan FILE] [MODULE...], in the project's folder

mutmut makes the mutants: copies of a module with one expression changed. The module's unit tests run on each, in a
process that is forked from one that has imported all other people's packages already, so a mutant takes a fraction of a
second. mutmut's own runner changes neither module-level tables, where many rules are, nor decorated functions. Marks that
exclude lines have no effect here, and doctests do not count.

A mutant is killed when a test fails. One that takes too long counts as survived; so does one that ends Python itself.
The plan says which tests hold which module, and which mutants change nothing that anybody could notice, with the reason.
Ends with 1 when fewer than 85 % are killed, more than 5 % are called equivalent, a mutant of the plan survives, or an
entry of the plan is out of date.
"""

import argparse
import ast
import gc
import importlib
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, cast

import libcst
import pytest
from libcst.metadata import ByteSpanPositionProvider, CodeSpan
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

PLAN = "tests/mutate.toml"
LEAST_KILLED = 0.85
MOST_EQUIVALENT = 0.05
KILLED, SURVIVED, TIMED_OUT, EQUIVALENT = "killed", "survived", "timed out", "equivalent"
VERDICTS = (KILLED, SURVIVED, TIMED_OUT, EQUIVALENT)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    file: str
    function: str  # where the change is: Throttle.backoff; empty: at the top of the module
    line: int
    before: str  # the changed lines, stripped
    after: str
    source: str
    name: str = ""  # of a mutant that the plan names

    def __str__(self) -> str:
        where = f"{self.file}:{self.line} {self.name or self.function}".rstrip()
        changes = [("-", line) for line in self.before.splitlines()] + [("+", line) for line in self.after.splitlines()]
        return "\n".join([where, *(f"    {sign} {line}" for sign, line in changes)])


class AllCode(MutationVisitor):
    """Also changes decorated functions, which mutmut leaves out for the sake of how it puts mutants into a module."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        return not isinstance(node, libcst.FunctionDef) and super()._skip_node_and_children(node)


def mutants_of(file: str, text: str) -> list[Mutant]:
    """All mutants of a module that Python takes."""
    visitor = AllCode()
    wrapper = libcst.MetadataWrapper(libcst.parse_module(text))
    wrapper.visit(visitor)
    spans = wrapper.resolve(ByteSpanPositionProvider)
    made = (changed(text, wrapper.module, each, spans[each.original_node]) for each in visitor.mutations)
    sources = dict.fromkeys(made)
    return [mutant_of(file, text, source) for source in sources if source != text and compiles(source)]


def changed(text: str, module: libcst.Module, mutation: Mutation, span: CodeSpan) -> str:
    """The source of a module with a mutation: its text is put in place, where the node is written in one piece."""
    code, old = text.encode(), module.code_for_node(mutation.original_node).encode()
    if code[span.start : span.start + span.length] != old:
        return cast("libcst.Module", module.deep_replace(mutation.original_node, mutation.mutated_node)).code
    new = module.code_for_node(mutation.mutated_node).encode()
    return (code[: span.start] + new + code[span.start + span.length :]).decode()


def compiles(source: str) -> bool:
    with warnings.catch_warnings(), suppress(SyntaxError):
        warnings.simplefilter("ignore")
        compile(source, "mutant", "exec")
        return True
    return False


def mutant_of(file: str, text: str, source: str, name: str = "") -> Mutant:
    """A mutant, with the lines that differ.

    >>> mutant_of("a.py", "def f():\\n    x = 1\\n    return x", "def f():\\n    x = 2\\n    return x")
    ... # doctest: +ELLIPSIS
    Mutant(file='a.py', function='f', line=2, before='x = 1', after='x = 2', source=..., name='')
    """
    old, new = text.splitlines(), source.splitlines()
    start = same(old, new)
    end = same(old[start:][::-1], new[start:][::-1])
    before, after = ("\n".join(map(str.strip, lines[start : len(lines) - end])) for lines in (old, new))
    return Mutant(file, function_at(text, start + 1), start + 1, before, after, source, name)


def same(some: Sequence[str], others: Sequence[str]) -> int:
    """How many lines are the same at the start."""
    pairs = enumerate(zip(some, others, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(some), len(others)))


def function_at(text: str, line: int) -> str:
    """The qualified name of the innermost function or class that holds a line."""
    return ".".join(node.name for node in definitions(text) if node.lineno <= line <= (node.end_lineno or 0))


@cache
def definitions(text: str) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The functions and classes of a module, the outer before the inner."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]
    return sorted(nodes, key=lambda node: node.lineno)


# The plan


Tests = tuple[str, ...]  # unit test files


@dataclass(frozen=True, slots=True)
class Plan:
    """What is tested by what. Paths are relative to the project's folder."""

    modules: dict[str, Tests]
    equivalent: list[dict[str, Any]]  # file, function, before, after, why
    named: list[
        dict[str, Any]
    ]  # mutants that must be killed: name, file, before, after, and tests if others than the file's

    def tests_of(self, entry: Mapping[str, Any]) -> Tests:
        """The tests of a named mutant."""
        return tuple(entry.get("tests", ())) or self.modules[entry["file"]]


def read_plan(path: Path, only: Sequence[str]) -> Plan:
    """Reads a plan, of some modules or of all."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    modules = {file: tuple(tests) for file, tests in data["modules"].items()}
    if unknown := [file for file in only if file not in modules]:
        sys.exit(f"mutate: {unknown[0]} is not in {path}; add it there with its unit test files")
    chosen = {file: tests for file, tests in modules.items() if not only or file in only}
    equivalent, named = (
        [entry for entry in data.get(kind, []) if not only or entry["file"] in only] for kind in ("equivalent", "named")
    )
    return Plan(chosen, equivalent, named)


def trials_of(plan: Plan) -> Iterator[tuple[Mutant, Tests]]:
    """Yields all mutants of a plan with their tests; without named ones whose code is no more there."""
    for entry in plan.named:
        text = Path(entry["file"]).read_text(encoding="utf-8")
        if text.count(entry["before"]) == 1:
            source = text.replace(entry["before"], entry["after"])
            yield mutant_of(entry["file"], text, source, entry["name"]), plan.tests_of(entry)
    for file, tests in plan.modules.items():
        for mutant in mutants_of(file, Path(file).read_text(encoding="utf-8")):
            yield mutant, tests


# Trials


class Changed(SourceFileLoader):
    """Loads a module from another source than its file's."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.source = source

    def get_code(self, fullname: str) -> CodeType:
        del fullname
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return compile(self.source, self.path, "exec", dont_inherit=True)


class Finder:
    """Finds the mutant where its module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant, self.name = mutant, mutant.file.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        if name != self.name:
            return None
        file = os.path.abspath(self.mutant.file)  # noqa: PTH100 (as Python writes it)
        return importlib.util.spec_from_file_location(name, file, loader=Changed(name, file, self.mutant.source))


def run_tests(tests: Sequence[str], scratch: str) -> int:
    """Runs unit tests in this process, with an empty folder as the working folder. Returns pytest's exit code."""
    root = Path.cwd()
    arguments = ["-x", "-q", "--tb=short", "-p", "no:cacheprovider", "-o", "addopts=", "--strict-markers"]
    arguments += [f"--rootdir={root}", f"--config-file={root / 'pyproject.toml'}", f"--basetemp={scratch}/tmp"]
    files = [str(root / test) for test in tests]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(scratch)
    return int(pytest.main([*arguments, *files]))


def fork(work: Callable[[str], int], cpu: float = 600.0) -> tuple[int, str]:
    """Does `work` in a process of its own, with `cpu` seconds of CPU and 4 GB. Returns its id and its folder.

    Its output goes to a file in the folder, and it ends with what `work` returns.
    """
    scratch = tempfile.mkdtemp(prefix="mutate-")
    sys.stdout.flush()
    if process := os.fork():
        return process, scratch
    code = 70
    try:
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        output = os.open(f"{scratch}/output", os.O_WRONLY | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(output, stream)
        code = work(scratch)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def warm_up(tests: Sequence[str]) -> float:
    """Runs tests on the unchanged code and imports here what they import of other people's packages.

    Returns the seconds of CPU that they took.
    """

    root = str(Path.cwd())

    def work(scratch: str) -> int:
        code = run_tests(tests, scratch)
        Path(scratch, "modules").write_text("\n".join(foreign(root)), encoding="utf-8")
        return code

    process, scratch = fork(work)
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        output = Path(scratch, "output").read_text(encoding="utf-8", errors="replace")
        sys.exit(f"mutate: {' '.join(tests)} must pass on the unchanged code, and did not:\n{output[-3000:]}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in Path(scratch, "modules").read_text(encoding="utf-8").splitlines():
            with suppress(Exception):
                importlib.import_module(name)
    shutil.rmtree(scratch)
    return usage.ru_utime + usage.ru_stime


def foreign(root: str) -> list[str]:
    """The imported modules that are not the project's. A reactor is not forked."""
    return [
        name
        for name, module in list(sys.modules.items())
        if not str(getattr(module, "__file__", None) or "").startswith(root)
        and not (name == "__main__" or name.endswith("reactor"))
    ]


def verdict_of(status: int) -> str:
    """What the end of a trial says. The same tests passed on the unchanged code, so any error of pytest's is a kill."""
    code = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return TIMED_OUT
    return KILLED if 1 <= code <= 4 else SURVIVED


def judge(trials: Iterable[tuple[Mutant, Tests]], cpu: Mapping[Tests, float]) -> Iterator[tuple[Mutant, str]]:
    """Tries each mutant, as many at once as there are cores; `cpu`: the seconds that tests take on the unchanged code."""
    waiting = iter(trials)
    running: dict[int, tuple[Mutant, str, float]] = {}
    while True:
        while len(running) < (os.cpu_count() or 1) and (next_one := next(waiting, None)):
            mutant, tests = next_one
            process, scratch = fork(partial(trial, mutant, tests), 5 + 5 * cpu[tests])
            running[process] = (
                mutant,
                scratch,
                time.monotonic() + 60 + 20 * cpu[tests],
            )  # for one that waits; others end by CPU
        if not running:
            return
        process, status = os.waitpid(-1, os.WNOHANG)
        if process in running:
            mutant, scratch, _ = running.pop(process)
            shutil.rmtree(scratch, ignore_errors=True)
            yield mutant, verdict_of(status)
            continue
        time.sleep(0.005)
        for process, (_, _, end) in running.items():
            if time.monotonic() > end:
                os.kill(process, signal.SIGKILL)


def trial(mutant: Mutant, tests: Sequence[str], scratch: str) -> int:
    """Runs a module's tests on a mutant, in a process of their own."""
    sys.meta_path.insert(0, Finder(mutant))
    return run_tests(tests, scratch)


# The report


def table(counts: Mapping[str, Counter[str]]) -> str:
    """A line a module, and one for all."""
    rows = [*counts.items(), ("total", sum(counts.values(), Counter()))]
    width = max(len(name) for name, _ in rows)
    head = "".join(f"{word:>12}" for word in ("mutants", *VERDICTS, "% killed"))
    lines = [f"{'module':{width}}{head}"]
    for name, count in rows:
        numbers = "".join(f"{number:12}" for number in (count.total(), *(count[verdict] for verdict in VERDICTS)))
        lines.append(f"{name:{width}}{numbers}{100 * share(count):12.1f}")
    return "\n".join(lines)


def share(count: Counter[str]) -> float:
    """The share of the mutants killed, those called equivalent aside."""
    return count[KILLED] / ((count.total() - count[EQUIVALENT]) or 1)


def faults(plan: Plan, verdicts: Mapping[Mutant, str]) -> Iterator[str]:
    """Why the run ends with 1."""
    total = Counter(verdict for mutant, verdict in verdicts.items() if not mutant.name)
    if share(total) < LEAST_KILLED:
        yield f"{share(total):.1%} of the mutants are killed, and {LEAST_KILLED:.0%} must be"
    if total[EQUIVALENT] > MOST_EQUIVALENT * total.total():
        yield f"{total[EQUIVALENT]} of {total.total()} mutants are called equivalent, and at most {MOST_EQUIVALENT:.0%} may be"
    called = {key(mutant) for mutant, verdict in verdicts.items() if verdict == EQUIVALENT}
    for entry in plan.equivalent:
        if key(entry) not in called:
            yield f"called equivalent, and killed or no more there: {entry['file']} {entry['before']} -> {entry['after']}"
    killed = {mutant.name for mutant, verdict in verdicts.items() if verdict == KILLED}
    for entry in plan.named:
        if entry["name"] not in killed:
            yield f"survived, or its code is no more there: {entry['name']} ({entry['file']})"


def key(mutant: Mutant | Mapping[str, Any]) -> tuple[str, ...]:
    """By what a mutant is known: not by its line's number, which moves."""
    if isinstance(mutant, Mutant):
        return (mutant.file, mutant.function, mutant.before, mutant.after)
    return tuple(str(mutant[name]).strip() for name in ("file", "function", "before", "after"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="mutate")
    parser.add_argument("--plan", type=Path, default=Path(PLAN))
    parser.add_argument("modules", nargs="*")
    options = parser.parse_args()
    plan = read_plan(options.plan, options.modules)
    cpu = {tests: warm_up(tests) for tests in (*plan.modules.values(), *map(plan.tests_of, plan.named))}
    gc.freeze()
    equivalent = {key(entry) for entry in plan.equivalent}
    verdicts: dict[Mutant, str] = {}
    started = time.monotonic()
    for mutant, ended in judge(trials_of(plan), cpu):
        verdict = EQUIVALENT if ended == SURVIVED and not mutant.name and key(mutant) in equivalent else ended
        verdicts[mutant] = verdict
        if verdict in (SURVIVED, TIMED_OUT):
            print(f"{verdict}: {mutant}", flush=True)
    counts = {
        file: Counter(verdict for mutant, verdict in verdicts.items() if mutant.file == file and not mutant.name)
        for file in plan.modules
    }
    print(table(counts))
    print(f"{len(verdicts)} mutants in {time.monotonic() - started:.0f} s")
    found = [*faults(plan, verdicts)]
    for fault in found:
        print(f"mutate: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
