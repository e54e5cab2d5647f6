"""What a cell defines, without what it does.

The examiner runs an answer's source in a fresh lab for each situation. There, imports, functions, classes and
constants are wanted; a line that tries something out, draws a picture or asks for the check is not.
"""

from __future__ import annotations

import ast

_CLIENTS = ("boto3.client", "boto3.resource", "lab.client")


def definitions_in(source: str) -> str:
    """The source without the statements that only do something; comments and layout stay.

    Args:
        source: Python, as it stands in a cell.

    Raises:
        SyntaxError: it is no Python.
    """
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        for number in _lines_to_drop(statement):
            lines[number - 1] = "\0"
    kept = "\n".join(line for line in lines if line != "\0")
    return kept.strip("\n")


def _lines_to_drop(statement: ast.stmt) -> range | list[int]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [line for each in statement.decorator_list if _is_the_check(each) for line in _lines(each)]
    if _asks_for_the_check(statement):
        return _lines(statement)
    if isinstance(statement, ast.Import | ast.ImportFrom) or _is_constant(statement):
        return []
    return _lines(statement)


def _asks_for_the_check(statement: ast.stmt) -> bool:
    """`from workbook.teaching import check`: no answer needs it, and where it is judged nobody checks."""
    return isinstance(statement, ast.ImportFrom) and statement.module == "workbook.teaching"


def _lines(node: ast.expr | ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _is_the_check(decorator: ast.expr) -> bool:
    """`@exercise("dlq-1")` checks the function at once, which an examiner does without being asked."""
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "exercise"


def _is_constant(statement: ast.stmt) -> bool:
    """Whether it names a value that is the same in every lab, or a client, which is made anew in each."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    calls = [node for node in ast.walk(statement.value) if isinstance(node, ast.Call)]
    return not calls or (calls == [statement.value] and ast.unparse(calls[0].func) in _CLIENTS)
