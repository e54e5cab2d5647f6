"""What botocore and moto do again and again with the same result, done once.

Nothing that a learner sees depends on it. A lesson makes a dozen clients and two labs, and each of them would
read the same files, list the same folders and build the same tables anew: a tenth of a lesson's time.
`tests/test_done_once.py` shows for each that the work is still there and still the same each time.
"""

from __future__ import annotations

import functools
import inspect
import os
import string
import types
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.context
import botocore.hooks
import botocore.loaders
import botocore.useragent
import moto.core.loaders
import moto.core.responses
import moto.core.routing
import werkzeug.routing
from moto.core.request import Request
from moto.core.utils import method_names_from_class
from moto.moto_api._internal.moto_random import MotoRandom

from workbook.engine.patches import Patches

_NAMES_KEPT = 4096


def install(patches: Patches) -> None:
    """Make all of these changes."""
    read_data_files_once(patches)
    list_services_once(patches)
    list_methods_once(patches)
    sanitise_user_agents_once(patches)
    write_user_agents_once(patches)
    name_events_once(patches)
    look_at_handlers_by_their_flags(patches)
    match_requests_once(patches)
    build_no_urls(patches)
    draw_random_texts_at_once(patches)


def read_data_files_once(patches: Patches) -> None:
    """Each session of boto3 reads botocore's files anew, and each lab begins with a session of its own.

    Sessions may share what they read, because nobody changes it, but for botocore itself: it adds its own
    extras to a service's model, which twice is as good as once, and S3's clients change the paths in S3's.
    moto adds extras of its own, and so reads for itself.
    """
    load = botocore.loaders.Loader.load_data_with_path

    def load_once(loader: botocore.loaders.Loader, name: str) -> tuple[Any, str]:
        if not _is_shared(loader, name):
            return load(loader, name)
        if name not in _FILES:
            data, path = load(loader, name)
            if not path.startswith(loader.BUILTIN_DATA_PATH):  # boto3 has some of its own
                return data, path
            _FILES[name] = data, path
        return _FILES[name]

    patches.set(botocore.loaders.Loader, "load_data_with_path", load_once)


_FILES: dict[str, tuple[Any, str]] = {}
"""What stands in botocore's data files, with their paths, by name; there are so many and no more."""


def is_shared_file(data: object) -> bool:
    """Whether `data` is what stands in one of botocore's files, as all sessions share it."""
    return any(data is kept for kept, _path in _FILES.values())


_CHANGED_BY_CLIENTS = frozenset({"s3", "s3control"})


def _is_shared(loader: botocore.loaders.Loader, name: str) -> bool:
    """Whether a file is botocore's and stays as it is; the learner's own models may change."""
    if (
        type(loader) is not botocore.loaders.Loader
        or name.split(os.sep, maxsplit=1)[0] in _CHANGED_BY_CLIENTS
    ):
        return False
    folders = (path for path in loader.search_paths if Path(path).is_dir())
    return next(folders, None) == loader.BUILTIN_DATA_PATH


def list_services_once(patches: Patches) -> None:
    """Before a model is read, all folders are searched for which services have that kind of file at all.

    There are 400 folders, and moto searches them for each service anew, and its own folders, too.
    """
    never_change = {botocore.loaders.Loader.BUILTIN_DATA_PATH, moto.core.loaders.moto_root}

    def list_services(loader: botocore.loaders.Loader, type_name: str) -> list[str]:
        found: set[str] = set()
        for path in loader.search_paths:
            services = _services_kept(path) if path in never_change else _services_in(path)
            found |= services.get(type_name, set())
        return sorted(found)

    patches.set(botocore.loaders.Loader, "list_available_services", list_services)


def _services_in(path: str) -> dict[str, set[str]]:
    """The services in a folder that have a kind of data file, by that kind.

    It stands at path/service/version/kind.json, or is compressed, with .gz at its end.
    """
    services: dict[str, set[str]] = {}
    for service in _entries_of(path):
        for version in _entries_of(service.path):
            for file in _entries_of(version.path):
                type_name, dot, ending = file.name.partition(".json")
                if dot and ending in {"", ".gz"}:
                    services.setdefault(type_name, set()).add(service.name)
    return services


_services_kept = functools.cache(_services_in)


def _entries_of(path: str) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing is in what is no folder, or is not there."""
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def list_methods_once(patches: Patches) -> None:
    """Moto inspects all methods of a response class on every request."""
    patches.set(moto.core.responses, "method_names_from_class", functools.cache(method_names_from_class))


def sanitise_user_agents_once(patches: Patches) -> None:
    """Botocore cleans the same parts of the User-Agent on every call, for 0.2 ms."""
    clean = botocore.useragent.sanitize_user_agent_string_component
    patches.set(
        botocore.useragent, "sanitize_user_agent_string_component", functools.lru_cache(_NAMES_KEPT)(clean)
    )


def write_user_agents_once(patches: Patches) -> None:
    """Botocore puts a client's User-Agent together from twenty parts, twice a call, and always the same."""
    write = botocore.useragent.UserAgentString.to_string
    written: weakref.WeakKeyDictionary[botocore.useragent.UserAgentString, dict[object, str]]
    written = weakref.WeakKeyDictionary()

    def write_once(agent: botocore.useragent.UserAgentString) -> str:
        kept = written.setdefault(agent, {})
        context = botocore.context.get_context()
        features = frozenset() if context is None else frozenset(context.features)
        parts = features, *map(_hashable, vars(agent).values())
        if parts not in kept:
            if len(kept) >= _AGENTS_KEPT:
                kept.clear()
            kept[parts] = write(agent)
        return kept[parts]

    patches.set(botocore.useragent.UserAgentString, "to_string", write_once)


