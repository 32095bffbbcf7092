"""Makes `lsprotocol.types` build each of its classes when it is first used.

The module defines 554 classes with attrs, which writes and compiles the methods of each: 200 ms, more than a
third of the time from the start of the process to the first sound. The server uses some thirty of them.

`build_types_on_demand` imports the module with another `attrs.define`, which only puts descriptors where
attrs will put what it writes. Whoever first looks at one of them (a call of the class, `attrs.fields`,
cattrs) makes attrs build the class, in place. A class differs from upstream's in one thing: it has no
`__slots__`, since adding them needs a new class, so that an attribute that it does not define can be set.
"""

from __future__ import annotations

import builtins
import importlib.util
import sys
import threading
from types import ModuleType, SimpleNamespace
from typing import Any

MODULE = "lsprotocol.types"

_OF_EACH_CLASS = ("__dict__", "__weakref__")


def build_types_on_demand() -> None:
    """Imports `lsprotocol.types` so that it builds its classes on demand; not if it was imported before."""
    if MODULE in sys.modules:
        return
    import lsprotocol

    sys.modules[MODULE] = lsprotocol.types = load_types(MODULE)
    from lsprotocol import _hooks

    _hooks._resolved_forward_references = True  # each class resolves its own, when it is built


def load_types(name: str) -> ModuleType:
    """Returns a new module `name` with the types of LSP, none of which is built."""
    import attrs

    spec = importlib.util.find_spec(MODULE)
    code = spec.loader.get_code(MODULE) if spec is not None and spec.loader is not None else None  # type: ignore[attr-defined]
    if spec is None or code is None:
        raise ImportError(f"{MODULE} has no Python code", name=MODULE)
    module = ModuleType(name)
    module.__package__, module.__spec__, module.__file__ = spec.parent, spec, spec.origin
    builder = _TypesBuilder(module)
    stand_in = SimpleNamespace(**vars(attrs) | {"define": builder.defer})

    def import_with_stand_in(wanted: str, *arguments: Any, **options: Any) -> Any:
        return stand_in if wanted == "attrs" else builtins.__import__(wanted, *arguments, **options)

    names = vars(module)
    names["__builtins__"] = vars(builtins) | {"__import__": import_with_stand_in}
    exec(code, names)
    names["__builtins__"] = builtins
    return module


class _TypesBuilder:
    """Builds the classes of one module. May be used by any thread."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._lock = threading.RLock()
        names = ("__init__", "__attrs_attrs__", "__match_args__")
        self._written_by_attrs = [_BuiltOnAccess(name, self) for name in names]

    def defer(self, cls: type) -> type:
        """Stands in for `attrs.define`."""
        for descriptor in self._written_by_attrs:
            setattr(cls, descriptor.name, descriptor)
        return cls

    def build(self, cls: type) -> None:
        """Lets attrs complete a class; nothing if it is complete.

        attrs works on a copy, and what it wrote is moved to the class: another thread must never see the
        class half made. `__init__` comes last, since it says that the class is complete.
        """
        import attrs

        with self._lock:
            own = dict(vars(cls))
            if not isinstance(own["__init__"], _BuiltOnAccess):
                return
            on_demand = [each.name for each in self._written_by_attrs]
            kept = {name: value for name, value in own.items() if name not in (*on_demand, *_OF_EACH_CLASS)}
            copy = attrs.define(type(cls.__name__, cls.__bases__, kept), slots=False)
            attrs.resolve_types(copy, self._module.ALL_TYPES_MAP, {})
            written = {name: value for name, value in vars(copy).items() if name not in _OF_EACH_CLASS}
            for name in kept.keys() - written.keys():
                delattr(cls, name)
            for name, value in sorted(written.items(), key=lambda each: each[0] in on_demand):
                if name != "__init__" and (name not in own or own[name] is not value):
                    setattr(cls, name, cls if value is copy else value)
            cls.__init__ = written["__init__"]  # type: ignore[misc]


class _BuiltOnAccess:
    """Stands where attrs will write the attribute `name` of a class."""

    def __init__(self, name: str, builder: _TypesBuilder) -> None:
        self.name = name
        self._builder = builder

    def __get__(self, instance: object, owner: type) -> Any:
        self._builder.build(owner)
        return getattr(owner if instance is None else instance, self.name)
