"""Reply markup: what is accepted, what is refused, and what the phone shows of it."""

from typing import Any

from emulator.refusals import bad_request

DATA_BYTES = 64
STYLES = {"primary", "success", "danger"}
ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "copy_text",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "pay",
    "callback_game",
)


def checked(markup: Any) -> dict[str, Any] | None:
    """The reply markup as Telegram would keep it; 400 when Telegram would refuse it."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"])
    if "keyboard" in markup:
        return _reply(markup)
    return dict(markup) if markup else None


def _inline(rows: Any) -> dict[str, Any] | None:
    if not _is_rows(rows):
        raise bad_request("field inline_keyboard must be an Array of Arrays")
    for row in rows:
        for button in row:
            _check_inline(button)
    kept = [list(row) for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not any(name in button for name in ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(str(data).encode()) <= DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    _check_style(button)


def _check_style(button: dict[str, Any]) -> None:
    if button.get("style") is not None and button["style"] not in STYLES:
        raise bad_request("can't parse inline keyboard button: invalid button style specified")


def _reply(markup: dict[str, Any]) -> dict[str, Any]:
    if not _is_rows(markup["keyboard"]):
        raise bad_request("field keyboard must be an Array of Arrays")
    rows = [
        [button if isinstance(button, dict) else {"text": str(button)} for button in row] for row in markup["keyboard"]
    ]
    for button in (button for row in rows for button in row):
        if not str(button.get("text") or "").strip():
            raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
        _check_style(button)
    return markup | {"keyboard": [row for row in rows if row]}


def _is_rows(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def is_inline(markup: dict[str, Any] | None) -> bool:
    return bool(markup) and "inline_keyboard" in (markup or {})
