"""Diffs: their parts, and the spans of both sides of each hunk."""

from __future__ import annotations

import pytest
from codechoir.languages import detect_language, language_named
from codechoir.model import Category, Span
from codechoir.syntax import ROLES, Document, Snapshot
from codechoir.syntax.diff_analysis import MOST_COMPARED, _HunkSpans
from codechoir.syntax.diff_text import parse_diff
from hypothesis import given
from hypothesis import strategies as st

SAMPLE = """\
diff --git a/src/app.py b/src/app.py
index 123..456 100644
--- a/src/app.py
+++ b/src/app.py
@@ -10,6 +10,7 @@ def load(path):
     with open(path) as file:
         text = file.read()
-    return parse(text, old)
+    # keep the comment
+    return parse(text, new)
{blank}
{blank}
 def save(path):
diff --git a/old.js b/old.js
deleted file mode 100644
--- a/old.js
+++ /dev/null
@@ -1,2 +0,0 @@
-const a = 1;
--- b;
""".replace("{blank}", " ")


def snapshot(text: str) -> Snapshot:
    language = language_named("diff")
    assert language is not None
    return Document(text, language).snapshot()


def spans_of(text: str, line: str) -> list[tuple[str, Span]]:
    source = snapshot(text)
    at = text.encode().find(("\n" + line).encode()) + 1
    found = source.spans(at, at + len(line.encode()))
    return [(source.text[span.start : span.end].decode(), span) for span in found]


def changed(text: str, line: str) -> list[tuple[str, str]]:
    return [(token, span.change) for token, span in spans_of(text, line)]


# ---- parts -------------------------------------------------------------------------------------------------


def test_files_and_hunks() -> None:
    files = parse_diff(SAMPLE.encode()).files
    assert [(file.name, file.status, len(file.hunks)) for file in files] == [
        ("src/app.py", "changed", 1),
        ("old.js", "deleted", 1),
    ]
    kinds = [line.kind for line in files[0].hunks[0].lines]
    assert kinds == ["context", "context", "removed", "added", "added", "context", "context", "context"]
    assert [line.kind for line in files[1].hunks[0].lines] == ["removed", "removed"]  # `--- b;` is `-- b;`


@pytest.mark.parametrize(
    ("header", "name", "status"),
    [
        ("--- a.c\t2026-01-01 10:00\n+++ a.c\t2026-01-02 10:00\n", "a.c", "changed"),
        ("diff --git a/x y.c b/x y.c\nnew file mode 100644\n--- /dev/null\n+++ b/x y.c\n", "x y.c", "new"),
        ("diff --git a/a b/b\nsimilarity index 90%\nrename from a\nrename to b\n", "b", "renamed"),
        ("diff --git a/p.png b/p.png\nBinary files a/p.png and b/p.png differ\n", "p.png", "changed"),
        ('--- "a/\\303\\244.c"\n+++ "b/\\303\\244.c"\n', "\\303\\244.c", "changed"),
        ("diff --git a/empty b/empty\nnew file mode 100644\n", "empty", "new"),
        ("diff -r 0a1b a.py\n--- a/a.py\n+++ b/a.py\n", "a.py", "changed"),
    ],
)
def test_names_and_what_happened(header: str, name: str, status: str) -> None:
    (file,) = parse_diff(header.encode()).files
    assert (file.name, file.status) == (name, status)


def test_text_around_a_diff_is_text() -> None:
    found = parse_diff(("commit 1234\n\n    A message\n\n" + SAMPLE + "-- \n2.40.0\n").encode())
    kinds = ["file" if not hasattr(part, "kind") else part.kind for part in found.parts]
    assert kinds == ["text"] * 4 + ["file", "file"] + ["text"] * 2


# ---- spans -------------------------------------------------------------------------------------------------


