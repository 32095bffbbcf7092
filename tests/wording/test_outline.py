"""Outlines in every main language; descriptions of a position."""

from __future__ import annotations

from pathlib import Path

import pytest
from codechoir.languages import detection, grammar_names, load_symbol_query
from codechoir.model import Category
from codechoir.settings import WordingOptions
from codechoir.syntax import Symbol
from codechoir.syntax.document import Document, Snapshot
from codechoir.wording import Wording, outline
from codechoir.wording.characters import is_speakable
from codechoir.wording.table_files import load_word_table
from hypothesis import given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).parent / "golden"
WORDING = Wording()
CART = """class Cart:
    def total(self, items, tax):
        if not items:
            return 0
        return sum(items) * tax

    def clear(self):
        self.items = []
"""


def snapshot(text: str | bytes, language: str = "python") -> Snapshot:
    known = detection.language_named(language)
    assert known is not None
    return Document(text, known).snapshot()


def golden(language: str) -> Snapshot:
    return snapshot((GOLDEN / f"{language}.source").read_bytes(), language)


def test_the_outline_of_a_file() -> None:
    assert WORDING.outline(snapshot(CART)).text().splitlines() == [
        "python, eight lines, one class",
        "class cart, two methods, eight lines",
        "method total, takes items and tax, four lines, two returns",
        "method clear, two lines",
    ]


def test_the_outline_of_one_symbol() -> None:
    at = CART.index("clear")
    assert WORDING.outline(snapshot(CART), at).text() == "method clear, two lines"


def test_a_file_without_symbols_says_so() -> None:
    assert WORDING.outline(snapshot("x = 1\n")).text() == "python, one line, no functions and no types"


def test_kind_name_and_parameters_have_their_own_voices() -> None:
    outline = WORDING.outline(snapshot(CART))
    phrase = list(outline.phrases())[2]
    assert [part.category for part in phrase] == [
        *(Category.NARRATION, Category.FUNCTION, Category.VARIABLE, Category.NARRATION)
    ]
    assert CART.encode()[phrase[1].start : phrase[1].end] == b"total"


def test_the_outline_for_programs() -> None:
    told = WORDING.outline(snapshot(CART)).as_json()
    assert told["language"] == "python"
    assert told["lines"] == 8
    total = told["symbols"][1]
    assert (total["kind"], total["name"], total["line"], total["lines"]) == ("method", "total", 2, 4)
    assert total["parameters"] == ["self", "items", "tax"]
    assert total["returns"] == 2
    assert total["text"] == "method total, takes items and tax, four lines, two returns"


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "method total, takes names, rate and extra, seven lines, two returns"),
        ("javascript", "class cart, one method, four lines"),
        ("typescript", "function is item, takes x, one line, one return"),
        ("rust", "implementation stack, one method, fourteen lines"),
        ("go", "method push of queue, takes x s, eighteen lines, one return"),
        ("java", "method kind, takes d, one line, one return"),
        ("c", "function main, takes arg c and arg v, eleven lines, one return, Starts the program"),
        ("cpp", "class stack, three methods, eight lines"),
        ("csharp", "method run, takes x and args, six lines, one return"),
        ("ruby", "method initialize, takes items, tax, rest, opts and block, five lines"),
        ("php", "method total, takes tax, six lines, one return"),
        ("bash", "function greet, one line"),
    ],
)
def test_every_main_language_has_an_outline(language: str, line: str) -> None:
    assert line in WORDING.outline(golden(language)).text().splitlines()


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("cpp", "struct A { A& operator=(const A&); };", "method operator equals, one line"),
        ("cpp", "struct A { int operator()(int i); };", "method operator call, takes i, one line"),
        ("cpp", "struct A { ~A(); };", "method destructor a, one line"),
        ("cpp", "int a::b(int n) { return n; }", "function a scope b, takes n, one line, one return"),
        ("c", "typedef struct { int a; } pair;", "struct pair, one line"),
        ("c", "char *name(void);", "function name, one line"),
        ("ruby", "class A\n def <=>(o) = 1\nend", "method operator compared to, takes o, one line"),
        ("ruby", "class A\n def n=(v); end\nend", "method n setter, takes v, one line"),
        ("javascript", "class A { [Symbol.iterator]() {} }", "method computed symbol dot iterator, one line"),
        ("javascript", "class A { f = (x) => x }", "method f, takes x, one line"),
        ("typescript", "interface A { f(x: T): U }", "method f, takes x, one line"),
        ("typescript", "abstract class A { abstract f(): U }", "method f, one line"),
        ("go", "package a\ntype A struct {\n}\n", "struct a, two lines"),
        ("go", "package a\ntype A interface {\n\tF(x int)\n}\n", "method f, takes x, one line"),
    ],
)
def test_symbols_without_a_plain_name(language: str, code: str, line: str) -> None:
    known = detection.language_named(language)
    assert known is not None
    assert line in WORDING.outline(Document(code, known).snapshot()).text().splitlines()


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("go", "package a\nfunc (s *Server) Run() {}\n", "method run of server, one line"),
        ("rust", "impl Iterator for Walk {}", "implementation iterator for walk, one line"),
        (
            "rust",
            "impl<T> fmt::Display for Cart<T> {}",
            "implementation format path display for cart, one line",
        ),
        ("kotlin", "fun String.shout(): String = this\n", "function shout of string, one line"),
        ("lua", "function Cart:total() end", "method total of cart, one line"),
        ("javascript", "exports.f = (a) => a", "function f, takes a, one line"),
        ("javascript", "const MAX = 1", "constant max, one line"),
        (
            "tsx",
            "const A = memo(forwardRef(({ a, b }, ref) => 1))",
            "function a, takes a, b and ref, one line",
        ),
        ("markdown", "# Use `--all` *now*\n", "section Use dash dash all now, one line"),
        ("css", ".a:hover > b { }", "rule class a state hover child b, one line"),
        ("html", "<h1>Your cart</h1>", "heading Your cart, one line"),
        ("yaml", "on-push:\n  a: 1\n", "key on push, two lines"),
        ("toml", "[a.b]\n", "table a dot b, one line"),
        ("c", "#define MAX 1\n", "constant max, one line"),
    ],
)
def test_what_is_related_to_a_symbol_is_in_its_name(language: str, code: str, line: str) -> None:
    assert line in WORDING.outline(snapshot(code, language)).text().splitlines()


