"""Notices of holidays (放假安排) that are newer than the installed package: a folder with a file for each year."""

from pathlib import Path

from workdays.calendar import Calendar, packaged
from workdays.notice import BrokenNotice, Notice, packaged_notices, parse_notice


class WrongCalendar(ValueError):
    """A file of the folder can't be counted by; the message says which, why, and what to do."""


def calendar_of(folder: Path | None) -> Calendar:
    """Give the installed calendar with the notices of a folder, such as ``2027.json``; without one, as it is.

    Raises:
        WrongCalendar: A file isn't the notice of the year that it is named after, or says of a year that was announced
            already what differs from it; nothing is counted by half a calendar.
    """
    calendar = packaged()
    known = {notice.year: notice for notice in packaged_notices()}
    for path in sorted(folder.glob("*.json")) if folder is not None else ():
        notice = _read(path)
        announced = known.get(notice.year)
        if announced is None:
            calendar = calendar.with_notice(notice)
        elif differing := _differing(announced, notice):
            raise WrongCalendar(
                f"{path.name}：{notice.year}年放假安排早已公布，与之不符：{differing}；请核对文件，"
                f"更正随 chinesecalendar 新版本发布 · {notice.year} was announced already, and differs on"
                f" {differing}: check the file; corrections come with a release of chinesecalendar"
            )
    return calendar


def _read(path: Path) -> Notice:
    if not path.stem.isdecimal():
        raise WrongCalendar(
            f"{path.name}：文件名应为年份，如 2027.json · name the file after its year, such as 2027.json"
        )
    try:
        return parse_notice(path.read_bytes(), int(path.stem))
    except BrokenNotice as error:
        raise WrongCalendar(
            f"{path.name}：不是该年的放假安排，请换成国务院办公厅通知的完整文件 · {error}: put the whole notice there"
        ) from None


def _differing(announced: Notice, notice: Notice) -> str:
    """Name the days that one says to be off, or made up, and the other doesn't."""
    days = (notice.off.keys() ^ announced.off.keys()) | (notice.made_up.keys() ^ announced.made_up.keys())
    return ", ".join(map(str, sorted(days)))
