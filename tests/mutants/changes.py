"""The small changes that are tried: mutmut's own, and the same where mutmut does not look.

mutmut changes functions and methods. In the contract much of the law stands elsewhere: bounds
of numbers, patterns, tolerances and tables at the top of a module, members of classes, and
properties. So its operators are taken here over whole modules. Left out, as mutmut does:
decorators, the annotations of functions, and the arguments of ``len`` and ``isinstance``.
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
    """One small change to a module; ``where`` is the class and function that it is in."""

    module: Module
    where: str
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
        self.places: list[str] = []
        self._inside: list[cst.ClassDef | cst.FunctionDef] = []
        self._annotation: cst.Annotation | None = None

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.ClassDef | cst.FunctionDef):
            self._inside.append(node)
        elif isinstance(node, cst.Annotation):
            self._annotation = node
        return super().on_visit(node)

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef):
            self._inside.pop()
        elif isinstance(original_node, cst.Annotation):
            self._annotation = None
        super().on_leave(original_node)

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.Annotation):
            return not (self._inside and isinstance(self._inside[-1], cst.ClassDef))
        return super()._skip_node_and_children(node)

    def _create_mutations(self, node: cst.CSTNode) -> None:
        if self._annotation is not None and not isinstance(node, IN_ANNOTATIONS):
            return
        super()._create_mutations(node)
        where = ".".join(one.name.value for one in self._inside)
        self.places += [where] * (len(self.mutations) - len(self.places))


def changes_of(module: Module) -> list[Change]:
    """Every small change to a module, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module(module.source))
    visitor = _Visitor(module, wrapper)
    wrapper.visit(visitor)
    pairs = zip(visitor.places, visitor.mutations, strict=True)
    return [Change(module, where, mutation, wrapper.module) for where, mutation in pairs]
