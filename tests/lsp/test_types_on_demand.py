"""Types that are built on demand behave as upstream's, all of them."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
import threading
from types import ModuleType
from typing import Any, cast

import attrs
import pytest
from codechoir.lsp.types_on_demand import build_types_on_demand, load_types
from lsprotocol import types as upstream

BUILT_ONCE = "codechoir_test_types"
COMPARED = ("default", "validator", "type", "kw_only", "init", "eq", "order", "repr", "converter")
OF_SLOTS = {"__slots__", "__attrs_own_setattr__", "__getstate__", "__setstate__"}


@pytest.fixture(scope="module")
def on_demand() -> ModuleType:
    return load_types(BUILT_ONCE)


def attrs_classes(module: ModuleType) -> dict[str, type]:
    return {
        name: value for name, value in vars(module).items() if isinstance(value, type) and attrs.has(value)
    }


def is_built(value: object) -> bool:
    return isinstance(value, type) and isinstance(vars(value).get("__attrs_attrs__"), tuple)


def described(value: object) -> str:
    """The text of a type, a default or a validator, without the name of its module and its address."""
    return repr(value).replace(BUILT_ONCE, "lsprotocol.types").split(" at 0x")[0]


def test_no_class_is_built_before_it_is_used() -> None:
    types = load_types("codechoir_test_unused")
    assert "line" in vars(types.Position)["__annotations__"]
    assert not any(is_built(one) for one in vars(types).values())
    types.Position(1, 2)
    assert is_built(types.Position) and not is_built(types.Range)


def test_all_names_are_there(on_demand: ModuleType) -> None:
    missing = vars(upstream).keys() - vars(on_demand).keys()
    assert [name for name in missing if not name.startswith("__")] == []
    assert len(attrs_classes(upstream)) == len(attrs_classes(on_demand)) > 500
    assert on_demand.ALL_TYPES_MAP["Position"] is on_demand.Position


@pytest.mark.parametrize("initial", sorted({name[0] for name in attrs_classes(upstream)}))
def test_every_class_has_the_fields_and_methods_of_upstream(on_demand: ModuleType, initial: str) -> None:
    upstream_converter_resolves_types()
    for name, theirs in attrs_classes(upstream).items():
        if name[0] != initial:
            continue
        ours = attrs_classes(on_demand)[name]
        for attribute in COMPARED:
            mine, their = (
                [(field.name, described(getattr(field, attribute))) for field in attrs.fields(one)]
                for one in (ours, theirs)
            )
            assert mine == their, (name, attribute)
        assert described(inspect.signature(ours)) == described(inspect.signature(theirs)), name
        assert ours.__match_args__ == theirs.__match_args__, name  # type: ignore[attr-defined]
        assert (ours.__hash__ is None) == (theirs.__hash__ is None), name
        assert ours.__doc__ == theirs.__doc__, name
        missing = set(vars(theirs)) - set(vars(ours)) - {field.name for field in attrs.fields(theirs)}
        assert missing <= OF_SLOTS, name


def upstream_converter_resolves_types() -> None:
    from lsprotocol.converters import get_converter

    get_converter()


def test_instances_compare_copy_and_check_as_those_of_upstream(on_demand: ModuleType) -> None:
    for types in (on_demand, upstream):
        one, same, other = types.Position(1, 2), types.Position(line=1, character=2), types.Position(1, 3)
        assert one == same != other and other > one and repr(one) == "1:2"
        assert copy.copy(one) == one == copy.deepcopy(one) == attrs.evolve(other, character=2)
        assert attrs.asdict(types.Range(one, other))["end"] == {"line": 1, "character": 3}
        with pytest.raises(ValueError, match=r"Position\.line should be in range"):
            types.Position(-1, 2)
        with pytest.raises(TypeError, match="missing 1 required positional argument"):
            types.Position(1)
        with pytest.raises(TypeError, match="unhashable"):
            hash(types.TextEdit(types.Range(one, other), "new"))
        one.line = 5
        with pytest.raises(ValueError):
            one.line = "five"
        match same:
            case types.Position(line, character):
                assert (line, character) == (1, 2)


def test_a_thread_never_sees_a_class_half_made(monkeypatch: pytest.MonkeyPatch) -> None:
    types = load_types("codechoir_test_threads")
    define, reached, may_go_on = attrs.define, threading.Event(), threading.Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        reached.set()
        may_go_on.wait(30)
        return define(*arguments, **options)

    monkeypatch.setattr(attrs, "define", slow)
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(types.Position(1, 2))) for _ in range(2)]
    threads[0].start()
    assert reached.wait(30)
    threads[1].start()  # while the first builds the class
    threads[1].join(0.1)
    may_go_on.set()
    for thread in threads:
        thread.join(30)
    assert len(made) == 2 and made[0] == made[1] and repr(made[0]) == "1:2"


SERVER = """
import sys
{prepare}
from pygls.protocol import default_converter
from lsprotocol import types
converter = default_converter()
position = {{"line": 1, "character": 2}}
span = {{"start": position, "end": position}}
document = {{"uri": "untitled:a", "languageId": "python", "version": 1, "text": "x"}}
changes = [{{"text": "x"}}, {{"range": span, "text": "y"}}]
capabilities = {{
    "general": {{"positionEncodings": ["utf-8", "x"]}}, "workspace": {{"configuration": True}}
}}
messages = [
    (
        types.DidOpenTextDocumentNotification,
        {{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {{"textDocument": document}}}},
    ),
    (
        types.DidChangeTextDocumentParams,
        {{"textDocument": {{"uri": "a", "version": 2}}, "contentChanges": changes}},
    ),
    (
        types.InitializeParams,
        {{"processId": 1, "rootUri": None, "capabilities": capabilities, "workspaceFolders": None}},
    ),
    (
        types.ServerCapabilities,
        {{"textDocumentSync": 2, "hoverProvider": True, "positionEncoding": "utf-16",
          "executeCommandProvider": {{"commands": ["a"]}}}},
    ),
    (types.Hover, {{"contents": {{"kind": "markdown", "value": "*x*"}}, "range": span}}),
    (types.CompletionList, {{"isIncomplete": False, "items": [{{"label": "a", "kind": 3}}]}}),
]
for form, message in messages:
    made = converter.structure(message, form)
    print(made, converter.unstructure(made))
