"""The reasons that code gives, read out of the syntax trees of its modules.

A reason is given where a call has an argument for a parameter named `reason`, where something named `reason` is set (a
variable, an attribute, a key), and where an outcome is counted (`failed[…]`, `FAILED + …`). What is given must be a
word, a constant, a choice of them, a function that returns them, or somebody else's `reason` that is passed on.
Anything else is `Unknown`: then this module has to learn it, or the code to be plainer.
"""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from newscrawl.outcomes import stats
from tests.conftest import ROOT

PACKAGES = ("newscrawl", "pipelines", "spiders")
MAINS = "__main__"  # they run when they are imported
REASON = "reason"
COUNTED = "failed"  # the counter of failures, by reason
COUNTS = {"FAILED": stats.FAILED, "LISTS": stats.LISTS}  # prefixes of stats, before a reason
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Unknown(Exception):
    """Code that gives a reason in a way that is not known here."""


@dataclass(frozen=True)
class Module:
    """A module: its syntax tree, and what its names stand for."""

    path: Path
    names: dict[str, Any]
    tree: ast.Module

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that each node is in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def functions_around(self, node: ast.AST) -> Iterator[Function]:
        """Yields the functions that a node is in, the innermost first; its own function's head is not in it."""
        while parent := self.parents.get(node):
            if isinstance(parent, Function) and node in parent.body:
                yield parent
            node = parent

    def where(self, node: ast.AST) -> str:
        """The place of a node, for a message."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"


def modules(packages: tuple[str, ...] = PACKAGES) -> dict[str, Module]:
    """All modules of some packages, by name."""
    found = {}
    for path in sorted(path for package in packages for path in (ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if parts[-1] != MAINS:
            found[name] = module_of(path, importlib.import_module(name))
    return found


def module_of(path: Path, loaded: ModuleType) -> Module:
    return Module(path, vars(loaded), ast.parse(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Given:
    """The reasons that modules give. `foreign`: functions and classes whose `reason` is none (`module.name`, or how it begins)."""

    modules: dict[str, Module]
    foreign: tuple[str, ...] = ()

    def words(self) -> dict[str, set[str]]:
        """All words that are given, each with the places. Raises Unknown, with all places that are not understood."""
        found: dict[str, set[str]] = {}
        unknown = []
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                for value in self.values(node, module):
                    try:
                        for word in self.read(value, module):
                            found.setdefault(word, set()).add(module.where(value))
                    except Unknown as error:
                        unknown.append(str(error))
        if unknown:
            raise Unknown("\n".join(unknown))
        return found

    # Where reasons are given

    def values(self, node: ast.AST, module: Module) -> Iterator[ast.expr]:
        """Yields the expressions of a node that are reasons."""
        match node:
            case ast.Call():
                yield from self.arguments(node, module)
            case ast.Assign() | ast.AnnAssign() | ast.NamedExpr():
                yield from set_to(node)
            case ast.Dict(keys=keys, values=values):
                yield from (value for key, value in zip(keys, values, strict=True) if is_word(key, REASON))
            case ast.Subscript(value=counter, slice=key, ctx=ast.Store()) if last_name(counter) == COUNTED:
                yield key
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=right) if name in COUNTS:
                yield right
            case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id=name)), ast.expr() as rest]) if (
                name in COUNTS
            ):
                yield rest
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args):
                yield from defaults(args)

    def arguments(self, call: ast.Call, module: Module) -> Iterator[ast.expr]:
        """Yields the arguments of a call that are reasons."""
        called = self.called(call.func, module)
        if self.is_foreign(called):
            return
        yield from (keyword.value for keyword in call.keywords if keyword.arg == REASON)
        places = [place_of(called)] if called else self.places.get(last_name(call.func), [])
        for place in (place for place in places if place is not None):
            for number, argument in enumerate(call.args[: place + 1]):
                if number == place or isinstance(argument, ast.Starred):
                    yield argument

    def is_foreign(self, called: Any) -> bool:
        return bool(self.foreign) and name_of(called).startswith(self.foreign)

    def called(self, function: ast.expr, module: Module) -> Any:
        """The function or class of the repository that is called, if its name says which; None if not."""
        match function:
            case ast.Name(id=name):
                found = module.names.get(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if isinstance(
                module.names.get(name), ModuleType | type
            ):
                found = getattr(module.names[name], attribute, None)
            case _:
                return None
        return found if callable(found) and is_ours(found) else None

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where `reason` stands among the arguments of methods, by their names: whose method is called is not known."""
        found: dict[str, list[int]] = {}
        classes = {kind for module in self.modules.values() for kind in module.names.values() if is_ours(kind)}
        for kind in sorted((kind for kind in classes if isinstance(kind, type)), key=name_of):
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                own = is_ours(method) and not self.is_foreign(method) and name != "__init__"
                place = place_of(method) if own else None
                if place and place - 1 not in found.setdefault(name, []):  # without self
                    found[name].append(place - 1)
        return found

    # What they are

    def read(self, value: ast.expr, module: Module) -> set[str]:
        """The words that an expression can be; those that are passed on are given elsewhere. Raises Unknown."""
        match value:
            case ast.Constant(value=str() as word):
                return {word} - {""}
            case ast.IfExp(body=body, orelse=other):
                return self.read(body, module) | self.read(other, module)
            case ast.Tuple(elts=[first, *_]) | ast.Starred(value=first):
                return self.read(first, module)
            case ast.Attribute(attr=name) if name == REASON:
                return set()
            case ast.Subscript(slice=key) if is_word(key, REASON):
                return set()
            case ast.JoinedStr(values=[ast.Constant(value=str() as start), ast.FormattedValue(value=rest)]):
                if start.endswith("http_"):
                    return {f"{start}xxx"}
                return {start + word for word in self.read(rest, module)}
            case ast.Name(id=name):
                return self.read_name(name, value, module)
            case ast.Call():
                return self.read_call(value, module)
        raise Unknown(module.where(value))

    def read_name(self, name: str, node: ast.expr, module: Module) -> set[str]:
        """The words that a name can stand for."""
        for function in module.functions_around(node):
            bound = [*bindings(name, function)]
            if bound:
                return {word for value in bound for word in self.read_bound(value, module)}
            if name in parameters(function):
                if name == REASON:
                    return set()  # its callers give it
                raise Unknown(module.where(node))
        constant = module.names.get(name)
        if isinstance(constant, str):
            return {constant} - {""}
        raise Unknown(module.where(node))

    def read_bound(self, value: ast.expr | ast.comprehension, module: Module) -> set[str]:
        if isinstance(value, ast.expr):
            return self.read(value, module)
        match value.iter:  # for kind, reason in REASONS.items()
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="items")) if isinstance(
                module.names.get(name), dict
            ):
                return {str(word) for word in module.names[name].values()}
        raise Unknown(module.where(value.iter))

    def read_call(self, call: ast.Call, module: Module) -> set[str]:
        """The words that a call can return."""
        match call:
            case ast.Call(func=ast.Name(id="str"), args=[value]):
                return self.read(value, module)
            case ast.Call(func=ast.Name(id="next"), args=[ast.GeneratorExp(elt=value), default]):
                return self.read(value, module) | self.read(default, module)
            case ast.Call(func=ast.Attribute(attr="removeprefix"), args=[ast.Name(id=name)]) if name in COUNTS:
                return set()  # of a stat, whose name was made elsewhere
        called = CALLBACKS.get(last_name(call.func)) or self.called(call.func, module)
        if not inspect.isfunction(called):
            raise Unknown(module.where(call))
        home = self.modules[called.__module__]
        found: set[str] = set()
        for node in ast.walk(home.tree):
            if isinstance(node, Function) and node.name == called.__name__:
                returns = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                found |= {word for value in returns for word in self.read(value, home)}
        return found


