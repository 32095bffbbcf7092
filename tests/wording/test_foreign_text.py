"""Text of all scripts is kept, and says its language, so that a voice of that language can read it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from codechoir.languages import detection
from codechoir.model import Category, Utterance
from codechoir.settings import Level, WordingOptions
from codechoir.syntax.document import Document
from codechoir.wording import Wording
from codechoir.wording.characters import MARKS, is_speakable, speakable_text
from codechoir.wording.text_signs import language_of_letters, language_of_words
from hypothesis import given, settings
from hypothesis import strategies as st


def said(text: str, language: str = "python", **options: object) -> list[Utterance]:
    known = detection.language_named(language)
    assert known is not None
    wording = Wording(WordingOptions(indentation="off", **options))  # type: ignore[arg-type]
    lines = wording.lines(Document(text, known).snapshot())
    return [u for line in lines for u in line if u.text and u.category is not Category.NARRATION]


def heard(text: str, language: str = "python", **options: object) -> list[tuple[str, str]]:
    return [(u.text, u.language) for u in said(text, language, **options)]


SENTENCES = [
    ("नमस्ते दुनिया हिंदी क्षत्रिय", "hi"),
    ("বাংলা ভাষা", "bn"),
    ("தமிழ் மொழி", "ta"),
    ("తెలుగు భాష", "te"),
    ("ಕನ್ನಡ ಭಾಷೆ", "kn"),
    ("മലയാളം ഭാഷ", "ml"),
    ("ગુજરાતી ભાષા", "gu"),
    ("ਪੰਜਾਬੀ ਭਾਸ਼ਾ", "pa"),
    ("සිංහල භාෂාව", "si"),
    ("สวัสดี ชาวโลก น้ำ", "th"),
    ("العَرَبِيَّة مرحبا", "ar"),
    ("פארסי עִבְרִית", "he"),
    ("گچ پژواک", "fa"),
    ("Функция возвращает", "ru"),
    ("Привіт світе", "uk"),
    ("Ελληνική γλώσσα", "el"),
    ("ქართული ენა", "ka"),
    ("Հայերեն լեզու", "hy"),
    ("አማርኛ ቋንቋ", "am"),
    ("你好世界", "zh"),
    ("こんにちは世界", "ja"),
    ("한국어 문장", "ko"),
]
COMMENTS = {"python": "# {}", "rust": "// {}", "bash": "# {}", "sql": "-- {}", "text": "{}", "markdown": "{}"}


@pytest.mark.parametrize("language", COMMENTS)
@pytest.mark.parametrize(("sentence", "tag"), SENTENCES)
def test_a_comment_is_kept_whole_and_says_its_language(language: str, sentence: str, tag: str) -> None:
    assert heard(COMMENTS[language].format(sentence), language) == [(sentence, tag)]


@pytest.mark.parametrize(("sentence", "tag"), SENTENCES)
def test_a_string_is_kept_whole_and_says_its_language(sentence: str, tag: str) -> None:
    assert heard(f'x = "{sentence}"')[-1] == (sentence, tag)


@pytest.mark.parametrize("word", ["नमस्ते", "переменная", "变量", "변수"])
def test_a_name_is_kept_whole(word: str) -> None:
    assert heard(f"{word} = 1")[0][0] == word


def test_each_part_of_a_mixed_comment_has_its_language_and_its_place() -> None:
    text = "# Функция foo_bar возвращает 5 и x"
    found = said(text)
    assert [(u.text, u.language) for u in found] == [
        ("Функция", "ru"), ("foo bar", "en"), ("возвращает", "ru"), ("five", "en"), ("и", "ru"), ("x", "en"),
    ]  # fmt: skip
    places = [text.encode()[u.start : u.end].decode() for u in found]
    assert places == ["# Функция", " foo_bar ", "возвращает", " 5 ", "и", " x"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# 你好，世界。", "你好, 世界."),
        ("# नमस्ते।", "नमस्ते."),
        ("# مرحبا، كيف؟", "مرحبا, كيف?"),
        ("# cafe\u0301 e\u0308", "café ë"),
        ("# x\u0304 is the mean", "x macron is the mean"),
        ("# ①", "circled digit one"),
    ],
)
def test_punctuation_and_accents_are_kept(text: str, words: str) -> None:
    assert " ".join(u.text for u in said(text)) == words


@pytest.mark.parametrize(
    ("word", "text", "tag"),
    [
        ("alpha", "", ""),
        ("α", "the α of it", ""),
        ("Δx", "", ""),
        ("и", "раз и два", "ru"),
        ("世界", "世界です", "ja"),
        ("世界", "世界", "zh"),
        ("é", "", ""),
        ("ខ្មែរ", "", ""),
    ],
)
def test_the_language_of_a_word_by_its_letters(word: str, text: str, tag: str) -> None:
    assert language_of_letters(word, text) == tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Das ist nicht die Zahl der Zeilen", "de"),
        ("This is the number of lines in it", "en"),
        ("Ceci est le total pour la table et les lignes", "fr"),
        ("Esta es la lista de los usuarios que se muestran", "es"),
        ("Questo è il numero delle righe che sono nel file", "it"),
        ("Dit is het aantal regels in een bestand", "nl"),
        ("the list", ""),
        ("x = compute(value)", ""),
        ("in die", ""),
    ],
)
def test_the_language_of_a_comment_by_its_words(text: str, tag: str) -> None:
    assert language_of_words(text) == tag


def test_the_setting_says_what_is_recognized() -> None:
    german, russian = "# Das ist nicht die 5 der Zeilen", "# Привет мир"
    assert heard(german) == [("Das ist nicht die five der Zeilen", "en")]
    assert heard(german, other_languages="words") == [("Das ist nicht die fünf der Zeilen", "de")]
    assert heard(german, natural_language="de", other_languages="words")[0][1] == "de"
    assert heard(russian, other_languages="words") == [("Привет мир", "ru")]
    assert heard(russian, other_languages="off") == [("Привет мир", "en")]
    assert heard("# This is the list of all of them", natural_language="de", other_languages="words") == [
        ("This is the list of all of them", "en")
    ]


def test_code_in_a_comment_keeps_the_language_of_its_words() -> None:
    text = "# Ceci est le total pour `x + 1` et les lignes"
    assert heard(text, other_languages="words") == [
        ("Ceci est le total pour", "fr"), ("x plus one", "en"), ("et les lignes", "fr"),
    ]  # fmt: skip


@pytest.mark.parametrize("level", ["some", "most", "all"])
def test_no_level_breaks_a_word(level: Level) -> None:
    assert any("हिंदी" in words for words, _ in heard("# हिंदी", level=level))


def test_marks_that_are_not_latin_belong_to_their_letter() -> None:
    assert is_speakable("हिंदी")
    assert speakable_text("x\u0301") == "x"
    scripts = ("DEVANAGARI", "BENGALI", "TAMIL", "THAI", "ARABIC", "HEBREW", "TELUGU", "KHMER", "MYANMAR")
    marks = [
        char
        for char in map(chr, range(0x0590, 0x1800))
        if unicodedata.category(char) in ("Mn", "Mc") and unicodedata.name(char).startswith(scripts)
    ]
    assert [char for char in marks if not re.fullmatch(f"[{MARKS}]", char)] == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("aé я 5ह ि ं 世こ์ก،。!_-"), max_size=40))
def test_the_parts_cover_the_text_in_order(text: str) -> None:
    source = f"# {text}"
    at = 0
    for utterance in said(source):
        assert at <= utterance.start <= utterance.end <= len(source.encode())
        at = utterance.end
