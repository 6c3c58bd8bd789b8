"""The commands that are ours in a group, whichever platform it is on."""

CONNECT = "ketnoi"
"""Connects a group to a unit, with a code behind it."""

REPORT = "baotin"
"""Begins a tip."""

GROUP_COMMANDS = frozenset(
    {
        *(REPORT, "chuyentin", "ketnoi", "ngatketnoi", "lienket"),
        *("dangky", "dulieu", "dung", "kenh", "khuvuc", "loaitin", "ngonngu", "theodoi"),
        *("tamngung", "tincuatoi", "trogiup", "vaitro"),
    }
)
"""Commands that are ours in a group even when no bot is named after them.

Those that every bot has (/start, /help, /stop) are ours only with our name behind them.
"""
