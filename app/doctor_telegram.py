"""The doctor at Telegram: the token's form, whether the bot answers, and whose clock is wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus

from telegram.error import TelegramError

from app.clock import RealClock
from app.doctor import TOKEN, Finding, problem, warning, well
from app.settings import Settings
from bot.addresses import api_base
from bot.envelope import envelope_of
from bot.transport import AiohttpRequest

PATIENCE_SECONDS = 5.0
SKEW_MAX = timedelta(seconds=30)
NO_TOKEN = "ANSHI_TELEGRAM_TOKEN is not set; @BotFather in Telegram gives one (/newbot), `anshi demo` needs none"  # noqa: S105
REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)


async def look_at_token(settings: Settings) -> list[Finding]:
    """Only the form of the token; nothing is asked."""
    if settings.telegram_token is None:
        return [problem("telegram", NO_TOKEN)]
    if not TOKEN.fullmatch(settings.telegram_token.get_secret_value()):
        return [warning("telegram", "ANSHI_TELEGRAM_TOKEN has not the form NUMBER:LETTERS of a bot's token")]
    return [well("telegram", "the token has the form of one")]


async def ask_telegram(settings: Settings) -> list[Finding]:
    """Asks once who the bot is. No answer is a warning: `run` waits for the network."""
    if settings.telegram_token is None:
        return []
    proxy = settings.telegram_proxy_url.get_secret_value() if settings.telegram_proxy_url else None
    request = AiohttpRequest(
        proxy_url=proxy, connections=1, connect_timeout=PATIENCE_SECONDS, read_timeout=PATIENCE_SECONDS
    )
    address = f"{api_base(settings.telegram_api_url)}{settings.telegram_token.get_secret_value()}/getMe"
    try:
        code, body = await request.ask(address, {}, read_timeout=PATIENCE_SECONDS)
    except TelegramError as error:
        return [warning("telegram", f"the Bot API does not answer: {type(error).__name__}, {error.message}")]
    finally:
        await request.shutdown()
    return [*_who(code, body), *_skew(request.server_at, RealClock().now())]


def _who(code: int, body: bytes) -> Iterator[Finding]:
    envelope = envelope_of(body) or {}
    if code in REFUSED:
        yield problem("telegram", "the Bot API refuses ANSHI_TELEGRAM_TOKEN")
    elif code != HTTPStatus.OK or not isinstance(envelope.get("result"), dict):
        yield warning("telegram", f"the Bot API answers with HTTP {code} and no bot")
    else:
        yield well("telegram", f"the bot is @{envelope['result'].get('username', '?')}")


def _skew(server_at: datetime | None, at: datetime) -> Iterator[Finding]:
    if server_at is None:
        yield warning("clock", "the Bot API named no time to compare this machine's clock with")
        return
    skew = (at - server_at).total_seconds()
    told = f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the Bot API's"
    yield warning("clock", f"{told}; set it") if abs(skew) > SKEW_MAX.total_seconds() else well("clock", told)
