"""Passwords and one-time codes: how they are hashed, checked and refused."""

import base64
from datetime import datetime
from functools import cache

import anyio
import anyio.to_thread
import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 15
LENGTH_MAX = 128
NAME_MIN = 4  # a shorter name stands in half of all sentences
DIFFERENT_MIN = 5  # distinct characters
OBVIOUS = ("anshi", "password", "prca-1", "123456", "qwerty", "sirolimus", "密码")
CODE_SECONDS = 30
STEPS_EITHER_SIDE = 1
ISSUER = "Anshi"
LETTERS = "23456789bcdfghjkmnpqrstvwxyz"  # no vowels, so no words; nothing that reads like another one
GROUPS, GROUP_LENGTH = 6, 4
ONE_TIME_BYTES = 32  # more than the letters take, so that the remainder of the division favours none

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""Argon2id at the floor that OWASP names: 19 MiB, two passes, one lane."""


class WeakPasswordError(ValueError):
    """The password is too short, too long, too uniform, or made of an obvious word."""


def check_password(password: str, name: str) -> None:
    """Refuses what anybody would try first; asks for no mixture of characters. Raises WeakPasswordError."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise WeakPasswordError(f"a password has {LENGTH_MIN} to {LENGTH_MAX} characters; a sentence is good")
    if len(set(password)) < DIFFERENT_MIN:
        raise WeakPasswordError(f"a password has at least {DIFFERENT_MIN} different characters")
    words = (*OBVIOUS, name.casefold()) if len(name) >= NAME_MIN else OBVIOUS
    if any(word in password.casefold() for word in words):
        raise WeakPasswordError("a password holds neither the account's name nor an obvious word")


def password_hash(password: str) -> str:
    """Slow on purpose (some 20 ms); call it in a thread where others wait."""
    return HASHER.hash(password)


@cache
def dummy_hash() -> str:
    """What an unknown name is checked against, so that it takes as long as a known one."""
    return HASHER.hash("no account has this hash")


class PasswordDesk:
    """Checks passwords in worker threads, at most `at_once` at the same time: each takes 19 MiB."""

    def __init__(self, at_once: int = 2) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)

    async def fits(self, stored: str, password: str) -> bool:
        """Whether the password is the one of this hash."""
        return await anyio.to_thread.run_sync(_fits, stored, password[: LENGTH_MAX + 1], limiter=self._limiter)

    async def hashed(self, password: str) -> str:
        """The hash of a new password."""
        return await anyio.to_thread.run_sync(password_hash, password, limiter=self._limiter)

    async def new_hash_if_old(self, stored: str, password: str) -> str | None:
        """A new hash where the stored one was made with other costs."""
        if not HASHER.check_needs_rehash(stored):
            return None
        return await self.hashed(password)


def _fits(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def one_time_password(random: bytes) -> str:
    """A password of 115 bits to be handed over once, from ONE_TIME_BYTES random bytes."""
    number, letters = int.from_bytes(random), ""
    for _ in range(GROUPS * GROUP_LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    return "-".join(letters[start : start + GROUP_LENGTH] for start in range(0, len(letters), GROUP_LENGTH))


def code_step(secret: str, code: str, *, at: datetime) -> int | None:
    """The 30-second step whose code this is, looking one step to either side; None where there is none."""
    totp = pyotp.TOTP(secret, interval=CODE_SECONDS)
    now = int(at.timestamp()) // CODE_SECONDS
    for step in range(now - STEPS_EITHER_SIDE, now + STEPS_EITHER_SIDE + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), code.strip().replace(" ", "")):
            return step
    return None


def new_totp_secret(random: bytes) -> str:
    """A base32 secret of 160 bits from 20 random bytes."""
    return base64.b32encode(random).decode()


def provisioning_uri(secret: str, name: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret, interval=CODE_SECONDS).provisioning_uri(name=name, issuer_name=ISSUER)
