"""Imports go down only: room -> grading -> teaching, scenarios -> served -> lab -> flow -> aws -> engine.

Commands (`workbook doctor` and so on) stand above all layers: they may use any, and no layer may use them.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "workbook"

LAYERS = ("engine", "aws", "flow", "lab", "served", "teaching", "grading", "room", "commands")  # bottom up
LAYER_OF = {
    "confinement": "engine",
    "engine": "engine",
    "aws": "aws",
    # The front door and what it is made of.
    "lab": "lab",
    "functions": "lab",
    "json_layout": "lab",
    "lab_arguments": "lab",
    "lab_part": "lab",
    "lab_patterns": "lab",
    "lab_pictures": "lab",
    "lab_time": "lab",
    "lab_outside": "lab",
    "lab_view": "lab",
    "mailbox_view": "lab",
    "outages": "lab",
    "packaging": "lab",
    "pattern_tester": "lab",
    "pattern_verdict": "lab",
    "programs": "lab",
    "queue_view": "lab",
    "remote": "lab",
    "workers": "lab",
    "flow": "flow",
    "room": "room",
    "served": "served",
    "scenarios": "teaching",
    "teaching": "teaching",
    "grading": "grading",
    "__main__": "commands",
    "bake": "commands",
    "cli": "commands",
    "doctor": "commands",
    "launch": "commands",
    "notebook_rules": "commands",
    "workshop": "commands",
}
FRONT_DOOR = {
    "Lab": "lab",
    "Chaos": "engine",
}  # what `from workbook import ...` means where it names no module


def top_name(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def imported_names(tree):
    """The first name below `workbook` of everything a module imports, inside functions too, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "workbook":
                    yield node.lineno, [*alias.name.split("."), "Lab"][1]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            first, *rest = node.module.split(".")
            if first == "workbook":
                yield from (
                    (node.lineno, name) for name in (rest[:1] or [alias.name for alias in node.names])
                )


def wrong_imports(layer, source):
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    for line, name in imported_names(ast.parse(source)):
        target = FRONT_DOOR.get(name) or LAYER_OF.get(name)
        if target not in allowed:
            yield f"line {line}: {layer} may not import workbook.{name} ({target or 'no layer known'})"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_only_its_own_layer_and_those_below(path):
    name = top_name(path)
    assert name in LAYER_OF, f"say in LAYER_OF which layer workbook/{name} belongs to"
    assert list(wrong_imports(LAYER_OF[name], path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if top_name(path) == "engine"],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_the_engine_imports_nothing_of_aws(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name.split(".")[0] for name in names}.isdisjoint({"moto", "boto3", "botocore"})


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("engine", "import workbook.aws.sqs"),
        ("engine", "from workbook.aws import sqs"),
        ("engine", "from workbook import aws"),
        ("aws", "from workbook import Lab"),
        ("aws", "import workbook"),
        ("aws", "def later():\n    from workbook.lab import Lab"),
        ("flow", "from workbook import Lab"),
        ("lab", "import workbook.teaching"),
        ("teaching", "from workbook import doctor"),
    ],
)
def test_an_import_that_goes_up_is_found(layer, source):
    assert len(list(wrong_imports(layer, source))) == 1


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        ("engine", "from workbook.engine.clock import Clock"),
        ("aws", "from workbook.engine import clock\nimport boto3"),
        ("lab", "from workbook.flow.graph import Graph"),
        ("commands", "from workbook import doctor, Lab"),
        ("teaching", "from workbook.scenarios import fan_out"),
    ],
)
def test_an_import_that_goes_down_is_allowed(layer, source):
    assert list(wrong_imports(layer, source)) == []
