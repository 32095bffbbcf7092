"""Words for names."""

from __future__ import annotations

import pytest
from codechoir.settings import WordingOptions
from codechoir.wording.language_verbalizer import LanguageVerbalizer
from codechoir.wording.names import split_name

PYTHON = LanguageVerbalizer(WordingOptions(), "python")
MARKED = LanguageVerbalizer(WordingOptions(capitals="word"), "python")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("user", ["user"]),
        ("userName", ["user", "Name"]),
        ("HTTPServer", ["HTTP", "Server"]),
        ("parseHTTPHeader2", ["parse", "HTTP", "Header", "2"]),
        ("snake_case-kebab$x", ["snake", "case", "kebab", "x"]),
        ("utf8", ["utf8"]),
        ("toUTF8String", ["to", "UTF8", "String"]),
        ("iOSApp", ["iOS", "App"]),
        ("parseURLs", ["parse", "URLs"]),
        ("userIDsByName", ["user", "IDs", "By", "Name"]),
        ("NSString", ["NS", "String"]),
        ("OAuth2Client", ["OAuth2", "Client"]),
        ("straßeÖffnen", ["straße", "Öffnen"]),
        ("ЮникодИмя", ["Юникод", "Имя"]),
        ("ΑΒΓδέ", ["ΑΒ", "Γδέ"]),
        ("x1y2", ["x", "1", "y", "2"]),
        ("", []),
        ("__", []),
    ],
)
def test_boundaries(name: str, parts: list[str]) -> None:
    assert split_name(name, PYTHON.table.section("whole")) == parts


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("total", "total"),
        ("_total", "private total"),
        ("__init__", "dunder init"),
        ("__total", "double underscore total"),
        ("total_", "total underscore"),
        ("_", "underscore"),
        ("MAX_SIZE", "max size"),
        ("HTTPServer", "h t t p server"),
        ("listAPIs", "list a p i s"),
        ("_1", "underscore one"),
        ("kwargs", "kwargs"),
        ("xml", "x m l"),
        ("user_id", "user i d"),
        ("stdin", "standard in"),
        ("sha256", "sha two fifty six"),
        ("int32", "int thirty two"),
        ("item2", "item two"),
        ("port_65535", "port underscore six five five three five"),
        ("aaaaaaaa", "eight a"),
        ("rhythm", "rhythm"),
        ("café", "café"),
        ("ｆｕｌｌ", "full"),
        ("a.b", "a dot b"),
    ],
)
def test_words(name: str, said: str) -> None:
    assert PYTHON.names.words(name, "some") == said


def test_joiners_are_named_from_the_level_of_their_symbol_on() -> None:
    assert PYTHON.names.words("user_name", "some") == "user name"
    assert PYTHON.names.words("user_name", "most") == "user underscore name"
    assert PYTHON.names.words("__init__", "most") == "underscore underscore init underscore underscore"


def test_capitals_can_be_marked_by_a_word() -> None:
    assert MARKED.names.words("parseHTTPHeader", "some") == "parse all caps h t t p cap header"


def test_a_single_letter_is_spelled() -> None:
    assert PYTHON.names.fragment("x", "some").spell
    assert not PYTHON.names.fragment("xs_total", "some").spell
    assert PYTHON.names.fragment("xml", "some").spell


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("parseHTTPHeader2", ["parse", "h t t p +", "header +", "two"]),
        ("MAX_SIZE", ["max size +"]),
        ("_PrivateName", ["private private +", "name +"]),
        ("Foo_bar", ["foo +", "bar"]),
        ("snake_case", ["snake case"]),
        ("None", ["none +"]),
        ("straßeÖffnen", ["straße öffnen"]),
    ],
)
def test_capitals_can_be_marked_by_the_voice(name: str, parts: list[str]) -> None:
    said = LanguageVerbalizer(WordingOptions(capitals="pitch"), "python").names.fragments(name, "some")
    assert [f"{part.text} +" if part.capture == "capital" else part.text for part in said] == parts
    ends = [*(part.start for part in said[1:]), -1]
    assert [part.end for part in said] == ends
