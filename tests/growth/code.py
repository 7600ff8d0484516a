"""What the code holds that could take too long, found by walking it: patterns, selectors, and the functions that read."""

import ast
import importlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from newscrawl.sites.values import Value
from tests.conftest import ROOT

USES = {
    "search": "search", "finditer": "sub", "findall": "sub", "sub": "sub", "subn": "sub", "split": "sub", "match": "match",
    "fullmatch": "fullmatch",
}  # fmt: skip # how a method looks through a text
EVERY = ("sub", "match", "fullmatch")
FINDS = frozenset(
    ("XPath", "compile_xpath", "compile_selector", "select_first", "select_all", "find", "findall", "iterfind", "xpath")
)
TREES = frozenset(("find", "findall", "iterfind"))  # ElementPath
DEEPEST = 4  # containers in containers


class Pattern(NamedTuple):
    """A pattern of the code: where it stands, and how it is used."""

    where: str
    text: str | bytes
    flags: int
    uses: tuple[str, ...]


def modules(*packages: str) -> dict[str, ModuleType]:
    """The modules of newscrawl and of the pipelines, by name; of some packages only, where any is named."""
    names = (name for name in trees() if not name.endswith("__main__") and (not packages or name.startswith(packages)))
    return {name: importlib.import_module(name) for name in names}


@cache
def trees() -> dict[str, ast.Module]:
    """The code of all modules."""
    paths = [path for folder in ("newscrawl", "pipelines") for path in sorted((ROOT / folder).rglob("*.py"))]
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def name_of(path: Path) -> str:
    """The name of the module in a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def patterns() -> list[Pattern]:
    """All patterns of the code, each once: those that modules hold, and those that are written in a call."""
    every = modules()
    used = uses()
    found: dict[tuple[str | bytes, int], Pattern] = {}
    for name, module in every.items():
        for own, value in vars(module).items():
            for where, each in held(value, own):
                key = (each.pattern, each.flags)
                how = tuple(sorted(used.get(key) or used.get((name, own)) or used.get(name) or EVERY))
                found.setdefault(key, Pattern(f"{name}.{where}", *key, how))
        for call, method in calls(trees()[name]):
            text = value_of(call.args[0], module) if call.args else None
            if isinstance(text, str | bytes):
                named = [*call.args[1:2], *(word.value for word in call.keywords if word.arg == "flags")]
                flags = (
                    next((value for each in named if isinstance(value := value_of(each, module), int)), 0)
                    if method == "compile"
                    else 0
                )
                how = (USES[method],) if method in USES else tuple(sorted(used.get(name) or EVERY))
                where = f"{Path(str(module.__file__)).relative_to(ROOT)}:{call.lineno}"
                found.setdefault((text, re.compile(text, flags).flags), Pattern(where, text, flags, how))
    return [*found.values()]


def held(value: Any, where: str, deep: int = 0) -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    """Yields the patterns that a value holds, in containers and classes, too."""
    if isinstance(value, re.Pattern):
        yield where, value
    elif isinstance(value, type) and value.__module__.split(".")[0] in ("newscrawl", "pipelines"):
        yield from inside(((f"{where}.{name}", each) for name, each in vars(value).items()), deep)
    elif isinstance(value, dict):
        yield from inside(((f"{where}[{name!r}]", each) for name, each in list(value.items())), deep)
    elif isinstance(value, tuple | list | set | frozenset):
        yield from inside(((f"{where}[{number}]", each) for number, each in enumerate(value)), deep)


def inside(values: Iterable[tuple[str, Any]], deep: int) -> Iterator[tuple[str, "re.Pattern[Any]"]]:
    if deep < DEEPEST:
        for where, value in values:
            yield from held(value, where, deep + 1)


@cache
def uses() -> dict[Any, frozenset[str]]:
    """How patterns are used: those that have a name; by the names of module and container those that are taken out of
    one, as in RESTS[""].match; and by the module's name all others that are in its containers.
    """
    found: defaultdict[Any, set[str]] = defaultdict(set)
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Attribute) or node.attr not in USES:
                continue
            taken = isinstance(node.value, ast.Subscript)
            holder = node.value.value if isinstance(node.value, ast.Subscript) else node.value
            if isinstance(holder, ast.Name) and holder.id != "re":
                own = getattr(sys.modules.get(name), holder.id, None)
                key = (own.pattern, own.flags) if isinstance(own, re.Pattern) else (name, holder.id) if taken else name
                found[key].add(USES[node.attr])
    return {name: frozenset(how) for name, how in found.items()}


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Yields the calls of `re`, each with the method's name."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=method)) if method in (*USES, "compile"):
                yield node, method


def value_of(node: ast.expr, module: ModuleType) -> Any:
    """The value of an expression where its module knows all names; of a text's parts that it does not know, an `x`."""
    match node:
        case ast.JoinedStr():
            return "".join(str(value_of(part, module) or "x") for part in node.values)
        case ast.FormattedValue():
            return value_of(node.value, module)
        case ast.BinOp(left=ast.Constant(value=bytes() as text), op=ast.Mod()):
            return text.replace(b"%b", b"x")
        case ast.Call(func=ast.Attribute(value=inner, attr="encode")):
            text = value_of(inner, module)
            return text.encode() if isinstance(text, str) else None
    try:
        return eval(compile(ast.Expression(node), "code", "eval"), dict(vars(module)))
    except Exception:  # noqa: BLE001 (whatever it is, the value is not known)
        return None


def selectors() -> list[Value]:
    """All CSS selectors and XPaths that are written in the code, each once."""
    found: dict[str, Value] = {}
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else node.func.id
                if isinstance(node.func, ast.Name)
                else ""
            )
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            if called in FINDS and texts and ("extraction" in name or "discovery" in name or "pipelines" in name):
                use = (
                    "css"
                    if called.startswith(("select", "compile_selector"))
                    else "path"
                    if called in TREES
                    else "xpath"
                )
                found.setdefault(texts[0], Value(f"{name}:{node.lineno}", texts[0], use))
    return [*found.values()]
