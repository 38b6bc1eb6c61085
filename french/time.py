"""The time zone of those who report and of those who read."""

from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
