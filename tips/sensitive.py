"""Tell what must not stand on a card in a group: violence at home, sexual violence, children.

A hint that only ever hides: what is found goes to whom it is assigned and to the chief; what is
missed can still be hidden by the resident's own button.
"""

from functools import cache

from tips.phrases import Phrasebook, is_han, words_of

_WORDS = """
chồng em, chồng tôi, chồng chị, chồng cháu, chồng con, chồng nó, bạo hành, bạo lực gia đình
bố cháu, bố con, bố em, bố dượng, dượng em, dượng cháu, mẹ cháu đánh, bố đánh, mẹ đánh, mẹ kế
dì ghẻ, chồng đánh, đánh vợ, đánh con, đánh cháu, đánh trẻ, đánh em bé, hành hạ, đuổi vợ
nhốt con, nhốt vợ, hiếp, hiếp dâm, cưỡng hiếp, xâm hại, sàm sỡ, dâm ô, quấy rối, cưỡng bức
sờ soạng, gạ gẫm, gạ tình, ảnh nóng, ảnh nhạy cảm, clip nóng, tống tình, bắt cháu gửi ảnh
bắt em gửi ảnh, gửi ảnh khỏa thân, cháu học lớp, em học lớp, con học lớp, bị bố, bị mẹ, bị chồng
bị thầy, tự tử, tự sát, muốn chết, không muốn sống, có thai, mang thai, phá thai, bị bán sang
lừa bán, my husband, my wife, my boyfriend, my father, my stepfather, raped, rape, molested
abused, abuse, my child, my daughter, my son, kill myself, want to die, suicide, pregnant
"""
_HAN_WORDS = (
    "家暴,老公打,丈夫打,打老婆,打孩子,打我,强奸,強姦,性侵,猥亵,猥褻,强暴,強暴,骚扰,騷擾,虐待,"
    "裸照,自杀,自殺,不想活,想死,怀孕,懷孕"
)


def is_sensitive(text: str) -> bool:
    """Tell whether a message speaks of what only few may read."""
    if is_han(text):
        return bool(_book().find_letters(text))
    return bool(_book().find(words_of(text)))


@cache
def _book() -> Phrasebook:
    return Phrasebook.of({"sensitive": _WORDS}, letters={"sensitive": _HAN_WORDS})
