from __future__ import annotations

from importlib import resources

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from shuanglu.errors import InvalidInputError
from shuanglu.rules.words import PhrasePolicy, parse_phrases, phrases_in, shipped_phrases
from shuanglu.rules.words.spoken import merged, spoken

SHIPPED = shipped_phrases()


@pytest.fixture
def policy() -> PhrasePolicy:
    return SHIPPED


def forbidden(text: str, policy: PhrasePolicy) -> set[str]:
    return {found.phrase for found in phrases_in(text, policy) if found.kind == "forbidden"}


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("这个产品保本的您放心", "principal_guaranteed"),
        ("本金有保障", "principal_guaranteed"),
        ("不用担心,保本的", "principal_guaranteed"),
        ("这不是存款,但是保本", "principal_guaranteed"),
        ("保证收益百分之五", "yield_guaranteed"),
        ("买了稳赚不赔", "never_loses"),
        ("零风险", "no_risk"),
        ("没有任何风险的", "no_risk"),
        ("国家担保", "state_backed"),
        ("跟存款一样", "like_a_deposit"),
        ("就是给您的内部额度", "inside_quota"),
        ("只剩最后名额了", "inside_quota"),
        ("你就说清楚", "coached_answer"),
        ("您照着我说", "coached_answer"),
        ("点同意就行", "coached_tap"),
        ("走个流程嘛", "only_a_formality"),
        ("今天不买就没有了", "now_or_never"),
    ],
)
def test_a_forbidden_phrase_is_found(policy: PhrasePolicy, text: str, phrase: str) -> None:
    assert phrase in forbidden(text, policy)
    assert phrase in forbidden(f"您好, {text}。 好的!", policy)


@pytest.mark.parametrize(
    "text",
    [
        "本产品不保本",
        "产品不保本,也不保证收益",
        "不承诺保本保息",
        "不存在稳赚不赔",
        "没有稳赚不赔的产品",
        "不是存款",
        "跟存款不一样",
        "并非没有风险",
        "理财产品有没有风险",
        "无风险利率",
        "这个保本吗",
        "是否保本",
        "请问一下这个产品保本",
        "任何承諾保本的行為都是違規的",
        "任何承诺保本的行为都是违规的",
        "如果有人说保本,请不要相信",
        "保本的说法是错误的",
        "请问专员在哪里",  # sounds like 稳赚
        "包装很好",  # sounds like 包赚
        "一定转账",  # sounds like 一定赚
    ],
)
def test_what_is_denied_asked_or_harmless_is_not_found(policy: PhrasePolicy, text: str) -> None:
    assert forbidden(text, policy) == set()


def test_denied_twice_is_said(policy: PhrasePolicy) -> None:
    assert forbidden("它不是不保本", policy) == {"principal_guaranteed"}


def test_found_by_sound_is_told(policy: PhrasePolicy) -> None:
    how = {found.phrase: found.how for found in phrases_in("包本的,零风险", policy)}
    assert how == {"principal_guaranteed": "pinyin", "no_risk": "exact"}


def test_each_phrase_is_found_once(policy: PhrasePolicy) -> None:
    assert len(phrases_in("保本,真的保本,保证本金", policy)) == 1


def test_every_wording_of_the_policy_finds_its_phrase(policy: PhrasePolicy) -> None:
    for phrase in policy.phrases:
        for wording in phrase.say + phrase.say_exactly:
            assert phrase.id in {found.phrase for found in phrases_in(wording, policy)}, wording


def test_every_denied_wording_finds_nothing(policy: PhrasePolicy) -> None:
    for phrase in policy.phrases:
        if phrase.kind == "forbidden" and phrase.topic == "guarantee":
            for wording in phrase.say + phrase.say_exactly:
                assert phrase.id not in forbidden(f"本产品并非{wording}", policy), wording


def test_required_phrases_are_found_in_the_compliant_sentence(policy: PhrasePolicy) -> None:
    text = "您将购买的是理财产品,不是银行存款。产品不保本,您可能损失全部本金。"
    found = {each.phrase for each in phrases_in(text, policy) if each.kind == "required"}
    assert found == {"not_a_deposit", "not_guaranteed", "may_lose"}


def test_the_shipped_scripts_say_nothing_forbidden(policy: PhrasePolicy) -> None:
    said = [text for text in _strings(_templates()) if any("一" <= sign <= "鿿" for sign in text)]
    assert len(said) > 10
    for text in said:
        assert forbidden(text, policy) == set(), text


def _templates() -> list[object]:
    folder = resources.files("shuanglu.script") / "templates"
    texts = (each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".yaml"))
    return [yaml.safe_load(text) for text in texts]


def _strings(data: object) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        data = list(data.values())
    return [text for part in data for text in _strings(part)] if isinstance(data, list) else []


@settings(deadline=None)  # the first text reads the dictionary of readings
@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    said = spoken(text)
    assert len(said.characters) == len(said.syllables)
    phrases_in(text, SHIPPED)


@settings(deadline=None)
@given(st.text(alphabet="保本不是没有稳赚赔存款零风险吗的,。 ", max_size=20))
def test_punctuation_changes_nothing(text: str) -> None:
    bare = text.replace(",", "").replace("。", "").replace(" ", "")
    assert phrases_in(text, SHIPPED) == phrases_in(bare, SHIPPED)


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhang", "zan"), ("cheng", "cen"), ("shi", "si"), ("ming", "min"), ("bao", "bao")],
)
def test_what_recognisers_confuse_sounds_the_same(one: str, other: str) -> None:
    assert merged(one) == other


def test_a_broken_policy_is_refused_with_its_field() -> None:
    data = shipped_phrases().model_dump(mode="json")
    data["phrases"].append(data["phrases"][0])
    with pytest.raises(InvalidInputError, match="same id"):
        parse_phrases(data)
    data["phrases"] = [{**data["phrases"][0], "say": [], "say_exactly": []}]
    with pytest.raises(InvalidInputError, match="wording"):
        parse_phrases(data)
