"""Splitting text: pieces within the limits, whole sentences where possible, nothing lost."""

from __future__ import annotations

import pytest
from codechoir.engines.xtts.capabilities import XTTS_LANGUAGES, find_language
from codechoir.engines.xtts.speech.segments import clean_text, split_after, split_text
from codechoir.errors import InputError
from hypothesis import given
from hypothesis import strategies as st

ENGLISH = find_language("en")


def words(text: str) -> int:
    return len(text.split())


def test_there_are_seventeen_languages() -> None:
    assert len(XTTS_LANGUAGES) == 17


@pytest.mark.parametrize(("tag", "code"), [("en-GB", "en"), ("zh-CN", "zh"), ("pt_BR", "pt"), ("DE", "de")])
def test_region_and_case_of_a_tag_do_not_matter(tag: str, code: str) -> None:
    assert find_language(tag).code == code


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="does not speak 'xx'"):
        find_language("xx")


def test_sentences_stay_together_while_they_fit() -> None:
    text = "One sentence. Another one! A third?"
    assert split_text(text, ENGLISH, 400, words) == [text]


def test_a_long_comment_is_split_at_sentences() -> None:
    sentence = "This sentence has about fifty characters in all."
    found = split_text(" ".join([sentence] * 12), ENGLISH, 400, words)
    assert len(found) > 1
    assert all(piece.endswith(".") for piece in found)
    assert " ".join(found) == " ".join([sentence] * 12)


def test_a_stop_inside_a_word_does_not_end_a_sentence() -> None:
    assert split_after("Use os.path or 3.5 here. Then go on.", ENGLISH.sentence_ends) == [
        "Use os.path or 3.5 here.",
        "Then go on.",
    ]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert split_after('He said "stop." Then left.', ENGLISH.sentence_ends) == [
        'He said "stop."',
        "Then left.",
    ]


def test_chinese_is_split_without_spaces() -> None:
    text = "这是一句话。" * 20
    found = split_text(text, find_language("zh"), 400, len)
    assert "".join(found) == text
    assert max(len(piece) for piece in found) <= 82


def test_the_token_limit_counts_too() -> None:
    found = split_text("a b c d e f. g h i j.", ENGLISH, 6, words)
    assert found == ["a b c d e f.", "g h i j."]


def test_control_characters_are_removed() -> None:
    assert clean_text("a\x00b\u200b  c\n") == "a b c"


@given(
    st.text(alphabet=st.sampled_from("ab ,.;!?\"'é中。\n"), max_size=700),
    st.sampled_from(sorted(XTTS_LANGUAGES)),
)
def test_no_piece_is_too_long_and_nothing_is_lost(text: str, code: str) -> None:
    chosen = find_language(code)
    found = split_text(text, chosen, 100, len)
    assert all(0 < len(piece) <= min(chosen.max_characters, 100) for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())
