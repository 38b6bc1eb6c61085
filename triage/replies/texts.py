"""Texts for people, from Jinja2 templates that staff edit."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triage.replies.templates import Templates


class Texts:
    """The templates of one form, compiled and tried once."""

    def __init__(
        self,
        templates: Mapping[str, str],
        *,
        needed: AbstractSet[str] = frozenset(),
        later: bool = False,
    ) -> None:
        """Compile and try ``templates`` (name without suffix to text).

        Args:
            templates: The templates.
            needed: Names of those that are needed beside the ones that every form has.
            later: Whether they are when a text is first shown, instead of now.

        Raises:
            DataFileError: As :meth:`read`, unless it is later.
        """
        self._given = dict(templates)
        self._needed = needed
        if not later:
            self.read()

    def __contains__(self, name: str) -> bool:
        """Whether the form has this template."""
        return name in self._given

    def read(self) -> None:
        """Compile and try all of them now.

        Raises:
            DataFileError: A template is missing, does not compile, does what it may not, names a
                value that it is not given, or is a message that does not show its reference.
        """
        _ = self._templates

    def render(self, name: str, **values: Any) -> str:
        """The text of a template, without blank space at either end.

        Raises:
            DataFileError: As :meth:`read`; or the template does too much.
        """
        return self._templates.render(name, values)

    @cached_property
    def _templates(self) -> "Templates":
        from triage.replies.templates import Templates  # Jinja2: a run that shows no text has none

        return Templates(self._given, needed=self._needed)
