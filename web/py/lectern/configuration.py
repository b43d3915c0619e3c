"""The settings of one worker, from four layers: the table's defaults, the file that the site lays
beside the page, what the reader chose, and what whoever embeds Lectern asks for; the last counts.

The file and the reader's choices come from anywhere. Of them each setting counts by itself: what is
wrong with one is told in a sentence, and the rest still counts. What an embedder gives is code, and
refused as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from lectern.errors import BadOption
from lectern.settings import Settings, checked, short
from lectern.styles import Style, styles_from_json

#: Where the site's settings lie, as messages name it.
SITE_FILE = "lectern.json"
#: Of the file: what is no setting, but a table of styles.
_STYLES = "styles"
#: Larger objects are none of ours.
_MOST_ENTRIES = 200
_MOST_PROBLEMS = 20

#: What a setting is from, as the page is told.
DEFAULT, SITE, USER, GIVEN = "default", "site", "user", "given"


@dataclass(frozen=True, slots=True)
class Layered:
    """Settings with where each of them is from.

    ``origins``: by the table's names, without those that are as the table has them.
    """

    settings: Settings
    origins: Mapping[str, str]
    problems: tuple[str, ...]


class Configuration:
    """The layers of one worker, and what they come to.

    Args:
        boot: ``settings`` by the table's names, ``site`` and ``choices`` by the page's; ``styles``
            of an embedder.

    Raises:
        BadOption: ``settings`` or ``styles`` has what is wrong.
    """

    def __init__(self, boot: Mapping[str, object]) -> None:
        given = boot.get("settings")
        self._given: Mapping[str, object] = given if isinstance(given, Mapping) else {}
        Settings.from_json(self._given)
        self._site = boot.get("site")
        self._choices = boot.get("choices")
        self._layered = layered(self._site, self._choices, self._given)
        #: One object as long as the worker lives.
        self.settings = self._layered.settings.effective()
        self._begun = self._layered.settings
        self._given_styles = boot.get("styles")
        styles_from_json(self._given_styles)
        #: The table with the site's and the embedder's over it: one object, too.
        self.styles: dict[str, Style] = {}
        self._style_problems: tuple[str, ...] = ()
        self._restyle()

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences about what does not count."""
        return (*self._layered.problems, *self._style_problems)

    def _restyle(self) -> None:
        """Each of the site's styles counts by itself, as its settings do."""
        said = self._site.get(_STYLES) if isinstance(self._site, Mapping) else None
        problems: list[str] = []
        found: dict[str, Style] = dict(styles_from_json(None))
        if said is not None and not isinstance(said, Mapping):
            problems.append(f"{SITE_FILE}: styles must be an object of styles by name.")
            said = None
        for name, style in [*(said or {}).items()][:_MOST_ENTRIES]:
            try:
                found[name] = styles_from_json({name: style})[name]
            except BadOption as reason:
                problems.append(f"{SITE_FILE}: {reason}")
        own = self._given_styles
        given = styles_from_json(own)
        found |= {name: given[name] for name in own} if isinstance(own, Mapping) else {}
        self.styles.clear()
        self.styles.update(found)
        self._style_problems = tuple(problems[:_MOST_PROBLEMS])

    def change(self, payload: Mapping[str, object]) -> tuple[str, ...]:
        """Other layers, each where ``payload`` has it (``site``, ``choices``; None: nothing).

        Returns:
            Sentences about what does not count, and was not told before.
        """
        before = self.problems
        self._site = payload.get("site", self._site)
        self._choices = payload.get("choices", self._choices)
        self._layered = layered(self._site, self._choices, self._given)
        self.settings.become(self._layered.settings.effective())
        self._restyle()
        return tuple(problem for problem in self.problems if problem not in before)

    def to_json(self) -> dict[str, object]:
        """ConfigureValue of protocol.js."""
        table: dict[str, object] = {}
        chosen = self._layered.settings
        for entry in fields(Settings):
            bounds = entry.metadata
            value = getattr(chosen, entry.name)
            later = bounds.get("later") is True
            table[page_name(entry.name)] = {
                "value": value,
                "default": entry.default,
                "from": self._layered.origins.get(entry.name, DEFAULT),
                "waits": later and value != getattr(self._begun, entry.name),
                **{name: bounds[name] for name in ("low", "high") if name in bounds},
                **({"choices": list(bounds["choices"])} if "choices" in bounds else {}),
            }
        return {"settings": table, "problems": list(self.problems)}


def layered(site: object, choices: object, given: Mapping[str, object]) -> Layered:
    """The table with the layers over it.

    Args:
        site: what the file's JSON says, and choices: what was kept of the reader's; anything, None
            for nothing; settings by the page's names.
        given: by the table's names, checked.
    """
    values: dict[str, bool | int | float | str] = {}
    origins: dict[str, str] = {}
    problems: list[str] = []
    for origin, said, layer in ((SITE, SITE_FILE, site), (USER, "Your settings", choices)):
        for name, value in _good(said, layer, problems).items():
            values[name] = value
            origins[name] = origin
    sure = Settings.from_json(given)
    for name in given:
        values[name] = getattr(sure, name)
        origins[name] = GIVEN
    settings = replace(Settings(), **values)  # type: ignore[arg-type]
    return Layered(settings, origins, tuple(problems[:_MOST_PROBLEMS]))


def page_name(name: str) -> str:
    """A setting as the page and ``lectern.json`` name it: camelCase."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


_KNOWN = {page_name(entry.name): entry for entry in fields(Settings)}


def _good(said: str, layer: object, problems: list[str]) -> dict[str, bool | int | float | str]:
    """What counts of one layer, by the table's names; the rest is told."""
    if layer is None:
        return {}
    if not isinstance(layer, Mapping):
        problems.append(f"{said}: it must be an object of settings by name, not {short(layer)}.")
        return {}
    if len(layer) > _MOST_ENTRIES:
        problems.append(f"{said}: it has over {_MOST_ENTRIES} entries and is not taken.")
        return {}
    good: dict[str, bool | int | float | str] = {}
    for name, value in layer.items():
        if name == _STYLES and said == SITE_FILE:
            continue
        entry = _KNOWN.get(name) if isinstance(name, str) else None
        if entry is None:
            problems.append(f"{said}: there is no setting {short(name)}.")
            continue
        try:
            good[entry.name] = checked(name, value, entry.default, entry.metadata)
        except BadOption as reason:
            problems.append(f"{said}: {reason}")
    return good
