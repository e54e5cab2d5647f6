"""The code of a function: the files of its zip, as Python modules in memory.

Nothing is unpacked to disk. Each execution environment runs the modules once, on first import, in name
spaces of its own, so that globals survive from one warm invocation to the next and never reach the
notebook or another environment.
"""

from __future__ import annotations

import builtins
import io
import os
import posixpath
import random
import tempfile
import types
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from workbook.aws.awslambda.isolation import TASK_ROOT, StandardLibrary, own_builtins
from workbook.engine.kernel import Kernel


def files_of(zip_file: bytes) -> dict[str, bytes]:
    """The files of a zip, by path."""
    with zipfile.ZipFile(io.BytesIO(zip_file)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}


class Modules:
    """Imports for one execution environment: from the zip first, then from the standard library."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        *,
        kernel: Kernel,
        stream: random.Random,
        environment: Mapping[str, str],
        output: io.TextIOBase,
        set_up_logging: Callable[[types.ModuleType], None] | None = None,
    ) -> None:
        self._files = files
        self._loaded: dict[str, types.ModuleType] = {}
        self._tops = {path.partition("/")[0].removesuffix(".py") for path in files if path.endswith(".py")}
        namespace = own_builtins(lambda: self._library.stdout, __import__=self._import, open=self._open)
        self._namespace = namespace
        self._library = StandardLibrary(
            kernel=kernel,
            stream=stream,
            environment=environment,
            output=output,
            import_module=self.import_module,
            namespace=namespace,
            source_files=files,
            loaded=self._loaded,
            set_up_logging=set_up_logging,
        )

    def import_module(self, name: str, package: str | None = None) -> types.ModuleType:
        """As `importlib.import_module`: the module called `name`, not its topmost package."""
        if name.startswith("."):
            level = len(name) - len(name.lstrip("."))
            name = _absolute(name.lstrip("."), package or "", level)
        return self._module(name)

    def line(self, path: str, number: int) -> str:
        """One line of a function's own source file, stripped; empty when there is none."""
        source = self._files.get(path.removeprefix(f"{TASK_ROOT}/"), b"").decode("utf-8", "replace")
        lines = source.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    # ---- what `import` statements call

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the names of builtins.__import__
        locals: Mapping[str, Any] | None = None,  # noqa: A002, ARG002
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> types.ModuleType:
        if level:
            name = _absolute(name, str((globals or {}).get("__package__") or ""), level)
        module = self._module(name)
        if not fromlist:
            return self._module(name.partition(".")[0])
        for wanted in fromlist:
            if not hasattr(module, wanted) and self._is_module(f"{name}.{wanted}"):
                self._module(f"{name}.{wanted}")
        return module

    def _module(self, name: str) -> types.ModuleType:
        if name in self._loaded:
            return self._loaded[name]
        if name.partition(".")[0] in self._tops:
            return self._load(name)
        own = self._library.find(name)
        if own is not None:
            return own
        return builtins.__import__(name, fromlist=["*"])

    def _load(self, name: str) -> types.ModuleType:
        parent, _, last = name.rpartition(".")
        if parent:
            self._module(parent)
        path = self._path_of(name)
        if path is None:
            return self._load_namespace(name)
        module = types.ModuleType(name)
        is_package = path.endswith("/__init__.py")
        module.__file__ = f"{TASK_ROOT}/{path}"
        module.__package__ = name if is_package else parent
        if is_package:
            module.__path__ = [posixpath.dirname(module.__file__)]
        vars(module)["__builtins__"] = self._namespace
        self._run(module, path)
        if parent:
            setattr(self._loaded[parent], last, module)
        return module

    def _load_namespace(self, name: str) -> types.ModuleType:
        """A folder without an __init__.py is a package, too."""
        if not self._is_module(name):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        module = self._loaded[name] = types.ModuleType(name)
        module.__package__ = name
        module.__path__ = [f"{TASK_ROOT}/{name.replace('.', '/')}"]
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(self._loaded[parent], last, module)
        return module

    def _run(self, module: types.ModuleType, path: str) -> None:
        self._loaded[module.__name__] = module
        try:
            code = compile(self._files[path], f"{TASK_ROOT}/{path}", "exec", dont_inherit=True)
            exec(code, vars(module))  # noqa: S102 - running the learner's handler is what this is for
        except BaseException:
            del self._loaded[module.__name__]
            raise

    def _is_module(self, name: str) -> bool:
        """Whether the zip has such a module: a file, or a folder with Python files in it."""
        folder = f"{name.replace('.', '/')}/"
        return self._path_of(name) is not None or any(
            path.startswith(folder) and path.endswith(".py") for path in self._files
        )

    def _path_of(self, name: str) -> str | None:
        stem = name.replace(".", "/")
        for path in (f"{stem}/__init__.py", f"{stem}.py"):
            if path in self._files:
                return path
        return None

    # ---- the files beside the code

    def _open(self, file: Any, mode: str = "r", *arguments: Any, **options: Any) -> IO[Any]:  # noqa: ANN401 - as open
        """`open`, for which the files of the zip lie in /var/task and cannot be written."""
        if isinstance(file, int):
            return open(file, mode, *arguments, **options)  # noqa: PTH123 - the caller closes it
        path = posixpath.normpath(posixpath.join(TASK_ROOT, os.fsdecode(file).replace("\\", "/")))
        if set(mode) & set("wax+") and not _is_temporary(path, file):
            raise OSError(30, "Read-only file system", os.fspath(file))
        if not path.startswith(f"{TASK_ROOT}/"):
            return open(file, mode, *arguments, **options)  # noqa: PTH123 - the caller closes it
        content = self._files.get(path.removeprefix(f"{TASK_ROOT}/"))
        if content is None:
            raise FileNotFoundError(2, "No such file or directory", os.fspath(file))
        if "b" in mode:
            return io.BytesIO(content)
        return io.StringIO(content.decode(options.get("encoding") or "utf-8"))


def _is_temporary(path: str, file: str | bytes | os.PathLike[str]) -> bool:
    """Whether a file lies in /tmp, which is all that a function can write to; not every computer has one."""
    return path.startswith("/tmp/") or Path(os.fsdecode(file)).is_relative_to(tempfile.gettempdir())  # noqa: S108


def _absolute(name: str, package: str, level: int) -> str:
    parts = package.split(".") if package else []
    if level > len(parts):
        raise ImportError("attempted relative import beyond top-level package")
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, name] if name else base)