def callback(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


CALLBACKS = {"lacks": callback("newscrawl.extraction.article", "missing")}  # of a replay's `Reader`


def is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).partition(".")[0] in PACKAGES


def name_of(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__name__}" if is_ours(thing) and hasattr(thing, "__name__") else ""


def place_of(called: Any) -> int | None:
    """Where `reason` stands among the parameters of a function or class; None if it has none."""
    try:
        names = [*inspect.signature(called).parameters]
    except (TypeError, ValueError):
        return None
    return names.index(REASON) if REASON in names else None


def last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def is_reason(target: ast.expr) -> bool:
    return last_name(target) == REASON


def is_word(node: ast.expr | None, word: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == word


def set_to(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> Iterator[ast.expr]:
    """Yields what something named `reason` is set to; of several names only the first is understood."""
    match node:
        case ast.Assign(targets=targets, value=value) if any(map(is_reason, targets)):
            yield value
        case ast.Assign(targets=[ast.Tuple(elts=[first, *others])], value=value):
            yield from [value] if is_reason(first) else filter(is_reason, others)
        case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
            if is_reason(target):
                yield value


def parameters(function: Function) -> set[str]:
    args = function.args
    return {each.arg for each in (*args.posonlyargs, *args.args, *args.kwonlyargs)}


def defaults(args: ast.arguments) -> Iterator[ast.expr]:
    """Yields the defaults of parameters named `reason`."""
    positional = [*args.posonlyargs, *args.args]
    pairs = [*zip(positional[len(positional) - len(args.defaults) :], args.defaults, strict=True)]
    pairs += [(arg, default) for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True) if default]
    yield from (default for arg, default in pairs if arg.arg == REASON and not is_word(default, None))  # type: ignore[arg-type]


def bindings(name: str, function: Function) -> Iterator[ast.expr | ast.comprehension]:
    """Yields what a name is set to in a function."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=targets, value=value) if any(
                isinstance(target, ast.Name) and target.id == name for target in targets
            ):
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=found), *_])], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.comprehension(target=target) if name in {
                each.id for each in ast.walk(target) if isinstance(each, ast.Name)
            }:
                yield node
