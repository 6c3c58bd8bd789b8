"""An older copy of the database: noticed at the start and while running, confirmed once for all."""

from itertools import count
from pathlib import Path
from shutil import rmtree
from threading import Event
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from delivery.high_water import HighWater, notice
from delivery.mark_file import Mark, MarkFile, UnreadableMark, all_marks
from storage.database import Tx
from storage.deliveries import marks
from storage.tables import send_mark
from tests.delivery.post_office import Office, Platform, at_work, until

_SOMEBODY = count()


async def opened(office: Office, folder: Path) -> HighWater:
    """Open the water as a start of the service does."""
    own = await office.cellar.do(marks.installation_id)
    water = HighWater(MarkFile.take(folder, own), office.clock)
    await water.look(office.cellar.db)
    return water


async def put_older_copy_in_place(office: Office) -> None:
    """Let the database know of fewer windows than were opened."""
    await office.cellar.do(lambda tx: tx.connection.execute(update(send_mark).values(number=0)))


async def confirm(office: Office) -> bool:
    def work(tx: Tx) -> bool:
        known = marks.noticed(tx)
        return known is not None and marks.confirm(tx, known)

    return await office.cellar.do(work)


async def says(office: Office, platform: Platform, *texts: str) -> None:
    """Tell each by a broadcast of its own, which each kind of platform gets in its own way."""
    for text in texts:
        await put(office, text)
        await until(lambda text=text: text in platform.texts())


async def put(office: Office, text: str) -> UUID:
    """Put a broadcast to somebody new."""
    (row,) = await office.broadcast([f"7{next(_SOMEBODY)}"], text)
    return row


