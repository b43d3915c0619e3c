"""Which ORT worker ("realm") a voice runs in: wasm with n threads, or WebGPU.

The choice is made by measuring, in idle time, and kept per device:

- threads: a realm's number of threads is fixed, so a candidate realm is started beside
  the one in use, both run the probe sentence in turn, and the quicker one stays;
- WebGPU: refused for software adapters, and trusted for a voice only after the probe
  sentence, with all noise 0, equals wasm's sound within ``MIN_SNR`` and is not slower.

An override ("?backend=", "?threads=") is obeyed without measuring, as far as this machine can.
Of a voice in parts only the decoder runs on WebGPU, everything else stays on wasm.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field

from lectern.errors import (
    EngineError,
    EngineLost,
    InferenceFailed,
    LecternError,
    VoiceUnreadable,
)
from lectern.ports import Clock, Inference, Realm, RealmConfig
from lectern.singleflight import SingleFlight

log = logging.getLogger("lectern")

#: How far WebGPU's sound may lie from wasm's, in decibels.
MIN_SNR = 40.0
#: A candidate must be this much quicker to be worth a change.
_WORTH = 1.1
#: More threads than this never helped a sentence-sized graph.
_MOST_THREADS = 8
_ROUNDS = 3
#: A GPU that went this often in one page's life is left alone: each time costs a window of sound,
#: and a driver that is started anew blanks the screen.
_MOST_LOSSES = 2

#: Runs the probe sentence once in a realm, and gives its samples.
Run = Callable[[], Awaitable[memoryview]]


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user asked for; None leaves it to the measurement."""

    backend: str | None = None
    threads: int | None = None


@dataclass(slots=True)
class DeviceRecord:
    """What was found out about this device; kept by the page, given back at boot."""

    cores: int
    isolated: bool
    #: The build that measured: what another onnxruntime did says nothing of this one.
    build: str = ""
    threads: int | None = None
    reason: str = ""
    adapter: str = ""
    #: voice identity -> what the probe said
    gpu: dict[str, dict[str, object]] = field(default_factory=dict)

    @classmethod
    def from_json(
        cls, data: object, *, cores: int, isolated: bool, build: str = ""
    ) -> DeviceRecord:
        """The stored record if it is whole, of this device and this build; else an empty one."""
        empty = cls(cores, isolated, build)
        if not isinstance(data, Mapping):
            return empty
        if data.get("cores") != cores or data.get("isolated") is not isolated:
            return empty
        if data.get("build") != build:
            return empty
        threads, reason, adapter = data.get("threads"), data.get("reason"), data.get("adapter")
        if isinstance(threads, int) and 1 <= threads <= cores and isinstance(reason, str):
            empty.threads, empty.reason = threads, reason
        gpu = data.get("gpu")
        if isinstance(adapter, str) and isinstance(gpu, Mapping):
            empty.adapter = adapter
            empty.gpu = {
                str(identity): {"ok": verdict.get("ok") is True, "reason": str(verdict["reason"])}
                for identity, verdict in gpu.items()
                if isinstance(verdict, Mapping) and "reason" in verdict
            }
        return empty


