from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

from server.auth.first_staff import ensure_first_staff
from server.auth.passwords import Passwords
from server.auth.repository import StaffRepository
from server.auth.staff import canonical_username
from server.storage import migrate
from server.storage.engine import Database
from shuanglu.clock import ManualClock
from tests.server.stage import Stage

ME = "/api/v1/staff/me"


async def test_the_first_start_makes_one_login_and_the_second_none(
    tmp_path: Path, clock: ManualClock
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'first.db'}")
    await migrate.upgrade(database)
    first = await ensure_first_staff(database, Passwords(), clock)
    assert first is not None
    assert first.username == "admin"
    assert len(first.password) == 20
    async with database.read() as session:
        member = await StaffRepository(session).by_username("admin")
    assert member is not None
    assert first.password not in member.password_hash
    assert await Passwords().matches(member.password_hash, first.password)
    assert await ensure_first_staff(database, Passwords(), clock) is None
    await database.close()


async def test_log_in_then_out(stage: Stage) -> None:
    response = await stage.log_in()
    assert response.status == 200
    assert (await response.json())["username"] == "admin"
    cookie = response.cookies["shuanglu_staff"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"], "this page came over plain HTTP on localhost"
    me = await stage.request("GET", ME, cookie=cookie.value)
    assert (await me.json())["passkeys"] == 0
    out = await stage.request("POST", "/api/v1/staff/logout", cookie=cookie.value)
    assert out.status == 204
    after = await stage.request("GET", ME, cookie=cookie.value)
    await stage.problem(after, 401, "not_authenticated")


async def test_a_login_expires(stage: Stage, clock: ManualClock) -> None:
    cookie = await stage.staff_cookie()
    clock.advance(ms=stage.parts.settings.staff_token_lifetime_s * 1000 - 1)
    assert (await stage.request("GET", ME, cookie=cookie)).status == 200
    clock.advance(ms=1)
    response = await stage.request("GET", ME, cookie=cookie)
    await stage.problem(response, 401, "not_authenticated")


async def test_names_are_compared_as_people_read_them(stage: Stage) -> None:
    assert (await stage.log_in(username=" ADMIN ")).status == 200
    assert canonical_username("Ａｄｍｉｎ") == "admin"


async def test_a_wrong_name_and_a_wrong_password_are_one_error(stage: Stage) -> None:
    wrong_name = await stage.problem(await stage.log_in(username="x"), 401, "not_authenticated")
    wrong = await stage.problem(await stage.log_in(password="x"), 401, "not_authenticated")
    assert wrong_name == wrong


async def test_a_wrong_name_takes_as_long_as_a_wrong_password(
    stage: Stage, clock: ManualClock
) -> None:
    async def took(**changed: str) -> float:
        clock.advance(ms=stage.parts.settings.login_lockout_s * 1000 + 1)
        began = time.perf_counter()
        await stage.log_in(**changed)
        return time.perf_counter() - began

    known = [await took(password="x") for _ in range(5)]
    unknown = [await took(username="nobody") for _ in range(5)]
    ratio = statistics.median(unknown) / statistics.median(known)
    assert 1 / 3 < ratio < 3


async def test_a_name_is_locked_out_and_comes_back(stage: Stage, clock: ManualClock) -> None:
    limit = stage.parts.settings.login_attempts_per_name
    for _ in range(limit):
        await stage.problem(await stage.log_in(password="x"), 401, "not_authenticated")
    locked = await stage.problem(await stage.log_in(), 429, "too_many_attempts")
    assert locked["retryable"] is True
    clock.advance(ms=stage.parts.settings.login_lockout_s * 1000 - 1)
    await stage.problem(await stage.log_in(), 429, "too_many_attempts")
    clock.advance(ms=2)
    assert (await stage.log_in()).status == 200


async def test_guesses_in_parallel_are_counted_too(stage: Stage) -> None:
    limit = stage.parts.settings.login_attempts_per_name
    guesses = [stage.log_in(password=f"guess {n}") for n in range(limit * 2)]
    statuses = [response.status for response in await asyncio.gather(*guesses)]
    assert statuses.count(401) == limit
    assert statuses.count(429) == limit


async def test_an_address_is_locked_out_over_many_names(stage: Stage) -> None:
    limit = stage.parts.settings.login_attempts_per_address
    for number in range(limit):
        await stage.log_in(username=f"name{number}", password="x")
    await stage.problem(await stage.log_in(), 429, "too_many_attempts")


async def test_successful_logins_use_up_no_attempts(stage: Stage) -> None:
    for _ in range(stage.parts.settings.login_attempts_per_name + 1):
        assert (await stage.log_in()).status == 200