@pytest.mark.parametrize(
    ("language", "code", "sentence"),
    [
        ("python", 'def f():\n    """Adds them. Then stops."""\n', "Adds them"),
        (
            "python",
            'def f():\n    """\n    Adds `a_b`, e.g. two\n    of them.\n\n    Args:\n    """\n',
            "Adds a b for example two of them",
        ),
        ("java", "/**\n * Adds {@code a}.\n * @param a this\n */\nclass A {}", "Adds a"),
        ("java", "/** @param a this */\nclass A {}", ""),
        ("csharp", "/// <summary>\n/// Adds them.\n/// </summary>\nclass A {}", "Adds them"),
        ("rust", "/// Adds.\n///\n/// More\nfn f() {}", "Adds"),
        ("haskell", "-- | Adds them.\nf x = x\n", "Adds them"),
        ("powershell", "<#\n.SYNOPSIS\nAdds them.\n#>\nfunction F { }", "Adds them"),
        ("c", "// Copyright 2026 A. B.\nint f(void);", ""),
        ("javascript", "// eslint-disable-next-line\nfunction f() {}", ""),
        ("javascript", "// return f(a);\nfunction f() {}", ""),
    ],
)
def test_the_first_sentence_of_the_documentation_is_in_the_outline(
    language: str, code: str, sentence: str
) -> None:
    (symbol,) = WORDING.outline(snapshot(code, language)).as_json()["symbols"]
    assert symbol["summary"] == sentence
    assert symbol["text"].endswith(f", {sentence}" if sentence else "line" if symbol["lines"] == 1 else "s")


def test_the_documentation_has_the_voice_of_comments() -> None:
    _, phrase = WORDING.outline(snapshot('def f():\n    """Adds."""\n')).phrases()
    assert [(part.text, part.category) for part in phrase][-1] == ("Adds", Category.COMMENT)


@pytest.mark.parametrize("natural", ["en", "de"])
def test_every_kind_of_symbol_has_a_singular_and_a_plural(natural: str) -> None:
    kinds = load_word_table(natural, "").section("symbol_kinds")
    for name in grammar_names():
        query = load_symbol_query(name)
        if query is not None:
            captures = [query.query.capture_name(i) for i in range(query.query.capture_count)]
            named = {c.partition(".")[2] for c in captures if c.startswith(("symbol.", "prototype."))}
            assert named <= set(kinds), name
    assert all(len(words) == 2 for words in kinds.values())


def test_the_outline_in_german() -> None:
    german = Wording(WordingOptions(natural_language="de"))
    assert (
        "Methode total, nimmt items und tax, vier Zeilen, zwei Rücksprünge"
        in german.outline(snapshot(CART)).text().splitlines()
    )


def test_a_description_goes_from_the_character_to_the_line() -> None:
    found = WORDING.describe(snapshot(CART), CART.index("* tax"))
    assert found.words == (
        "star, in the operator star, which says times, in method total, in class cart, "
        "line five, column twenty seven"
    )
    assert [symbol["name"] for symbol in found.as_json()["symbols"]] == ["Cart", "total"]
    assert (found.character, found.code_point, found.role) == ("*", "U+002A", "times")


def test_a_description_has_capture_and_code_point() -> None:
    code = "def f(\u00c9): pass\n"
    found = WORDING.describe(snapshot(code), code.index("\u00c9"))
    assert found.words == (
        "capital e acute, in the variable é, kind parameter, bracket depth one, in function f, "
        "line one, column seven"
    )
    assert (found.code_point, found.unicode_name) == ("U+00C9", "LATIN CAPITAL LETTER E WITH ACUTE")


def test_blanks_and_the_end_of_the_text_can_be_described() -> None:
    assert WORDING.describe(snapshot("a  b"), 1).words == "space, between tokens, line one, column two"
    assert WORDING.describe(snapshot("a"), 99).words == "between tokens, line one, column two"
    assert WORDING.describe(snapshot(""), 0).words == "between tokens, line one, column one"


@settings(max_examples=40, deadline=None)
@given(st.text(), st.integers(0, 20))
def test_outline_and_description_of_any_text_can_be_spoken(text: str, at: int) -> None:
    source = snapshot(text)
    assert is_speakable(WORDING.describe(source, at).words)
    assert all(is_speakable(part.text) for phrase in WORDING.outline(source).phrases() for part in phrase)


def test_the_work_for_an_outline_grows_with_the_number_of_symbols_and_not_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = 0
    holds = outline._holds

    def counted(outer: Symbol, inner: Symbol) -> bool:
        nonlocal compared
        compared += 1
        return holds(outer, inner)

    monkeypatch.setattr(outline, "_holds", counted)
    methods = "".join(f"    def m{number}(self):\n        pass\n\n" for number in range(500))
    code = f"class Big:\n{methods}" + "".join(f"def f{number}():\n    pass\n\n" for number in range(500))
    as_json = WORDING.outline(snapshot(code)).as_json()
    assert len(as_json["symbols"]) == 1001 and compared < 3 * 1001
    assert "five hundred methods" in as_json["symbols"][0]["text"]
