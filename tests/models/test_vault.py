"""The vault opens a value only where it was sealed, and finds it by an index that tells nothing."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.vault import KeyFormatError, Keys, SealError, Vault, read_keys


def vault(names: str = "k1", index: bytes = b"i" * 32) -> Vault:
    return Vault(Keys({name: name.encode().ljust(32, b"0") for name in names.split(",")}, index), secrets.token_bytes)


@given(st.text(), st.text())
def test_a_sealed_value_opens_in_its_own_row(place: str, text: str) -> None:
    one = vault()
    assert one.open(place, one.seal(place, text)) == text


def test_a_value_moved_to_another_row_does_not_open() -> None:
    one = vault()
    sealed = one.seal("chat_link.chat/a", "4711")
    with pytest.raises(SealError):
        one.open("chat_link.chat/b", sealed)


def test_an_altered_value_does_not_open() -> None:
    one = vault()
    head, _, encoded = one.seal("x", "4711").rpartition(".")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    with pytest.raises(SealError):
        one.open("x", f"{head}.{base64.b64encode(bytes(raw)).decode()}")


def test_the_newest_key_seals_and_the_old_one_still_opens() -> None:
    old = vault("k1").seal("x", "4711")
    both = vault("k2,k1")
    assert both.open("x", old) == "4711"
    assert both.seal("x", "4711").startswith("v1.k2.")
    with pytest.raises(SealError):
        vault("k2").open("x", old)


def test_the_same_value_sealed_twice_looks_different() -> None:
    one = vault()
    assert one.seal("x", "4711") != one.seal("x", "4711")


def test_the_index_needs_its_key_and_keeps_kinds_apart() -> None:
    assert vault().index("chat.telegram", "4711") == vault().index("chat.telegram", "4711")
    assert vault().index("chat.telegram", "4711") != vault().index("phone", "4711")
    assert vault().index("chat.telegram", "4711") != vault(index=b"j" * 32).index("chat.telegram", "4711")


@pytest.mark.parametrize("text", ["", "k1", "k1:", "k1:AAAA", "k 1:" + "A" * 44, "k1:!!!!"])
def test_a_key_of_the_wrong_form_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(KeyFormatError) as caught:
        read_keys(text, base64.b64encode(b"i" * 32).decode())
    assert "AAAA" not in str(caught.value)


def test_keys_are_never_printed() -> None:
    assert "k1" not in repr(Keys({"k1": b"1" * 32}, b"2" * 32))