_AGENTS_KEPT = 64
"""A client's User-Agents differ by the features that its calls use; there are two or three in a lesson."""


def _hashable(part: Any) -> object:  # noqa: ANN401 - whatever botocore keeps there
    return frozenset(part) if isinstance(part, set) else part


def name_events_once(patches: Patches) -> None:
    """Botocore goes through its old names of services for each event's name, in each session and client anew.

    There are 140 names to register before a session has made its first client.
    """
    initialise = botocore.hooks.EventAliaser.__init__

    def initialise_with_names(
        aliaser: botocore.hooks.EventAliaser,
        event_emitter: botocore.hooks.BaseEventHooks,
        event_aliases: dict[str, str] | None = None,
    ) -> None:
        initialise(aliaser, event_emitter, event_aliases)
        if event_aliases is None or event_aliases == botocore.hooks.EVENT_ALIASES:
            aliaser._alias_name_cache = _EVENT_NAMES  # type: ignore[attr-defined]  # noqa: SLF001 - no seam

    patches.set(botocore.hooks.EventAliaser, "__init__", initialise_with_names)


_EVENT_NAMES: dict[str, str] = {}
"""What events are called, by the names that they were asked for by: a few for each operation that is used."""


def look_at_handlers_by_their_flags(patches: Patches) -> None:
    """Botocore works out a handler's whole signature to see whether it takes `**kwargs`; one flag says it."""
    accepts_kwargs = botocore.hooks.accepts_kwargs

    def accepts_kwargs_by_its_flags(handler: Callable[..., object]) -> object:
        function = handler.__func__ if isinstance(handler, types.MethodType) else handler
        if isinstance(function, types.FunctionType) and not hasattr(function, "__signature__"):
            return bool(function.__code__.co_flags & inspect.CO_VARKEYWORDS)
        return accepts_kwargs(handler)

    patches.set(botocore.hooks, "accepts_kwargs", accepts_kwargs_by_its_flags)


def match_requests_once(patches: Patches) -> None:
    """Moto searches a request's path for its operation twice: once to parse it and once to answer it."""
    match = moto.core.routing.ServiceOperationRouter.match

    def match_once(router: moto.core.routing.ServiceOperationRouter, request: Request) -> tuple[Any, Any]:
        found = request.environ.get(_MATCHED)
        if found is None or found[0] is not router:
            found = request.environ[_MATCHED] = (router, *match(router, request))
        _, operation, parameters = found
        return operation, dict(parameters)

    patches.set(moto.core.routing.ServiceOperationRouter, "match", match_once)


_MATCHED = "workbook.matched"


def build_no_urls(patches: Patches) -> None:
    """For each path of a service werkzeug compiles two functions that make a URL; moto only takes URLs apart.

    They are compiled when they are first called, if ever.
    """
    compile_builder = werkzeug.routing.Rule._compile_builder  # noqa: SLF001 - no seam

    def compile_builder_late(rule: werkzeug.routing.Rule, append_unknown: bool = True) -> Callable[..., Any]:  # noqa: FBT001, FBT002 - werkzeug's signature
        def build(bound: werkzeug.routing.Rule, **values: object) -> Any:  # noqa: ANN401 - as werkzeug's
            return compile_builder(rule, append_unknown)(bound, **values)

        return build

    patches.set(moto.core.routing.SmithyRule, "_compile_builder", compile_builder_late)


_LETTERS_AND_DIGITS = string.ascii_letters + string.digits
_TOO_HIGH = bytes(range(4 * len(_LETTERS_AND_DIGITS), 256))
_LETTER_OF = bytes(ord(_LETTERS_AND_DIGITS[byte // 4]) for byte in range(256 - len(_TOO_HIGH))) + _TOO_HIGH


def draw_random_texts_at_once(patches: Patches) -> None:
    """Each answer of moto has a request id of 52 letters, and moto draws them one by one.

    `random.choice` takes the upper six bits of the generator's next word, and another word where they are too
    high for the 62 letters and digits. All words drawn at once give the same text, and leave the generator in
    the same state.
    """
    get_random_string = MotoRandom.get_random_string

    def draw_at_once(
        generator: MotoRandom,
        length: int = 20,
        include_digits: bool = True,  # noqa: FBT001, FBT002 - moto's signature
        lower_case: bool = False,  # noqa: FBT001, FBT002
    ) -> str:
        if not include_digits:
            return get_random_string(generator, length, include_digits, lower_case)
        drawn = b""
        while len(drawn) < length:
            words = length - len(drawn)
            upper_bytes = generator.getrandbits(32 * words).to_bytes(4 * words, "little")[3::4]
            drawn += upper_bytes.translate(_LETTER_OF, _TOO_HIGH)
        text = drawn.decode()
        return text.lower() if lower_case else text

    patches.set(MotoRandom, "get_random_string", draw_at_once)
