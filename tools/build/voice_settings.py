"""Where voices may be fetched from: the build settings ``voices.source`` and ``voices.origins``.

Read from ``[tool.lectern.voices]`` in pyproject.toml; the environment (LECTERN_VOICES_SOURCE,
LECTERN_VOICES_ORIGINS, separated by spaces) and the command line override it. They end in
``vendor/build_info.js``, for the page, and in its Content-Security-Policy.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.build.errors import BuildError

SOURCE_VARIABLE = "LECTERN_VOICES_SOURCE"
ORIGINS_VARIABLE = "LECTERN_VOICES_ORIGINS"

#: Stands in the policy of a page of web/, after connect-src 'self'.
PLACE = " %voices.origins%"

# What a policy takes as a host: no path, nothing that could end the directive.
_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_ORIGIN = re.compile(
    rf"https?://(\*\.{_HOST}|{_HOST}|\[[0-9a-f:]+\])(\.{_HOST})*(:[0-9]{{1,5}})?", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://[^\s?#;,'\"<>\\]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """``source``: address of the collection's folder, without a final slash; "" for none.

    ``origins``: whom the page may ask besides its own host: scheme, host and port, the host
    perhaps beginning with ``*.``; the source's own origin is among them.
    """

    source: str = ""
    origins: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"source": self.source, "origins": list(self.origins)}

    def into_policy(self, page: str) -> str:
        """The page with the origins where its policy has the place for them."""
        return page.replace(PLACE, "".join(f" {origin}" for origin in self.origins))


def load(
    root: Path,
    *,
    source: str | None = None,
    origins: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> VoiceSettings:
    """The settings of the checkout at ``root``; what is given here or in the environment wins.

    A source that overrides brings its own origin, and the committed origins are left out.

    Raises:
        BuildError: an address or origin is not one.
    """
    variables = os.environ if environment is None else environment
    committed = _committed(root / "pyproject.toml")
    if source is None:
        source = variables.get(SOURCE_VARIABLE)
    if origins is None and ORIGINS_VARIABLE in variables:
        origins = variables[ORIGINS_VARIABLE].split()
    if origins is None:
        origins = committed.origins if source is None else ()
    return checked(committed.source if source is None else source, origins)


def checked(source: str, origins: Sequence[str]) -> VoiceSettings:
    """The settings if they are sound. Raises BuildError."""
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise BuildError(
                f"{origin!r} is not an origin.",
                "voices.origins has entries such as https://example.org or https://*.example.org, "
                "without a path.",
            )
    source = source.strip().rstrip("/")
    listed = [origin.lower() for origin in origins]
    if source:
        own = _origin(source)
        if not any(covers(origin, own) for origin in listed):
            listed.insert(0, own)
    return VoiceSettings(source, tuple(dict.fromkeys(listed)))


def covers(allowed: str, origin: str) -> bool:
    """Whether the origin is one of those that ``allowed`` means (``*.`` at the host's start)."""
    if "://*." not in allowed:
        return allowed == origin
    scheme, _, rest = allowed.partition("://*")
    return origin.startswith(f"{scheme}://") and origin.endswith(rest)


def _origin(source: str) -> str:
    """Scheme, host and port of the collection's address."""
    try:
        parts = urlsplit(source)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:  # half an IPv6 address
        origin = ""
    if not _ADDRESS.fullmatch(source) or not _ORIGIN.fullmatch(origin) or "*" in origin:
        raise BuildError(
            f"{source!r} is not the address of a collection of voices.",
            "voices.source is the address of the folder that voices.json lies in, http or https, "
            "without a question mark.",
        )
    return origin


def _committed(file: Path) -> VoiceSettings:
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return VoiceSettings()
    except (OSError, ValueError) as reason:
        raise BuildError(f"{file.name} can't be read: {reason}.") from reason
    table = data.get("tool", {}).get("lectern", {}).get("voices", {})
    source, origins = table.get("source", ""), table.get("origins", [])
    if not isinstance(source, str) or not (
        isinstance(origins, list) and all(isinstance(origin, str) for origin in origins)
    ):
        raise BuildError(
            f"[tool.lectern.voices] in {file.name} is not as it should be.",
            'source = "https://…" and origins = ["https://…", …]',
        )
    return VoiceSettings(source, tuple(origins))
