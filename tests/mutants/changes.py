"""The small changes that are tried: mutmut's own, and the same where mutmut does not look.

mutmut changes functions and methods. In the contract much of the law stands elsewhere: bounds
of numbers, patterns, tolerances and tables at the top of a module, members of classes, and
properties. So its operators are taken here over whole modules. Left out, as mutmut does:
decorators, the annotations of functions, and the arguments of ``len`` and ``isinstance``; and
what is no change to a program: the type in a ``cast``, type variables, and a codec's name in
upper case.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

CODECS = ('"ascii"', '"utf-8"')

# Structs are checked by their annotations; numbers and words in them are bounds and choices.
IN_ANNOTATIONS = (cst.BaseNumber, cst.BaseString)


@dataclass(frozen=True)
class Module:
    """A module as it is: ``name`` as imported, its path and its source."""

    name: str
    path: Path
    source: str


@dataclass(frozen=True)
class Change:
    """One small change to a module; ``where`` is the class and function that it is in.

    ``function`` is the outermost function, by its dotted name, whose body has the change;
    empty where the change is elsewhere, and counts when the module is imported.
    """

    module: Module
    where: str
    function: str
    mutation: Mutation
    tree: cst.Module

    @cached_property
    def source(self) -> str:
        """The module's source with the change in it."""
        old, new = self.mutation.original_node, self.mutation.mutated_node
        changed = deep_replace(self.tree, old, new)
        assert isinstance(changed, cst.Module)
        return changed.code

    @cached_property
    def lines(self) -> tuple[str, str]:
        """What stood there and what stands there now, each in one line."""
        old, new = self.module.source.splitlines(), self.source.splitlines()
        gone, come = list[str](), list[str]()
        for line in difflib.ndiff(old, new):
            if line.startswith("- "):
                gone.append(line[2:].strip())
            elif line.startswith("+ "):
                come.append(line[2:].strip())
        return " ".join(gone), " ".join(come)


class _Visitor(MutationVisitor):
    """mutmut's visitor, which also looks into properties, classes and their annotations."""

    def __init__(self, module: Module, wrapper: MetadataWrapper) -> None:
        ignored = get_ignored_lines(str(module.path), module.source, wrapper)
        super().__init__(mutation_operators, ignored)
        # Where each mutation is, and in the body of which function.
        self.places: list[tuple[str, str]] = []
        self._inside: list[cst.ClassDef | cst.FunctionDef] = []
        self._body: tuple[cst.CSTNode, str] | None = None
        self._annotation: cst.Annotation | None = None
        self._types: set[cst.CSTNode] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._inside.append(node)
        elif isinstance(node, cst.Annotation):
            self._annotation = node
        elif isinstance(node, cst.Call) and _calls(node, "cast"):
            self._types.add(node.args[0])
        elif self._body is None and self._is_body_of_a_function(node):
            self._body = node, self._where()
        return super().on_visit(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._inside.pop()
        elif isinstance(original_node, cst.Annotation):
            self._annotation = None
        elif self._body is not None and original_node is self._body[0]:
            self._body = None
        super().on_leave(original_node)

    def _is_body_of_a_function(self, node: cst.CSTNode) -> bool:
        inmost = self._inside[-1] if self._inside else None
        return isinstance(inmost, cst.FunctionDef) and node is inmost.body

    def _where(self) -> str:
        return ".".join(one.name.value for one in self._inside)

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Assign) and _calls(node.value, "TypeVar"):
            return True
        if node in self._types:
            return True
        if isinstance(node, cst.Annotation):
            return not (self._inside and isinstance(self._inside[-1], cst.ClassDef))
        return super()._skip_node_and_children(node)

    def _create_mutations(self, node: cst.CSTNode) -> None:
        if _calls(node, "cast"):
            return
        if self._annotation is not None and not isinstance(node, IN_ANNOTATIONS):
            return
        super()._create_mutations(node)
        at = len(self.places)
        self.mutations[at:] = [m for m in self.mutations[at:] if not _is_the_same_codec(m)]
        place = self._where(), self._body[1] if self._body else ""
        self.places += [place] * (len(self.mutations) - at)


def _calls(node: cst.CSTNode, name: str) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value == name
    )


def _is_the_same_codec(mutation: Mutation) -> bool:
    old, new = mutation.original_node, mutation.mutated_node
    return (
        isinstance(old, cst.SimpleString)
        and isinstance(new, cst.SimpleString)
        and old.value in CODECS
        and new.value.lower() == old.value
    )


def changes_of(module: Module) -> list[Change]:
    """Every small change to a module, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(module.source))
    visitor = _Visitor(module, wrapper)
    wrapper.visit(visitor)
    pairs = zip(visitor.places, visitor.mutations, strict=True)
    return [Change(module, *place, mutation, wrapper.module) for place, mutation in pairs]