def test_each_side_is_parsed_in_the_language_of_the_file() -> None:
    (sign, text, *_), *_ = [spans_of(SAMPLE, "-    return parse(text, old)")]
    assert (sign[1].role, sign[1].language) == ("diff.removed", "diff")
    assert (text[0], text[1].category, text[1].language) == ("return", Category.KEYWORD, "python")
    assert spans_of(SAMPLE, "-const a = 1;")[1][1].language == "javascript"
    assert next(span.role for _, span in spans_of(SAMPLE, "--- b;")) == "diff.removed.more"


def test_context_added_and_removed_lines_say_so() -> None:
    assert {change for _, change in changed(SAMPLE, "     with open(path) as file:")} == {"context"}
    assert changed(SAMPLE, "+    # keep the comment")[1] == ("# keep the comment", "added")


def test_what_differs_between_two_versions_of_a_line_is_marked() -> None:
    old = [token for token, change in changed(SAMPLE, "-    return parse(text, old)") if "edited" in change]
    new = [token for token, change in changed(SAMPLE, "+    return parse(text, new)") if "edited" in change]
    assert (old, new) == (["old"], ["new"])


def test_the_section_of_a_hunk_and_its_line_are_tokens() -> None:
    found = spans_of(SAMPLE, "@@ -10,6 +10,7 @@ def load(path):")
    assert [(text, span.role or span.category) for text, span in found[:4]] == [
        ("@@ -10,6 +", "diff.hunk"),
        ("10", Category.LITERAL),
        (",7 @@", "diff.header"),
        ("def", Category.KEYWORD),
    ]


def test_lines_of_many_tokens_are_compared_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def alike(*_: object) -> None:
        nonlocal compared
        compared += 1

    monkeypatch.setattr(_HunkSpans, "_compared", alike)
    removed, added = (
        "".join(f"{sign}{' '.join(row * 50)}\n" for _ in range(50))
        for sign, row in (("-", "ab"), ("+", "ba"))
    )
    assert len(snapshot(f"--- a/a.py\n+++ b/a.py\n@@ -1,50 +1,50 @@\n{removed}{added}").spans()) > 10_000
    assert compared == MOST_COMPARED // 100**2


REINDENTED = """\
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
-def a():
-  return 1
+def a():
+    return 1
"""

MOVED = """\
--- a/a.py
+++ b/a.py
@@ -1,4 +1,1 @@
-def a():
-    x = 1
-    return x
 b = 1
@@ -10,1 +7,4 @@
 c = 1
+def a():
+    x = 1
+    return x
"""


def roles(text: str) -> list[str]:
    return [span.role for span in snapshot(text).spans() if span.capture == "diff.sign"]


def test_lines_whose_white_space_alone_has_changed() -> None:
    assert roles(REINDENTED) == [
        "diff.removed.spaces",
        "diff.removed.more",
        "diff.added.more",
        "diff.added.more",
    ]
    assert {change for _, change in changed(REINDENTED, "-  return 1")} == {"same"}
    assert {change for _, change in changed(REINDENTED, "+    return 1")[1:]} == {"added"}


def test_lines_that_were_moved() -> None:
    assert [role for role in roles(MOVED) if not role.endswith("more")] == [
        "diff.removed.moved",
        "diff.added.moved",
    ]
    assert {change for _, change in changed(MOVED, "-    x = 1")} == {"same"}


def test_every_role_of_diffs_is_given_to_some_token() -> None:
    files = "new file mode 1\n--- /dev/null\n+++ b/a\ndiff --git a/b b/c\nrename from b\nrename to c\n"
    spans = snapshot(SAMPLE + REINDENTED + MOVED + BINARY + "diff --git a/a b/a\n" + files).spans()
    assert {span.role for span in spans if span.language == "diff"} - {""} == {
        role for role in ROLES if role.startswith("diff.") and role != "diff.file"
    }


def test_the_symbols_are_files_and_hunks() -> None:
    found = [(symbol.kind, symbol.name, symbol.depth) for symbol in snapshot(SAMPLE).symbols()]
    assert found == [
        ("file", "src/app.py", 0),
        ("hunk", "def load(path):", 1),
        ("file", "old.js", 0),
        ("hunk", "", 1),
    ]


