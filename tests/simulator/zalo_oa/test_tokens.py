"""OAuth: codes, pairs, what kills them; the doors every call passes."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import Clock
from simulator.zalo_oa.codes import OaError, OauthError
from simulator.zalo_oa.tokens import Tokens
from tests.simulator.zalo_oa.conftest import DAY, HOUR, LANH, REFRESH, Zalo

GETOA = "/v2.0/oa/getoa"


async def looks(zalo: Zalo, token: str) -> int:
    zalo.token = token
    return int((await zalo.look(GETOA))["error"])


async def test_a_refresh_token_works_once_and_its_pair_kills_the_access_token_before(
    zalo: Zalo,
) -> None:
    first = await zalo.refresh()
    assert await looks(zalo, first["access_token"]) == 0
    second = await zalo.refresh(first["refresh_token"])
    assert await looks(zalo, first["access_token"]) == -216
    assert await looks(zalo, second["access_token"]) == 0
    again = await zalo.refresh(first["refresh_token"])
    assert again["error"] < 0
    assert "access_token" not in again
    assert await looks(zalo, second["access_token"]) == 0


async def test_missing_unknown_and_old_access_tokens_are_told_apart(zalo: Zalo) -> None:
    token = zalo.token
    async with zalo.http.get(zalo.base_url + GETOA) as answer:
        assert (answer.status, (await answer.json())["error"]) == (200, -216)
    assert await looks(zalo, "A0.1.0") == -216
    async with zalo.http.get(zalo.base_url + GETOA, params={"access_token": token}) as answer:
        assert (await answer.json())["error"] == -216
    zalo.advance(25 * HOUR - 60)
    assert await looks(zalo, token) == 0
    zalo.advance(120)
    assert await looks(zalo, token) == -220
    await zalo.order("settings", expired_as_invalid=True)
    assert await looks(zalo, token) == -216


async def test_a_refresh_token_dies_after_three_months(zalo: Zalo) -> None:
    pair = await zalo.refresh()
    zalo.advance(91 * DAY)
    assert (await zalo.refresh(pair["refresh_token"]))["error"] < 0


async def test_app_and_secret_are_checked_before_a_token_is_spent(zalo: Zalo) -> None:
    oa = zalo.sim.zalo.oa
    assert (await zalo.refresh(app_id="1"))["error"] == -14002
    form = {
        "app_id": oa.app_id,
        "grant_type": "refresh_token",
        "refresh_token": oa.refresh_token,
    }
    async with zalo.http.post(zalo.base_url + REFRESH, data=form) as answer:
        said = await answer.json()
        assert (answer.status, said["error"] < 0, "access_token" in said) == (200, True, False)
    assert "access_token" in await zalo.refresh()


async def exchange(zalo: Zalo, code: str, verifier: str) -> dict[str, Any]:
    return await zalo.refresh(grant_type="authorization_code", code=code, code_verifier=verifier)


async def test_a_consent_gives_a_code_for_one_exchange_with_its_verifier(zalo: Zalo) -> None:
    oa = zalo.sim.zalo.oa
    verifier = "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "app_id": oa.app_id,
        "redirect_uri": oa.redirect_uri,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "state": "s1",
    }

    async def consent(**changes: str) -> dict[str, list[str]]:
        url = f"{zalo.base_url}/v4/oa/permission"
        async with zalo.http.get(url, params=query | changes, allow_redirects=False) as answer:
            if answer.status != 302:
                return {"error": [str((await answer.json())["error"])]}
            return parse_qs(urlsplit(answer.headers["Location"]).query)

    assert await consent(redirect_uri="https://other.example/") == {"error": ["-14003"]}
    back = await consent()
    assert (back["oa_id"], back["state"]) == ([oa.id], ["s1"])
    assert (await exchange(zalo, back["code"][0], "w" * 43))["error"] < 0
    assert (await exchange(zalo, back["code"][0], verifier))["error"] < 0, "spent by the bad try"
    code = (await consent())["code"][0]
    pair = await exchange(zalo, code, verifier)
    assert await looks(zalo, pair["access_token"]) == 0
    old = (await consent())["code"][0]
    zalo.advance(601)
    assert (await exchange(zalo, old, verifier))["error"] < 0


async def test_a_wrong_or_missing_proof_is_refused_only_where_it_must_be(zalo: Zalo) -> None:
    body = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
    path = "/v3.0/oa/quota/message"
    secret = zalo.sim.zalo.oa.app_secret
    good = hmac.new(secret.encode(), zalo.token.encode(), hashlib.sha256).hexdigest()
    assert await zalo.error(path, body, appsecret_proof="0" * 64) == -242
    await zalo.call(path, body)
    await zalo.order("settings", require_proof=True)
    assert await zalo.error(path, body) == -242
    assert (await zalo.answer(path, body, appsecret_proof=good))["error"] == 0


async def test_a_lost_answer_leaves_the_token_rotated(zalo: Zalo) -> None:
    await zalo.order("faults", fault="lost-answer", path=REFRESH)
    with pytest.raises(aiohttp.ClientError):
        await zalo.refresh()
    assert (await zalo.refresh())["error"] < 0
    assert (await zalo.get("/sim/zalo/record"))["refreshes"] == 1


async def test_a_revoked_app_is_told_and_none_of_its_tokens_works(zalo: Zalo) -> None:
    pair = await zalo.refresh()
    await zalo.order("revoke")
    assert (await zalo.told("permission_revoked"))[0]["oa_id"] == zalo.sim.zalo.oa.id
    assert await looks(zalo, pair["access_token"]) == -216
    assert (await zalo.refresh(pair["refresh_token"]))["error"] < 0
    fresh = await zalo.order("tokens")
    assert await looks(zalo, fresh["access_token"]) == 0


async def test_package_and_verification_shut_the_whole_api(zalo: Zalo) -> None:
    await zalo.order("settings", package="basic")
    assert (await zalo.send(LANH))["error"] == -224
    await zalo.order("settings", package="growth", verified=False)
    assert (await zalo.send(LANH))["error"] == -221


def test_tokens_outlive_a_restart_but_each_refresh_token_still_works_once() -> None:
    before = Tokens(Clock(), "1", "bi-mat", "dau-tien")
    pair = before.issue()
    after = Tokens(Clock(), "1", "bi-mat", "dau-tien")
    after.check(pair["access_token"])
    after.refresh(pair["refresh_token"])
    with pytest.raises(OauthError):
        after.refresh(pair["refresh_token"])
    with pytest.raises(OauthError):
        Tokens(Clock(), "1", "khac", "dau-tien").refresh(pair["refresh_token"])


@given(choices=st.lists(st.integers(min_value=0, max_value=9), max_size=12))
def test_however_tokens_are_refreshed_one_access_token_lives_and_none_is_spent_twice(
    choices: list[int],
) -> None:
    tokens = Tokens(Clock(), "1", "bi-mat", "dau-tien")
    refreshes, accesses = ["dau-tien"], [""]
    spent: set[str] = set()
    for choice in choices:
        token = refreshes[choice % len(refreshes)]
        if token in spent:
            with pytest.raises(OauthError):
                tokens.refresh(token)
            continue
        pair = tokens.refresh(token)
        spent.add(token)
        refreshes.append(pair["refresh_token"])
        accesses.append(pair["access_token"])
    for access in accesses[:-1]:
        with pytest.raises(OaError):
            tokens.check(access)
    if spent:
        tokens.check(accesses[-1])
    assert tokens.refreshes == len(spent)
