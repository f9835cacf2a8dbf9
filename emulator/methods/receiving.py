"""Receiving: getUpdates, the webhook's settings, getMe, getFile."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from emulator.params import Params
from emulator.refusals import WEBHOOK_ACTIVE, Refused, bad_request
from emulator.world import World

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_me(world: World, params: Params) -> object:  # noqa: ARG001
    return world.bot() | {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(world: World, params: Params) -> object:
    if world.hook.url:
        raise Refused(409, WEBHOOK_ACTIVE)
    _allow(world, params)
    offset, limit = params.integer("offset"), params.integer("limit", 100)
    return await world.updates.poll(offset, limit, float(params.text("timeout", "0") or 0))


async def set_webhook(world: World, params: Params) -> object:
    url, secret = params.text("url"), params.text("secret_token")
    params.accept("max_connections", "ip_address", "certificate")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if url and not url.startswith(("https://", "http://")):
        raise bad_request("bad webhook: invalid webhook URL specified")
    _allow(world, params)
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.updates.displace()
    world.hook.set(url, secret)
    return True


async def delete_webhook(world: World, params: Params) -> object:
    if params.flag("drop_pending_updates"):
        world.updates.clear()
    world.hook.set("", "")
    return True


async def get_webhook_info(world: World, params: Params) -> object:  # noqa: ARG001
    info: dict[str, Any] = {
        "url": world.hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending()),
    }
    if world.hook.last_error:
        info["last_error_date"], info["last_error_message"] = world.hook.last_error
    if world.updates.allowed:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


async def get_file(world: World, params: Params) -> object:
    stored = world.files.get(params.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
        "file_path": stored.path,
    }


def _allow(world: World, params: Params) -> None:
    kinds = params.decoded("allowed_updates")
    if kinds is not None and not isinstance(kinds, list):
        raise bad_request("allowed_updates must be an Array of String")
    world.updates.allow(kinds)


METHODS: dict[str, Callable[[World, Params], Awaitable[object]]] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "getFile": get_file,
}
