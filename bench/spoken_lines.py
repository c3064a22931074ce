"""What the synthetic speakers say: key phrases in sentences, compliant sentences, answers.

The phrases that must be found are named by their id in the policy. The rules were tuned on
``TUNED_ON``; ``HELD_OUT`` voices were only measured.
"""

from __future__ import annotations

from typing import Literal

TUNED_ON = ("zf_xiaoxiao", "zm_yunyang")
HELD_OUT = ("zf_xiaobei", "zm_yunxi")

KEY_PHRASES: tuple[tuple[str, str], ...] = (
    ("principal_guaranteed", "您放心,这款产品是保本的。"),
    ("principal_guaranteed", "它的本金有保障,不用担心。"),
    ("yield_guaranteed", "每年都保证收益,利息很高。"),
    ("never_loses", "买这个产品稳赚不赔。"),
    ("never_loses", "我们卖了十年,只赚不赔。"),
    ("no_risk", "这个是零风险的,您尽管买。"),
    ("no_risk", "这款产品没有任何风险。"),
    ("state_backed", "这个项目有国家担保。"),
    ("like_a_deposit", "这个跟存款一样安全。"),
    ("like_a_deposit", "您买这个就相当于存款。"),
    ("inside_quota", "这是给您的内部额度。"),
    ("inside_quota", "今天只剩最后名额了。"),
    ("coached_answer", "等一下您照着我说就可以。"),
    ("coached_answer", "他问什么,你就说清楚。"),
    ("coached_tap", "下面您点同意就行。"),
    ("only_a_formality", "我们就是走个流程而已。"),
)
COMPLIANT: tuple[str, ...] = (
    "本产品不保本,也不保证收益。",
    "您将购买的是理财产品,不是银行存款。",
    "产品不保本,最不利的情况下,您可能损失全部本金。",
    "您清楚这不是存款,并且不保本吗?",
    "理财有风险,投资需谨慎。",
    "没有稳赚不赔的投资。",
    "任何承诺保本的行为都是违规的。",
    "过往业绩不代表未来表现。",
    "请阅读产品说明书,一直读到最后一页。",
    "我清楚,这不是存款,不保本。",
    "请问一下,这个产品保本吗?",
    "我想问一下,赎回要多长时间?",
    "我的年收入大概是二十万元。",
    "今天的天气很好,我坐地铁来的。",
    "请您手写签名,签名时请让脸部留在画面里。",
    "我同意,我已经阅读了风险揭示书。",
)
ANSWERS: tuple[tuple[Literal["yes", "no", "question"], str], ...] = (
    ("yes", "清楚。"),
    ("yes", "是的,我清楚。"),
    ("yes", "我已经清楚了。"),
    ("yes", "是的,我确认。"),
    ("no", "不清楚。"),
    ("no", "我不清楚。"),
    ("no", "不是的,我不同意。"),
    ("question", "这是什么意思?"),
)
ACCEPTED, REFUSED = ("清楚",), ("不清楚",)
