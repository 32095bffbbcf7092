"""Which nodes of a grammar define a symbol, as one table.

To add a language: a row here. A definition's name is its field `name` unless the row says otherwise; names
that hide in declarators (C, C++) are followed down the field `declarator`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

CONTAINERS = frozenset({"class", "struct", "interface", "trait", "implementation", "enum", "record", "union"})
"""Kinds whose functions are methods."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of a grammar.

    `kinds`: node type → what it is called. `name_fields`: where the name stands, if not in `name`.
    `namers`: node types around a definition without a name that give it one (`typedef struct {…} name`).
    `wrappers`: node types around a definition that belong to it (decorators, `export`, `template <…>`).
    `only_with`: node types that define something only if they have this field; `values`: or only if the named
    field holds one of these types; `declares`: or only if they declare a function, outside of any function.
    `shapes`: node types whose kind is that of what a field of theirs holds. `returns`: node types that leave
    a function with a value.
    """

    kinds: dict[str, str]
    name_fields: dict[str, str] = field(default_factory=dict)
    namers: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    only_with: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    declares: frozenset[str] = frozenset()
    shapes: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    returns: frozenset[str] = frozenset({"return_statement"})


_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression", "generator_function"})
_JAVASCRIPT = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "method",
    "variable_declarator": "function",
}
_FUNCTION_VALUE = {"variable_declarator": ("value", _FUNCTION_VALUES)}
_FIELD = {"field_definition": ("value", _FUNCTION_VALUES)}
_TYPED_FIELD = {"public_field_definition": ("value", _FUNCTION_VALUES)}
_JAVASCRIPT_WRAPPERS = frozenset({"export_statement", "lexical_declaration", "variable_declaration"})
_TYPESCRIPT = Definitions(
    {
        **_JAVASCRIPT,
        "abstract_class_declaration": "class",
        "interface_declaration": "interface",
        "enum_declaration": "enum",
        "type_alias_declaration": "type",
        "internal_module": "namespace",
        "public_field_definition": "method",
        "abstract_method_signature": "method",
        "method_signature": "method",
        "function_signature": "function",
    },
    wrappers=_JAVASCRIPT_WRAPPERS,
    values=_FUNCTION_VALUE | _TYPED_FIELD,
)
_C = {
    "function_definition": "function",
    "struct_specifier": "struct",
    "union_specifier": "union",
    "enum_specifier": "enum",
}
_WITH_BODY = {"struct_specifier": "body", "union_specifier": "body", "enum_specifier": "body"}

DEFINITIONS: dict[str, Definitions] = {
    "python": Definitions(
        {"function_definition": "function", "class_definition": "class"},
        wrappers=frozenset({"decorated_definition"}),
    ),
    "javascript": Definitions(
        _JAVASCRIPT | {"field_definition": "method"},
        name_fields={"field_definition": "property"},
        wrappers=_JAVASCRIPT_WRAPPERS,
        values=_FUNCTION_VALUE | _FIELD,
    ),
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "rust": Definitions(
        {
            "function_item": "function",
            "function_signature_item": "function",
            "struct_item": "struct",
            "union_item": "union",
            "enum_item": "enum",
            "trait_item": "trait",
            "impl_item": "implementation",
            "mod_item": "module",
            "macro_definition": "macro",
        },
        name_fields={"impl_item": "type"},
        only_with={"mod_item": "body"},
        returns=frozenset({"return_expression"}),
    ),
    "go": Definitions(
        {
            "function_declaration": "function",
            "method_declaration": "method",
            "method_elem": "method",
            "type_spec": "type",
        },
        wrappers=frozenset({"type_declaration"}),
        shapes={"type_spec": ("type", {"struct_type": "struct", "interface_type": "interface"})},
    ),
    "java": Definitions(
        {
            "class_declaration": "class",
            "interface_declaration": "interface",
            "enum_declaration": "enum",
            "record_declaration": "record",
            "annotation_type_declaration": "annotation",
            "method_declaration": "method",
            "constructor_declaration": "constructor",
        }
    ),
    "c": Definitions(
        {**_C, "declaration": "function"},
        name_fields={"function_definition": "declarator", "declaration": "declarator"},
        namers=frozenset({"type_definition"}),
        wrappers=frozenset({"type_definition"}),
        only_with=_WITH_BODY,
        declares=frozenset({"declaration"}),
    ),
    "cpp": Definitions(
        {
            **_C,
            "class_specifier": "class",
            "namespace_definition": "namespace",
            "declaration": "function",
            "field_declaration": "function",
        },
        name_fields=dict.fromkeys(("function_definition", "declaration", "field_declaration"), "declarator"),
        namers=frozenset({"type_definition"}),
        wrappers=frozenset({"template_declaration", "type_definition"}),
        only_with={**_WITH_BODY, "class_specifier": "body"},
        declares=frozenset({"declaration", "field_declaration"}),
    ),
    "csharp": Definitions(
        {
            "class_declaration": "class",
            "struct_declaration": "struct",
            "interface_declaration": "interface",
            "enum_declaration": "enum",
            "record_declaration": "record",
            "method_declaration": "method",
            "constructor_declaration": "constructor",
            "property_declaration": "property",
            "local_function_statement": "function",
            "namespace_declaration": "namespace",
        }
    ),
    "ruby": Definitions(
        {"method": "function", "singleton_method": "function", "class": "class", "module": "module"},
        returns=frozenset({"return"}),
    ),
    "php": Definitions(
        {
            "function_definition": "function",
            "method_declaration": "method",
            "class_declaration": "class",
            "interface_declaration": "interface",
            "trait_declaration": "trait",
            "enum_declaration": "enum",
        }
    ),
    "bash": Definitions({"function_definition": "function"}, returns=frozenset()),
}
"""By the grammar's key in `grammars.py`."""
