"""What people really type, by what it says: whole phrases only, so that no part of a longer sentence counts.

Left out on purpose: 吃完了 (also "ran out"), 不吃 (a refusal, for people to hear), 早上吃了 (it names no time).
"""

from protocol.taps import Phrase

PHRASES: dict[Phrase, tuple[str, ...]] = {
    Phrase.TAKEN: (
        *("吃了", "吃啦", "吃过了", "已吃", "已吃了", "已经吃了", "已经吃过了", "我吃了", "我已经吃了", "我吃过了"),
        *("吃药了", "吃了药", "吃过药了", "已吃药", "药吃了", "药已吃", "药已经吃了", "我吃药了", "我吃了药"),
        *("服了", "服过了", "服药了", "服了药", "已服", "已服了", "已服药", "已经服了", "已经服药", "我已服药"),
        *("今天吃了", "今天的吃了", "今天的药吃了", "今天已吃", "今天已经吃了", "今天已服", "今天已服药"),
        *("刚吃了", "刚刚吃了", "刚吃", "刚刚吃", "刚吃过", "刚服了", "刚服", "刚刚服", "刚刚服了", "现在吃了"),
        *("taken", "taken it", "i took it", "took it", "i've taken it", "i have taken it", "have taken it"),
        *("i took my tablet", "i took my tablets", "took my tablet", "took my tablets", "tablet taken"),
        *(
            "tablets taken",
            "i took them",
            "took them",
            "yes taken",
            "yes i took it",
            "yes taken it",
            "yes i have taken it",
            "done",
        ),
        *("taken today", "taken now", "just taken", "just took it", "i just took it", "i have just taken it"),
    ),
    Phrase.NOT_TAKEN: (
        *("没吃", "没吃药", "没有吃", "没有吃药", "还没吃", "还没吃药", "还没有吃", "今天没吃", "今天没有吃", "我没吃"),
        *("我还没吃", "没吃呢", "还没吃呢", "没服", "没有服", "没服药", "没有服药", "还没服", "未服", "未服药", "未吃"),
        *("忘了", "忘记了", "忘吃", "忘吃了", "忘吃药了", "忘了吃", "忘了吃药", "忘记吃了", "忘记吃", "忘记吃药"),
        *(
            "我忘了",
            "我忘记了",
            "我忘吃了",
            "我忘了吃",
            "我忘记吃了",
            "漏服",
            "漏服了",
            "漏吃了",
            "一片也没有服",
            "一片也没吃",
            "没服呢",
        ),
        *("not taken", "no not taken", "i did not take it", "did not take it", "i didn't take it", "didn't take it"),
        *("not taken yet", "i haven't taken it", "haven't taken it", "haven't taken", "have not taken it"),
        *("i have not taken it", "i haven't taken it yet", "i have not taken it yet", "haven't taken it yet"),
        *(
            "not yet",
            "forgot",
            "i forgot",
            "forgot it",
            "i forgot it",
            "forgotten",
            "missed it",
            "i missed it",
            "none at all",
        ),
    ),
    Phrase.LATER: (
        *("稍后提醒", "稍后提醒我", "稍后", "等一下", "等会儿", "等会", "等一会儿", "过会儿", "过一会儿", "晚点"),
        *(
            "晚点提醒",
            "晚点提醒我",
            "晚一点",
            "晚一点吃",
            "晚点吃",
            "晚点再吃",
            "等会儿吃",
            "等会儿再吃",
            "一会儿吃",
            "待会儿吃",
        ),
        *("later", "remind me later", "please remind me later", "a bit later", "in a while", "not now"),
    ),
    Phrase.TODAY: ("今天", "今日", "今天的药", "today", "today's dose"),
    Phrase.UNWELL: (
        *("我不舒服", "不舒服", "很不舒服", "我很不舒服", "有点不舒服", "我有点不舒服", "身体不舒服", "我身体不舒服"),
        *("难受", "我难受", "很难受", "我很难受", "好难受", "特别难受", "我病了", "生病了", "救命", "急救"),
        *("i feel unwell", "unwell", "i am unwell", "i'm unwell", "feeling unwell", "i feel sick", "i feel ill"),
        *("i feel bad", "i am sick", "i'm sick", "i am ill", "i'm ill", "i don't feel well", "i do not feel well"),
        *("not feeling well", "i am not feeling well", "i'm not feeling well", "felt unwell", "emergency"),
    ),
    Phrase.CALL: (
        *("打电话", "电话", "电话号码", "联系电话", "我要打电话", "给医生打电话", "打电话给医生", "联系医生"),
        *("call", "phone", "phone number", "telephone", "contact", "call the doctor", "call my doctor"),
    ),
    Phrase.YES: ("是", "是的", "对", "对的", "嗯", "yes", "yes please"),
    Phrase.NO: ("否", "不是", "不", "没有", "还没", "还没有", "还没有服", "no", "no not yet", "no thanks"),
}

WITH_A_NUMBER: frozenset[str] = frozenset(
    {"took", "i took", "i have taken", "i've taken", "just took", "i just took", "just now", "服用了"}
)
"""Says "taken" only where a number of tablets or a time stands beside it."""

BESIDE: frozenset[str] = frozenset(
    {"我", "今天", "我今天", "今天我", "药", "的药", "今早", "today", "this morning", "this evening", "at home"}
)
"""May stand apart from the phrase, around a number, and changes nothing: 我 8点 吃了 2片 药."""

KNOWN = {phrase: kind for kind, phrases in PHRASES.items() for phrase in phrases}