for wrong in ({{"line": "x", "character": 2}}, {{"line": 1}}, None, []):
    try:
        print(converter.structure(wrong, types.Position))
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_messages_are_read_and_written_as_with_upstream() -> None:
    ours, theirs = (
        subprocess.run(
            [sys.executable, "-c", SERVER.format(prepare=prepare)], capture_output=True, text=True, check=True
        ).stdout
        for prepare in (
            "from codechoir.lsp.types_on_demand import build_types_on_demand; build_types_on_demand()",
            "",
        )
    )
    assert ours == theirs
    assert len(ours.splitlines()) >= 10


def test_what_was_imported_before_stays() -> None:
    module = sys.modules["lsprotocol.types"]
    build_types_on_demand()
    assert cast(ModuleType, sys.modules["lsprotocol.types"]) is module is upstream


def test_the_server_builds_few_of_them() -> None:
    code = (
        "from codechoir.lsp.types_on_demand import build_types_on_demand; build_types_on_demand()\n"
        "from codechoir.lsp.language_server import CodechoirLanguageServer\n"
        "from pygls.protocol import default_converter\n"
        "default_converter()\n"
        "from lsprotocol import types\n"
        "classes = [one for one in vars(types).values() if isinstance(one, type)]\n"
        "print(sum(isinstance(vars(one).get('__attrs_attrs__'), tuple) for one in classes))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0 < int(done.stdout) < 60


def test_pickled_values_come_back() -> None:
    # the classes of the server are found under upstream's name
    code = (
        "from codechoir.lsp.types_on_demand import build_types_on_demand; build_types_on_demand()\n"
        "import pickle\nfrom lsprotocol import types\n"
        "assert pickle.loads(pickle.dumps(types.Position(1, 2))) == types.Position(1, 2)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert pickle.loads(pickle.dumps(upstream.Position(1, 2))) == upstream.Position(1, 2)
