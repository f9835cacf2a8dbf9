"""Callback data: what we wrote reads back as it was; anything else is nothing."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.callback_data import BYTES_MAX, decode, encode
from protocol.taps import Sure, Tap, Verb

IDS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-"
taps = st.builds(
    Tap,
    st.sampled_from(Verb),
    st.text(IDS, max_size=26),
    st.text(IDS + "@:_+", max_size=28),
    st.sampled_from(["", *Sure, "dx", "xd"]),
)
garbage = st.one_of(
    st.text(max_size=80),
    st.text("1.tuwxd-@:0A\n", max_size=70),
    taps.map(encode).flatmap(lambda data: st.text(max_size=2).map(lambda more: data + more)),
    st.from_regex(r"\A[0-9]\.[a-zA-Z]{1,2}\.[0-9A-Z\u0660-\u0669-]{0,30}\.[^.]{0,9}\.[dx]{0,3}\Z"),
)


@given(taps)
def test_a_button_means_what_it_was_made_for(tap: Tap) -> None:
    data = encode(tap)
    assert decode(data) == tap
    assert len(data.encode()) <= BYTES_MAX


@given(garbage)
@example("1.t...\n")
@example("1.t.\u0661..")
@example("1.t...dd")
@example("2.t...")
@example("")
def test_whatever_a_client_sends_is_ours_to_the_letter_or_nothing(data: str) -> None:
    tap = decode(data)
    assert tap is None or encode(tap) == data


@pytest.mark.parametrize("data", ["1.q...", "1.t...dd", "1.t...e", "1.t.01J/..", "1.t....", " 1.t...", "1.T\u212a..."])
def test_an_altered_button_is_nothing(data: str) -> None:
    assert decode(data) is None


@pytest.mark.parametrize(
    "tap",
    [
        Tap(Verb.TAKEN, "x" * 27),
        Tap(Verb.TAKEN, "没吃"),
        Tap(Verb.REASON, argument="a.b"),
        Tap(Verb.REASON, argument="y" * 29),
        Tap(Verb.TAKEN, sure="dd"),
    ],
)
def test_a_tap_that_would_not_read_back_makes_no_button(tap: Tap) -> None:
    with pytest.raises(ValueError, match="cannot carry"):
        encode(tap)


@pytest.mark.parametrize(
    "tap",
    [
        Tap(Verb.TAKEN_AT, "01K" + "Z" * 23, "2@20261123T0800", "dx"),
        Tap(Verb.CONSENT, argument="sensitive_data:yes"),
        Tap(Verb.REASON, "01K" + "Z" * 23, "doctors_advice"),
    ],
)
def test_the_longest_taps_of_the_trial_fit(tap: Tap) -> None:
    assert decode(encode(tap)) == tap
