"""The demo as a newcomer has it: it goes on where it stood, its clock moves in order, it ends when told to."""

import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.demo_terminal import clock_line
from tests.demo.conftest import AT
from tests.demo.living import EMMA, FANG, NOT_WITHIN_THE_PROCESS, ROOT, copied, demo

pytestmark = pytest.mark.slow


async def test_it_goes_on_where_it_stood_and_nobody_starts_anew(seeded: Path, tmp_path: Path) -> None:
    folder = copied(seeded, tmp_path / "demo")
    async with demo(folder) as first:
        before = await first.messages(FANG)
        at = await first.move(seconds=3600)
        await first.post(f"/phone/users/{FANG}/text", text="/today")
        await first.until(FANG, "您的记录")
        said = [one["text"] for one in await first.messages(FANG)]
        assert await first.stopped() < 5
    async with demo(folder) as second:
        assert [one["text"] for one in await second.messages(FANG)] == said
        assert len(said) > len(before)
        now = datetime.fromisoformat((await second.get("/phone/clock"))["now"])
        assert timedelta() <= now - at < timedelta(minutes=2)
        assert second.account("li") == first.account("li")
        for user in (FANG, EMMA):
            assert sum(one["text"].startswith("/start") for one in await second.messages(user)) == 1
        assert "behind the real time" in second.printed or "ahead of the real time" in second.printed


async def test_the_bot_calls_its_telegram_over_http_and_no_other_way(seeded: Path, tmp_path: Path) -> None:
    async with demo(copied(seeded, tmp_path / "demo"), first=NOT_WITHIN_THE_PROCESS) as running:
        await running.move(seconds=3600)
        await running.post(f"/phone/users/{FANG}/text", text="/today")
        await running.until(FANG, "您的记录")
        calls = (await running.get("/phone/calls"))["calls"]
        assert {"getMe", "getUpdates", "setMyCommands", "sendMessage"} <= {call["method"] for call in calls}
        assert {call["status"] for call in calls} == {200}
        await running.stopped()


async def test_a_killed_demo_goes_on(seeded: Path, tmp_path: Path) -> None:
    folder = copied(seeded, tmp_path / "demo")
    async with demo(folder) as first:
        await first.move(next=True)
        first.child.kill()
        await first.child.wait()
    async with demo(folder) as second:
        assert len(await second.messages(FANG)) > 10
        await second.move(next=True)
        await second.stopped()


async def test_a_day_passes_in_order_and_nobody_answers_for_fang_and_emma(seeded: Path, tmp_path: Path) -> None:
    async with demo(copied(seeded, tmp_path / "demo")) as running:
        start = (await running.get("/phone/clock"))["now"]
        await running.move(seconds=86_400)
        for user in (FANG, EMMA):
            came = [one for one in await running.messages(user) if one["date"] > start]
            moments = [one["date"] for one in came]
            assert moments == sorted(moments)
            assert 3 <= len(set(moments)) == len(moments) <= 8, "one at a time, and no burst"
            assert all(one["from_bot"] and one["edited_at"] is None for one in came)
        others = [7_000_003, 7_000_005]
        for user in others:
            assert any(one["date"] > start and one["edited_at"] for one in await running.messages(user))
        await running.stopped()


async def test_the_next_event_is_one_of_the_two_phones_and_named_in_both_languages(
    seeded: Path, tmp_path: Path
) -> None:
    async with demo(copied(seeded, tmp_path / "demo")) as running:
        coming = (await running.get("/phone/clock"))["next"]
        assert coming["label"]["zh"].startswith(("方丽华 · ", "Emma · "))
        assert coming["label"]["en"] != coming["label"]["zh"]
        at = await running.move(next=True)
        assert timedelta() <= at - datetime.fromisoformat(coming["at"]) < timedelta(seconds=5)
        user = FANG if coming["label"]["zh"].startswith("方") else EMMA
        newest = (await running.messages(user))[-1]
        assert abs(datetime.fromisoformat(newest["date"]) - at) < timedelta(seconds=5)
        await running.stopped()


async def test_a_tap_is_answered_at_once_between_moves(seeded: Path, tmp_path: Path) -> None:
    async with demo(copied(seeded, tmp_path / "demo")) as running:
        while "reminder" not in (await running.get("/phone/clock"))["next"]["label"]["en"]:
            await running.move(next=True)
        coming = (await running.get("/phone/clock"))["next"]
        await running.move(next=True)
        fang = coming["label"]["zh"].startswith("方")
        user, button, word = (FANG, "已服1片", "已记录") if fang else (EMMA, "Taken: 1 tablet", "Recorded")
        await running.post(f"/phone/users/{user}/tap", label=button)
        assert word in await running.until(user, word)
        await running.stopped()


def test_a_port_in_use_is_one_line_that_names_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        found = subprocess.run(
            [sys.executable, "-m", "app", "demo", "--reset"],
            cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == "anshi: port 8000 is in use; stop what listens there, or use --web-port and --phone-port\n"
    assert not (tmp_path / "var").exists()


def test_a_demo_store_is_never_run_as_a_study(seeded: Path, tmp_path: Path) -> None:
    folder = copied(seeded, tmp_path / "demo")
    settings = {
        "PYTHONPATH": str(ROOT),
        "ANSHI_TELEGRAM_TOKEN": "123456789:AACanaryOfTheDemoTests_abcdef",
        "ANSHI_TELEGRAM_API_URL": "http://127.0.0.1:9",
        "ANSHI_DATABASE_URL": f"sqlite:///{folder / 'anshi.db'}",
        "ANSHI_STUDY_DATABASE_URL": f"sqlite:///{folder / 'study.db'}",
        "ANSHI_ENCRYPTION_KEYS": "k1:" + "a" * 43 + "=",
        "ANSHI_INDEX_KEY": "b" * 43 + "=",
    }
    found = subprocess.run(
        [sys.executable, "-m", "app", "run"], cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=60
    )
    assert found.returncode == 1
    assert "made by the demo" in found.stderr


def test_it_says_how_its_clock_stands() -> None:
    assert "shows the real time" in clock_line(AT, AT + timedelta(minutes=1))
    assert "1 d 4 h 10 min ahead of" in clock_line(AT + timedelta(days=1, hours=4, minutes=10), AT)
    assert "2 h behind" in clock_line(AT, AT + timedelta(hours=2))