class Backends:
    """The realms in use.

    Args:
        prestarted: the configuration of realm 1, which the page started side by side
            with Python; taken if it is what is wanted, ended else.
    """

    def __init__(
        self,
        inference: Inference,
        *,
        clock: Clock,
        overrides: Overrides,
        record: DeviceRecord,
        prestarted: RealmConfig | None = None,
    ) -> None:
        self._inference = inference
        self._clock = clock
        self._overrides = overrides
        self._record = record
        self._realms: dict[str, Realm] = {}  # by backend
        self._opening: SingleFlight[str, Realm] = SingleFlight()
        self._unwanted = prestarted is not None
        if prestarted is not None and prestarted == self._config(prestarted.backend):
            self._unwanted = False
            self._realms[prestarted.backend] = Realm(1, prestarted.backend, prestarted.threads)
        self._gpu_refused = ""
        self._gpu_losses = 0
        #: The realm under probe; None when it died.
        self._probed: int | None = None
        #: Voices that can't be loaded on WebGPU at all, and why.
        self._unfit: dict[str, str] = {}

    # -- what is in use ------------------------------------------------------------

    @property
    def device(self) -> dict[str, object]:
        """The record to keep, with the realm that the page may start early next time."""
        wasm = self._config("wasm")
        return {**asdict(self._record), "realm": asdict(wasm)}

    def backend_for(self, identity: str) -> str:
        """ "webgpu" when the user wants it or the voice passed its probe there, else "wasm"."""
        if identity in self._unfit or self._gpu_refused:
            return "wasm"
        if self._overrides.backend:
            return self._overrides.backend
        verdict = self._record.gpu.get(identity)
        if verdict and verdict["ok"] and self._record.adapter:
            return "webgpu"
        return "wasm"

    @property
    def gpu_asked_for(self) -> bool:
        """Whether the user wants WebGPU, measured or not."""
        return self._overrides.backend == "webgpu"

    def describe(self, identity: str | None) -> dict[str, object]:
        """``{backend, backendReason, threads}`` for the voice that was used last."""
        backend = self.backend_for(identity or "")
        realm = self._realms.get(backend)
        return {
            "backend": backend,
            "backendReason": self._reason(backend, identity or ""),
            "threads": realm.threads if realm else self._config(backend).threads,
        }

    async def realm_for(self, identity: str) -> Realm:
        """A living realm for the voice, started if need be. Raises InferenceFailed, EngineLost."""
        return await self._realm(self.backend_for(identity))

    async def wasm_realm(self) -> Realm:
        """The realm for what always runs on wasm. Raises InferenceFailed, EngineLost."""
        return await self._realm("wasm")

    async def _realm(self, backend: str) -> Realm:
        if self._unwanted:
            self._unwanted = False
            await self._inference.close(1)
        realm = self._realms.get(backend)
        if realm is None:
            realm = await self._opening.do(backend, lambda: self._open(backend))
        return realm

    def unfit(self, identity: str, reason: str) -> None:
        """This voice's model can't be loaded on WebGPU: it runs on wasm, whatever was asked for."""
        self._unfit[identity] = reason

    def lost(self, realm_id: int) -> None:
        """A realm died; the next ``realm_for`` starts another."""
        if realm_id == self._probed:
            self._probed = None
        for backend, realm in list(self._realms.items()):
            if realm.id == realm_id:
                del self._realms[backend]
                self._gpu_losses += backend == "webgpu"
        if self._gpu_losses >= _MOST_LOSSES:
            self._gpu_refused = f"WebGPU was lost {self._gpu_losses} times"

    async def _open(self, backend: str) -> Realm:
        try:
            realm = await self._inference.open(self._config(backend))
        except EngineLost:
            raise
        except LecternError as error:
            if backend == "wasm":
                raise
            self._gpu_refused = f"WebGPU could not be started: {error}"
            return await self.realm_for("")
        self._realms[backend] = realm
        return realm

    def _config(self, backend: str) -> RealmConfig:
        if backend != "wasm":
            return RealmConfig(backend, 1)
        return RealmConfig("wasm", self._threads())

    def _threads(self) -> int:
        if not self._record.isolated:
            return 1
        if self._overrides.threads is not None:
            return max(1, min(self._overrides.threads, max(1, self._record.cores)))
        return self._record.threads or 1

    def _reason(self, backend: str, identity: str) -> str:
        if identity in self._unfit:
            return f"WebGPU can't run this voice: {self._unfit[identity]}"
        if self._overrides.backend == backend:
            return f"asked for: backend={backend}"
        if backend == "webgpu":
            return str(self._record.gpu[identity]["reason"])
        gpu = self._gpu_refused or str(self._record.gpu.get(identity, {}).get("reason", ""))
        if not self._record.isolated:
            threads = "one thread: the page is not cross-origin isolated"
        elif self._overrides.threads is not None:
            threads = f"asked for: threads={self._overrides.threads}"
        else:
            threads = self._record.reason or "one thread until it was measured"
        return "; ".join(part for part in (gpu, threads) if part)

    # -- measuring -----------------------------------------------------------------

    def wants_threads(self) -> bool:
        """Whether the number of threads is still to be measured."""
        return (
            self._record.isolated
            and self._record.cores > 1
            and self._record.threads is None
            and self._overrides.threads is None
            and self._overrides.backend != "webgpu"
        )

    async def wants_gpu(self, identity: str) -> bool:
        """Whether this voice is still to be probed on WebGPU."""
        if self._overrides.backend or self._gpu_refused:
            return False
        adapter = await self._inference.adapter()
        if adapter is None:
            self._gpu_refused = "no WebGPU adapter"
        elif adapter.fallback:
            self._gpu_refused = f"the WebGPU adapter is a software one ({adapter.description})"
        elif adapter.description != self._record.adapter:
            self._record.adapter, self._record.gpu = adapter.description, {}
        return not self._gpu_refused and identity not in self._record.gpu

    async def measure_threads(self, probe: Callable[[Realm], Awaitable[Run]]) -> Realm | None:
        """Find the best number of threads; the better realm, or None if the present one stays.

        ``probe(realm)`` loads the probe's session there and returns what runs it once.
        The caller calls ``adopt``, moves its sessions and ends the former realm.
        """
        first = best = await self.wasm_realm()
        best_run = await probe(best)
        reason = "one thread: the only candidate"
        candidate: Realm | None = None
        for threads in _candidates(self._record.cores):
            if threads <= best.threads:
                continue
            candidate = await self._inference.open(RealmConfig("wasm", threads))
            try:
                run = await probe(candidate)
                slow, quick = await self._race(best_run, run)
            except BaseException:
                await self._inference.close(candidate.id)
                raise
            ratio = slow / quick if quick > 0 else 1.0
            better = ratio >= _WORTH
            reason = (
                f"{threads} threads against {best.threads}: {ratio:.2f} times as quick "
                f"({quick * 1000:.0f} ms a probe)"
            )
            if not better:
                await self._inference.close(candidate.id)
                break
            if best.id != first.id:
                await self._inference.close(best.id)
            best, best_run = candidate, run
        self._record.threads = best.threads
        self._record.reason = reason
        return best if best.id != first.id else None

    def adopt(self, realm: Realm) -> Realm | None:
        """Make ``realm`` the one for its backend, from now on; the former one, if there was."""
        former = self._realms.get(realm.backend)
        self._realms[realm.backend] = realm
        return former if former is not None and former.id != realm.id else None

    async def end(self, realm: Realm) -> None:
        """End a realm that is no longer used."""
        await self._inference.close(realm.id)

    async def probe_gpu(self, identity: str, probe: Callable[[Realm], Awaitable[Run]]) -> None:
        """Compare one voice on WebGPU with wasm, in sound and in speed, and keep the verdict."""
        in_use = self._realms.get("webgpu")
        try:
            gpu = in_use or await self._inference.open(RealmConfig("webgpu", 1))
        except LecternError as error:
            self._gpu_refused = f"WebGPU could not be started: {error}"
            return
        self._probed = gpu.id
        ok = False
        try:
            ok, verdict = await self._verdict(probe, gpu)
        except EngineError as error:
            if self._probed is not None:
                raise  # says nothing of the GPU (another worker died): probed again later
            verdict = f"WebGPU broke down in the probe: {error}"
        finally:
            self._probed = None
            if ok:
                self._realms["webgpu"] = gpu
            elif in_use is None:
                await self._inference.close(gpu.id)
        self._record.gpu[identity] = {"ok": ok, "reason": verdict}

    async def _verdict(
        self, probe: Callable[[Realm], Awaitable[Run]], gpu: Realm
    ) -> tuple[bool, str]:
        try:
            wasm_run = await probe(await self.wasm_realm())
            gpu_run = await probe(gpu)
            distance = snr(await wasm_run(), await gpu_run())
            if distance < MIN_SNR:
                return False, f"WebGPU's sound is off ({distance:.0f} dB from wasm's)"
            slow, quick = await self._race(wasm_run, gpu_run)
        except (InferenceFailed, VoiceUnreadable) as error:
            return False, f"WebGPU failed the probe: {error}"
        ratio = slow / quick if quick > 0 else 1.0
        return (
            ratio >= 1.0,
            f"WebGPU equals wasm within {distance:.0f} dB, {ratio:.2f} times as quick",
        )

    async def _race(self, first: Run, second: Run) -> tuple[float, float]:
        """The best time of each, in seconds; they take turns, so that both see the same load."""
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(_ROUNDS + 1):
            for run, taken in zip((first, second), times, strict=True):
                started = self._clock.monotonic()
                await run()
                taken.append(self._clock.monotonic() - started)
        # The first run of a session costs more than all later ones: it is left out.
        return min(times[0][1:]), min(times[1][1:])


def _candidates(cores: int) -> list[int]:
    """1, 2, 4, 8 and the number of cores itself, none above it."""
    limit = min(cores, _MOST_THREADS)
    return sorted({n for n in (1, 2, 4, 8, limit) if 1 <= n <= limit})


def snr(wanted: memoryview, got: memoryview) -> float:
    """Signal to noise ratio of ``got`` against ``wanted`` in dB; -inf when not comparable."""
    if len(wanted) != len(got) or not len(wanted):
        return -math.inf
    signal = math.fsum(w * w for w in wanted)
    noise = math.fsum((w - g) * (w - g) for w, g in zip(wanted, got, strict=True))
    if not math.isfinite(noise) or not signal:
        return -math.inf
    return math.inf if noise == 0 else 10 * math.log10(signal / noise)