@pytest.mark.parametrize("window", [1, 7, 40])
def test_windows_have_the_spans_of_the_whole(window: int) -> None:
    source = snapshot(SAMPLE + REINDENTED + MOVED)
    whole = source.spans()
    for start in range(0, len(source.text), window):
        end = start + window
        assert source.spans(start, end) == [s for s in whole if s.start < end and s.end > start]


LINES = st.sampled_from([*SAMPLE.splitlines(), *MOVED.splitlines(), "", "+", "-", " ", "\\ No newline", "@@"])


@given(st.lists(LINES, max_size=25).map("\n".join))
def test_any_lines_are_covered_by_disjoint_spans(text: str) -> None:
    source = snapshot(text)
    at = 0
    for span in source.spans():
        assert at <= span.start < span.end
        assert not source.text[at : span.start].strip()
        at = span.end
    assert not source.text[at:].strip()
    source.symbols()


# ---- where diffs are found ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["fix.diff", "0001-fix.PATCH"])
def test_by_the_name_of_the_file(path: str) -> None:
    assert detect_language(path, b"").name == "diff"


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        (None, SAMPLE, "diff"),
        (None, "commit 12\nAuthor: A\n\n    b\n\n" + SAMPLE, "diff"),
        (None, REINDENTED, "diff"),
        (None, "a list:\n--- one\n+++ two\n", "text"),
        (None, "x = 1\n", "text"),
        ("notes.txt", SAMPLE, "text"),
        ("app.py", SAMPLE, "python"),
    ],
)
def test_by_its_content_where_there_is_no_name(path: str | None, text: str, name: str) -> None:
    assert detect_language(path, text.encode()).name == name


def test_a_diff_in_a_fence_of_markdown() -> None:
    markdown = language_named("markdown")
    assert markdown is not None
    source = Document("```diff\n" + REINDENTED + "```\n", markdown).snapshot()
    assert next(span.role for span in source.spans() if span.capture == "diff.sign") == "diff.removed.spaces"


# ---- binary patches, and files without a line end at their end --------------------------------------------

BINARY = """\
diff --git a/icon.png b/icon.png
index 123..456 100644
GIT binary patch
literal 129
zcmV-{0Dk`fZZr#=|Fe3SoTWtOyLbvLc#s`Gvo|<)g%P6$7q6flOZ5^jG(}X!JKiq4
zjMBH`(O?SJF~fzW*UaKPcZEfo+rhNS0RQBTS6f}B#yA84CH7sg{yrp0OLpp*WLMdS
j2v6+@xp=QleHm(WMyP980G?xOVI8qz5w=>It^X;-P9Qwi

literal 0
HcmV?d00001

diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1 +1 @@
-return parse(text, old)
\\ No newline at end of file
+return parse(text, new)
\\ No newline at end of file
"""


def test_a_binary_patch_is_its_size() -> None:
    files = parse_diff(BINARY.encode()).files
    assert [(file.name, file.is_binary, len(file.hunks)) for file in files] == [
        ("icon.png", True, 0),
        ("a.py", False, 1),
    ]
    spans = snapshot(BINARY).spans(0, BINARY.index("diff --git a/a.py"))
    told = [(span.role, BINARY[span.start : span.end]) for span in spans if span.role != "diff.header"]
    assert [role for role, _ in told] == ["diff.file.changed", "", "diff.binary", "", "diff.data"]
    assert told[3] == ("", "129")


def test_versions_of_a_line_are_compared_if_the_file_does_not_end_with_a_line_end() -> None:
    edited = [
        token for token, change in changed(BINARY, "-return parse(text, old)") if change == "removed.edited"
    ]
    assert edited == ["old"]
    edited = [
        token for token, change in changed(BINARY, "+return parse(text, new)") if change == "added.edited"
    ]
    assert edited == ["new"]


def test_only_the_line_end_at_the_end_is_white_space() -> None:
    text = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n\\ No newline at end of file\n+x = 1\n"
    assert [role for role in roles(text) if role.startswith("diff.removed")] == ["diff.removed.spaces"]
