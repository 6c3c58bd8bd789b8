"""Who is written to out of turn: a phone lies on the table, and others read its lock screen.

What residents get that does not answer their own message of just now goes out by one door, which
says nothing but that there is news. Whoever adds another way out has to say here whom it reaches.
"""

import ast

from domain.language import Language
from domain.texts.catalogue import catalogue, places
from tests.house.tree import modules

NEUTRAL = {("tips/talk.py", "_put_notice")}
"""To a resident, at somebody else's time: the line that tells of nothing."""
ANSWERS = {
    ("handlers/turn.py", "tell"),
    ("handlers/residents/returning.py", "_put"),
    ("handlers/residents/choices.py", "_show_anew"),
    ("handlers/residents/own_data.py", "_erase"),
    ("handlers/residents/questions.py", "ask_consent_in"),
    ("handlers/residents/telling.py", "tell_in"),
    ("handlers/residents/choices.py", "_show_anew"),
    ("handlers/staff/stopping_for.py", "_stop"),
}
"""To who is writing or pressing just now, or on the phone with staff: of broadcasts, no tip."""
IN_GROUPS = {
    ("handlers/turn.py", "tell_group"),
    ("handlers/groups/danger.py", "say_numbers"),
    ("handlers/groups/copies.py", "comment_due"),
    ("handlers/groups/deciding.py", "put_up"),
}
TO_STAFF = {
    ("broadcasts/desk.py", "notify"),
    ("broadcasts/desk.py", "show"),
    ("broadcasts/outages.py", "_tell_one"),
    ("broadcasts/silent_staff.py", "_ask_to_write"),
    ("handlers/staff/linking.py", "_link"),
    ("handlers/tips/evidence.py", "command"),
    ("handlers/tips/meant.py", "say_here"),
    ("handlers/tips/revealing.py", "_tell_alone"),
    ("handlers/tips/review.py", "press_read"),
    ("handlers/tips/waiting.py", "_send_card"),
    ("tips/desk.py", "send"),
    ("tips/digest.py", "tell"),
    ("tips/photos.py", "_put"),
    ("tips/reminding.py", "_put"),
    ("tips/taking_down.py", "_ask_by_hand"),
    ("tips/unreadable.py", "tell"),
}
NAMES_NOTHING = ("tin báo", "tố giác", "vụ", "gỡ", "tip", "report", "case", "线索", "举报", "案")


def _ways_out() -> set[tuple[str, str]]:
    """Return the functions that put a message into the outbox, by module."""
    found = set()
    for name, _, tree in modules():
        if name.startswith(("tests/", "delivery/", "bench/")):
            continue
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
            if any(
                isinstance(call, ast.Attribute)
                and call.attr == "put"
                and ast.unparse(call.value).endswith("outbox")
                for call in calls
            ):
                found.add((name, function.name))
    return found


def test_every_way_out_is_known_to_answer_to_be_for_staff_or_to_tell_of_nothing() -> None:
    assert _ways_out() == NEUTRAL | ANSWERS | IN_GROUPS | TO_STAFF


def test_the_notice_on_a_locked_phone_says_no_more_than_that_there_is_news() -> None:
    for language in Language:
        for key in ("tips.notice", "tips.button_open"):
            text = catalogue().sentences[language][key]
            assert places(text) <= {"don_vi"}
            assert not [word for word in NAMES_NOTHING if word in text.casefold()], text


def test_what_is_said_in_a_persons_other_chat_tells_of_nothing_either() -> None:
    for language in Language:
        said = catalogue().sentences[language]
        for key in ("done_there", "parted_there", "parted_away", "blocked_elsewhere"):
            text = said[f"linked.{key}"]
            assert not [word for word in NAMES_NOTHING if word in text.casefold()], text


def test_no_room_says_anything_to_the_writer_of_a_tip_but_by_that_door() -> None:
    """Rooms work by the clock and for staff: a writer's address stands in one `put` alone."""
    found = {
        (name, ast.unparse(node.args[1]))
        for name, _, tree in modules()
        if name.startswith(("tips/", "broadcasts/", "people/", "bot/"))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "put"
        and ast.unparse(node.func.value).endswith("outbox")
        and "tip." in ast.unparse(node.args[1])
    }
    assert found == {("tips/talk.py", "tip.address_id")}
