"""From a function, a text or a folder to the zip file that Lambda deploys."""

import io
import json
import zipfile

import pytest

from workbook.packaging import PackagingError, package

LIMIT = 3


def contents(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle.zip_bytes)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_function_becomes_index_py():
    def handler(event, context):
        return len(event)

    bundle = package(handler)
    assert bundle.handler == "index.handler"
    assert contents(bundle) == {"index.py": "def handler(event, context):\n    return len(event)\n"}


def test_a_function_keeps_its_name():
    def resize(event, context):
        return resize.__name__

    assert package(resize).handler == "index.resize"


def test_imports_inside_a_function_are_its_own():
    def handler(event, context):
        import json  # noqa: PLC0415 - a handler brings its imports along
        from os import path as p  # noqa: PLC0415 - as above

        return [json.dumps(event), p.sep, sorted(x for x in event)]

    package(handler)


def test_an_import_from_outside_is_named_with_the_fix():
    def handler(event, context):
        return json.dumps(event)

    with pytest.raises(PackagingError, match=r"handler uses 'json' .*Put `import json` inside handler"):
        package(handler)


def test_a_variable_from_outside_is_named_with_the_fix():
    def handler(event, context):
        return event[:LIMIT]

    with pytest.raises(PackagingError, match=r"uses 'LIMIT'.*Pass LIMIT as an environment variable"):
        package(handler)


def test_a_name_of_an_enclosing_function_is_named():
    secret = [1]

    def handler(event, context):
        return secret

    with pytest.raises(PackagingError, match=r"uses 'secret'.*Define secret inside handler"):
        package(handler)


def test_names_in_nested_functions_and_defaults_are_found():
    def handler(event, context, limit=LIMIT):
        return [json.dumps(x) for x in event]

    with pytest.raises(PackagingError, match="'LIMIT', 'json'"):
        package(handler)


def test_what_is_needed_before_the_function_runs_cannot_be_put_inside():
    def handler(event, context: json.JSONEncoder, limit=LIMIT):
        return json.dumps(limit)

    with pytest.raises(
        PackagingError, match="LIMIT is needed before handler runs, as decorator, default"
    ) as caught:
        package(handler)
    assert "Put `import json` inside handler" in str(caught.value)


def test_texts_of_several_lines_stay_as_they_are():
    def flush(event, context):
        return """
first
    second
"""

    def indented(event, context):
        return """
            first
        """

    for function in (flush, indented):
        names = {}
        exec(contents(package(function))["index.py"], names)
        assert names[function.__name__]({}, None) == function({}, None)


async def coroutine(event, context):
    pass


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (lambda e, c: e, "has no name"),
        (coroutine, "is async"),
        (print, "not a plain function"),
        (42, "is not code"),
    ],
)
def test_what_cannot_be_a_handler_is_refused(code, message):
    with pytest.raises(PackagingError, match=message):
        package(code)


def test_text_becomes_index_py_with_the_usual_handler():
    bundle = package("""
        import json
        def helper(): pass
        def lambda_handler(event, context): pass
    """)
    assert bundle.handler == "index.lambda_handler"
    assert contents(bundle)["index.py"].startswith("import json\ndef helper")


def test_text_with_one_function_needs_no_name():
    assert package("def only(event, context): pass\n").handler == "index.only"


def test_text_with_several_functions_must_say_which():
    with pytest.raises(PackagingError, match="which function is the handler: a, b"):
        package("def a(e, c): pass\ndef b(e, c): pass\n")
    assert package("def a(e, c): pass\ndef b(e, c): pass\n", handler="index.b").handler == "index.b"


@pytest.mark.parametrize(
    "text", ["handler = lambda event, context: 1", "import json\nhandler = lambda e, c: 1\n"]
)
def test_a_lambda_expression_can_be_the_handler_of_a_text(text):
    assert package(text).handler == "index.handler"


def test_a_line_of_code_is_no_folder():
    with pytest.raises(PackagingError, match="which function is the handler: there is none"):
        package("# to be written")


@pytest.mark.parametrize("handler", ["handler", 5])
def test_a_handler_is_named_with_its_module(handler):
    with pytest.raises(PackagingError, match=r"f: Handler=.*'index\.handler'"):
        package("def handler(e, c): pass", handler=handler, name="f")


def test_a_file_in_another_encoding_is_lambdas_to_report(tmp_path):
    (tmp_path / "index.py").write_bytes(b"def handler(e, c):\n    return '\xff'\n")
    assert package(tmp_path).handler == "index.handler"


def test_text_with_a_syntax_error_is_lambdas_to_report():
    assert package("def handler(e, c\n    pass\n").handler == "index.handler"


def test_a_folder_is_packed_whole_but_for_caches(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "index.py").write_text("def handler(e, c): pass\n")
    (tmp_path / "lib" / "data.json").write_text("{}")
    (tmp_path / "__pycache__" / "index.pyc").write_text("x")
    for code in (tmp_path, str(tmp_path)):
        bundle = package(code)
        assert bundle.handler == "index.handler"
        assert sorted(contents(bundle)) == ["index.py", "lib/data.json"]


def test_a_folder_that_is_not_there_or_has_no_index_is_refused(tmp_path):
    with pytest.raises(PackagingError, match="there is no folder"):
        package(tmp_path / "missing")
    with pytest.raises(PackagingError, match=r"has no index\.py"):
        package(tmp_path)


def test_the_same_code_gives_the_same_bytes():
    text = "def handler(e, c): pass\n"
    assert package(text).zip_bytes == package(text).zip_bytes
    with zipfile.ZipFile(io.BytesIO(package(text).zip_bytes)) as archive:
        (entry,) = archive.infolist()
        assert (entry.date_time, entry.compress_type, entry.create_system) == ((1980, 1, 1, 0, 0, 0), 0, 3)


def test_a_handler_that_is_no_text_is_refused_with_words():
    with pytest.raises(PackagingError, match=r"worker: Handler=5: Lambda names a handler 'module\.function'"):
        package("def handler(event, context): pass", handler=5, name="worker")
