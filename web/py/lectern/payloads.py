"""Values out of a request's payload, checked: what the page sends may come from anybody's code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lectern.backends import Overrides
from lectern.errors import BadOption
from lectern.pacing import Demand
from lectern.ports import RealmConfig
from lectern.voice_ports import GivenFile


def string(payload: Mapping[str, object], name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str):
        raise BadOption(f"{name} must be text, not {value!r}.")
    return value


def optional_string(payload: Mapping[str, object], name: str) -> str | None:
    return None if payload.get(name) is None else string(payload, name)


def optional_number(payload: Mapping[str, object], name: str) -> float | None:
    value = payload.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOption(f"{name} must be a number, not {value!r}.")
    return float(value)


def choice(payload: Mapping[str, object], name: str, known: Sequence[str]) -> str:
    """One of ``known``; the first of them where nothing is said."""
    value = payload.get(name)
    if value is None:
        return known[0]
    if isinstance(value, str) and value in known:
        return value
    raise BadOption(f"{name} must be one of {', '.join(known)}, not {value!r}.")


def speaker(value: object) -> str | int | None:
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return value
    raise BadOption(f"speaker must be a name or a number, not {value!r}.")


def offset(payload: Mapping[str, object]) -> int:
    """Samples of the sentence that the page has already."""
    value = payload.get("offset", 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadOption(f"offset must be a whole number from 0 on, not {value!r}.")
    return value


def count(payload: Mapping[str, object], name: str) -> int:
    """How many of something."""
    value = payload.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        raise BadOption(f"{name} must be a whole number from 0 on, not {value!r}.")
    return value


def demand(payload: Mapping[str, object]) -> Demand:
    """What the listener needs: ``ahead`` in seconds or null, ``rate`` of playback."""
    ahead = optional_number(payload, "ahead")
    rate = optional_number(payload, "rate")
    if rate is not None and not 0.1 <= rate <= 10:
        raise BadOption(f"rate must lie between 0.1 and 10, not {rate!r}.")
    return Demand(None if ahead is None else max(0.0, ahead), rate or 1.0)


def cores(boot: Mapping[str, object]) -> int:
    value = boot.get("cores")
    return value if isinstance(value, int) and value >= 1 else 1


def overrides(boot: Mapping[str, object]) -> Overrides:
    backend, threads = boot.get("backend"), boot.get("threads")
    if backend is not None and backend not in ("wasm", "webgpu"):
        raise BadOption(f"backend must be wasm or webgpu, not {backend!r}.")
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise BadOption(f"threads must be a whole number from 1 on, not {threads!r}.")
    return Overrides(str(backend) if backend else None, threads)


def realm_config(value: object) -> RealmConfig | None:
    if not isinstance(value, Mapping):
        return None
    backend, threads = value.get("backend"), value.get("threads")
    if isinstance(backend, str) and isinstance(threads, int):
        return RealmConfig(backend, threads)
    return None


def collection(boot: Mapping[str, object]) -> tuple[str, list[str]]:
    """Address of the collection of voices, "" where the build has none, and who may be asked."""
    value = boot.get("voices")
    if not isinstance(value, Mapping):
        return "", []
    source, origins = value.get("source"), value.get("origins")
    listed = origins if isinstance(origins, list) else []
    return source if isinstance(source, str) else "", [o for o in listed if isinstance(o, str)]


def given_file(payload: Mapping[str, object], name: str) -> GivenFile:
    """What ``worker.js`` puts in the place of a File."""
    value = payload.get(name)
    if isinstance(value, Mapping):
        source, file, size = value.get("source"), value.get("name"), value.get("size")
        if isinstance(source, int) and isinstance(file, str) and isinstance(size, int):
            return GivenFile(source, file, size)
    raise BadOption(f"{name} must be a file.")