async def test_an_older_copy_is_noticed_at_the_start_and_nothing_goes_until_it_is_confirmed(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    platform = kind()
    first = await opened(office, tmp_path)
    async with at_work(office.sender(platform, water=first)):
        await says(office, platform, "một", "hai")
    await first.close()
    own = await office.cellar.do(marks.installation_id)
    files = all_marks(tmp_path, own)
    assert not await office.cellar.do(lambda tx: notice(tx, files))
    await put_older_copy_in_place(office)
    # The files tell it, before any process has begun.
    assert await office.cellar.do(lambda tx: notice(tx, files))

    second = await opened(office, tmp_path)
    assert second.held
    noticed = await office.cellar.look(marks.noticed)
    assert noticed is not None
    assert noticed.copy_at is not None
    # Another process, with a mark of its own that is not behind, waits as well.
    third = await opened(office, tmp_path)
    assert third.held
    other = office.sender(platform, worker="w2", water=third)
    async with at_work(office.sender(platform, water=second)), at_work(other):
        row = await put(office, "ba")
        assert (await office.row(row)).window_id is None
        assert "ba" not in platform.texts()
        assert await confirm(office)
        await until(lambda: "ba" in platform.texts())
        await until(lambda: not (second.held or third.held))
    assert not await confirm(office), "it waits for nobody any more"
    await second.close()
    await third.close()
    # What was confirmed stays confirmed, also for a worker that was not there.
    fourth = await opened(office, tmp_path)
    assert not fourth.held
    await fourth.close()


async def test_a_new_process_notices_by_the_file_of_another_one(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    platform = kind()
    first = await opened(office, tmp_path)
    async with at_work(office.sender(platform, water=first)):
        await says(office, platform, "một")
    await put_older_copy_in_place(office)
    # The first one's file is still its own: this is a worker that never sent anything.
    second = await opened(office, tmp_path)
    assert second.held
    async with at_work(office.sender(platform, worker="w2", water=second)):
        row = await put(office, "hai")
        assert await confirm(office)
        await until(lambda: "hai" in platform.texts())
    assert (await office.row(row)).tries == 1
    await first.close()
    await second.close()


async def test_a_running_process_notices_by_the_next_window_and_goes_on_by_itself(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    platform = kind()
    water = await opened(office, tmp_path)
    async with at_work(office.sender(platform, water=water)):
        await says(office, platform, "một", "hai", "ba")
        await put_older_copy_in_place(office)
        # A task that has opened no window yet knows of nothing: then it is the next one's turn.
        for number in count():
            await put(office, f"sau {number}")
            await until(lambda text=f"sau {number}": water.held or text in platform.texts())
            if water.held:
                break
        sent = len(platform.sends)
        assert await confirm(office)
        await put(office, "đã quyết định")
        await until(lambda: "đã quyết định" in platform.texts())
        assert len(platform.sends) > sent
    await water.close()


async def test_the_file_is_written_once_a_second_at_the_most_and_before_the_first_send(
    office: Office, tmp_path: Path
) -> None:
    now = 100.0
    own = await office.cellar.do(marks.installation_id)
    file = MarkFile.take(tmp_path, own)
    water = HighWater(file, office.clock, lambda: now)
    await water.passed(1, 5)
    assert file.mine().numbers == {1: 5}
    await water.passed(1, 6)
    await water.passed(2, 1)
    assert file.mine().numbers == {1: 5}
    now += 1
    await water.passed(1, 7)
    assert file.mine().numbers == {1: 7, 2: 1}
    await water.passed(2, 2)
    await water.close()
    assert MarkFile.take(tmp_path, own).mine().numbers == {1: 7, 2: 2}


async def test_a_new_worker_and_a_file_of_another_installation_are_fine(
    office: Office, tmp_path: Path
) -> None:
    foreign = MarkFile.take(tmp_path, uuid4())
    foreign.write(Mark(worker_id=uuid4(), confirmed=3, numbers={1: 900}, at=office.clock.now()))
    water = await opened(office, tmp_path)
    assert not water.held
    await water.close()
    foreign.close()


async def test_a_file_that_cannot_be_written_is_told_and_holds_up_nothing(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    platform = kind()
    water = await opened(office, tmp_path)
    place = tmp_path / str(await office.cellar.do(marks.installation_id))
    place.rename(tmp_path / "elsewhere")
    place.write_text("không phải thư mục", "utf-8")
    async with at_work(office.sender(platform, water=water)):
        await says(office, platform, "vẫn gửi")
    assert water.unwritten


async def test_on_a_full_disk_the_file_stays_as_it_was_until_there_is_room(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    own = await office.cellar.do(marks.installation_id)
    file, seconds = MarkFile.take(tmp_path, own), count()
    water = HighWater(file, office.clock, lambda: next(seconds), patience_s=60)
    platform = kind()
    async with at_work(office.sender(platform, water=water)):
        await says(office, platform, "một")
        written = file.mine()
        full = tmp_path / str(own) / "1.new"
        full.symlink_to("/dev/full")
        await says(office, platform, "hai", "ba")
        assert water.unwritten
        assert all_marks(tmp_path, own) == [written]
        full.unlink()
        await says(office, platform, "bốn")
        assert not water.unwritten
    (last,) = all_marks(tmp_path, own)
    assert sum(last.numbers.values()) >= sum(written.numbers.values()) + 3
    await water.close()


def test_in_a_folder_deleted_meanwhile_the_file_is_made_anew_and_stays_its_own(
    tmp_path: Path,
) -> None:
    own = uuid4()
    file = MarkFile.take(tmp_path, own)
    mine = Mark(worker_id=uuid4(), numbers={1: 7})
    file.write(mine)
    rmtree(tmp_path / str(own))
    # Another process may have made the folder before we write.
    other = MarkFile.take(tmp_path, own)
    theirs = Mark(worker_id=uuid4(), numbers={1: 1})
    other.write(theirs)
    for _ in range(2):
        file.write(mine)
    assert list(file.others()) == [theirs]
    assert {one.worker_id for one in all_marks(tmp_path, own)} == {mine.worker_id, theirs.worker_id}
    file.close()
    other.close()


class Hanging(MarkFile):
    """A file in a folder that does not answer for a while."""

    answers: Event

    def write(self, mark: Mark) -> None:
        """Write once it answers."""
        self.answers.wait(60)
        super().write(mark)


async def test_a_folder_that_does_not_answer_is_told_and_holds_up_nothing(
    office: Office, kind: type[Platform], tmp_path: Path
) -> None:
    answers = Event()
    own = await office.cellar.do(marks.installation_id)
    file = Hanging.take(tmp_path, own)
    assert isinstance(file, Hanging)
    file.answers = answers
    seconds = count()
    water = HighWater(file, office.clock, lambda: next(seconds), patience_s=0.01)
    platform = kind()
    async with at_work(office.sender(platform, water=water)):
        await says(office, platform, "một", "hai", "ba")
        assert water.unwritten
        answers.set()

        async def told() -> bool:
            await says(office, platform, f"tin {next(seconds)}")
            return not water.unwritten

        await until(told)
    await water.close()
    assert all_marks(tmp_path, own)


def test_each_process_has_a_file_of_its_own_and_the_next_one_goes_on_with_it(
    tmp_path: Path,
) -> None:
    own = uuid4()
    first, second = MarkFile.take(tmp_path, own), MarkFile.take(tmp_path, own)
    one, two = (Mark(worker_id=uuid4(), numbers={1: n}) for n in (1, 2))
    first.write(one)
    second.write(two)
    assert list(first.others()) == [two]
    first.close()
    again = MarkFile.take(tmp_path, own)
    assert again.mine() == one
    for file in (again, second):
        file.close()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"worker": "x"}', "\x00"])
def test_a_damaged_file_is_no_new_worker(tmp_path: Path, content: str) -> None:
    own = uuid4()
    (tmp_path / str(own)).mkdir()
    (tmp_path / str(own) / "1.json").write_text(content, "utf-8")
    file = MarkFile.take(tmp_path, own)
    with pytest.raises(UnreadableMark):
        file.mine()
    file.close()
