"""Threads and WebGPU: measured, kept per device, overridable."""

from __future__ import annotations

import asyncio
import math
from array import array
from collections.abc import Awaitable, Callable, Coroutine

import pytest
from lectern.backends import Backends, DeviceRecord, Overrides, Run, snr
from lectern.errors import EngineLost, InferenceFailed
from lectern.ports import Adapter, FileRef, Realm, RealmConfig, Tensor

from tests.fakes import FakeInference

GPU = Adapter("Acme GPU", fallback=False)
SOFTWARE = Adapter("SwiftShader", fallback=True)


def run(scenario: Coroutine[object, object, None]) -> None:
    asyncio.run(scenario)


def backends(
    inference: FakeInference,
    *,
    backend: str | None = None,
    threads: int | None = None,
    cores: int = 4,
    isolated: bool = True,
    device: object = None,
    prestarted: RealmConfig | None = None,
) -> Backends:
    return Backends(
        inference,
        clock=inference.clock,
        overrides=Overrides(backend, threads),
        record=DeviceRecord.from_json(device, cores=cores, isolated=isolated),
        prestarted=prestarted,
    )


def prober(inference: FakeInference) -> Callable[[Realm], Awaitable[Run]]:
    async def probe(realm: Realm) -> Run:
        handle = await inference.create(realm.id, FileRef(1, 1, "0" * 64))
        feeds = {
            "input": Tensor("int64", [1, 5, 9, 2], (1, 4)),
            "scales": Tensor("float32", [0.0, 1.0, 0.0], (3,)),
        }

        async def once() -> memoryview:
            return (await inference.run(handle.id, feeds, ["output"], 10))["output"]

        return once

    return probe


def test_without_isolation_there_is_one_thread() -> None:
    async def scenario() -> None:
        made = backends(FakeInference(), isolated=False, threads=4)
        realm = await made.realm_for("v")
        assert realm.threads == 1
        assert not made.wants_threads()
        assert "isolated" in str(made.describe(None)["backendReason"])

    run(scenario())


@pytest.mark.parametrize(
    ("quickest", "chosen"),
    [({1: 1.0, 2: 0.55, 4: 0.7}, 2), ({1: 1.0, 2: 1.3}, 1), ({1: 1.0, 2: 0.6, 4: 0.3}, 4)],
)
def test_the_quicker_number_of_threads_stays(quickest: dict[int, float], chosen: int) -> None:
    async def scenario() -> None:
        inference = FakeInference(cost=lambda realm: quickest.get(realm.threads, 9.0))
        made = backends(inference)
        await made.realm_for("v")
        assert made.wants_threads()
        better = await made.measure_threads(prober(inference))
        if better:
            former = made.adopt(better)
            assert former is not None and former.threads == 1
            await made.end(former)
        assert (await made.realm_for("v")).threads == chosen
        assert not made.wants_threads()
        # No realm but the one in use is left running.
        assert [r.threads for r in inference.realms.values() if r.id != 1] == [chosen]
        # Kept: the next boot starts with it and measures nothing.
        again = backends(FakeInference(), device=made.device)
        assert again.device["realm"] == {"backend": "wasm", "threads": chosen}
        assert not again.wants_threads()

    run(scenario())


def test_a_candidate_that_fails_is_closed() -> None:
    async def scenario() -> None:
        inference = FakeInference()
        made = backends(inference)
        own = await made.realm_for("v")
        probe = prober(inference)

        async def failing(realm: Realm) -> Run:
            if realm.id != own.id:
                raise InferenceFailed("no memory")
            return await probe(realm)

        with pytest.raises(InferenceFailed):
            await made.measure_threads(failing)
        assert own.id in inference.realms
        assert not [r for r in inference.realms.values() if r.threads > 1]

    run(scenario())


def test_a_record_of_another_device_or_a_broken_one_is_not_used() -> None:
    record = {"cores": 8, "isolated": True, "build": "", "threads": 8, "reason": "measured"}
    assert DeviceRecord.from_json(record, cores=4, isolated=True).threads is None
    assert DeviceRecord.from_json(record, cores=8, isolated=False).threads is None
    assert DeviceRecord.from_json(record, cores=8, isolated=True).threads == 8
    assert DeviceRecord.from_json(record, cores=8, isolated=True, build="next").threads is None
    for broken in (None, 3, "x", {"threads": 99}, {**record, "threads": 99}, {**record, "gpu": 3}):
        DeviceRecord.from_json(broken, cores=8, isolated=True)
    assert DeviceRecord.from_json({**record, "threads": 99}, cores=8, isolated=True).threads is None


def test_a_software_adapter_is_refused_without_loading_anything() -> None:
    async def scenario() -> None:
        inference = FakeInference(gpu=SOFTWARE)
        made = backends(inference)
        assert not await made.wants_gpu("v")
        assert "open" not in inference.calls
        assert "software" in str(made.describe("v")["backendReason"])
        assert made.backend_for("v") == "wasm"

    run(scenario())


def test_webgpu_is_trusted_for_the_voice_that_passed_and_no_other() -> None:
    async def scenario() -> None:
        inference = FakeInference(
            gpu=GPU, cost=lambda realm: 0.1 if realm.backend == "webgpu" else 0.3
        )
        made = backends(inference)
        assert await made.wants_gpu("v")
        await made.probe_gpu("v", prober(inference))
        assert made.backend_for("v") == "webgpu"
        assert made.backend_for("other") == "wasm"
        assert (await made.realm_for("v")).backend == "webgpu"
        assert "3.00 times" in str(made.describe("v")["backendReason"])
        assert not await made.wants_gpu("v")
        # Kept for device and voice; another adapter is probed anew.
        same = backends(FakeInference(gpu=GPU), device=made.device)
        assert not await same.wants_gpu("v")
        assert same.backend_for("v") == "webgpu"
        other = backends(FakeInference(gpu=Adapter("Other", False)), device=made.device)
        assert await other.wants_gpu("v")

    run(scenario())


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s: array("f", (x + 0.01 for x in s)),
        lambda s: s[:-1],
        lambda s: array("f", [math.nan] * len(s)),
    ],
)
def test_webgpu_that_sounds_otherwise_is_refused(
    wrong: Callable[[array[float]], array[float]],
) -> None:
    async def scenario() -> None:
        inference = FakeInference(
            gpu=GPU, distort=lambda realm, s: wrong(s) if realm.backend == "webgpu" else s
        )
        made = backends(inference)
        await made.wants_gpu("v")
        await made.probe_gpu("v", prober(inference))
        assert made.backend_for("v") == "wasm"
        assert not [r for r in inference.realms.values() if r.backend == "webgpu"]
        assert not await made.wants_gpu("v")

    run(scenario())


def test_a_fault_that_says_nothing_of_the_gpu_is_no_verdict() -> None:
    async def scenario() -> None:
        inference = FakeInference(gpu=GPU)
        made = backends(inference)
        await made.wants_gpu("v")
        inference.faults["run"] = [EngineLost("the network went")]
        with pytest.raises(EngineLost):
            await made.probe_gpu("v", prober(inference))
        assert await made.wants_gpu("v")
        assert not [r for r in inference.realms.values() if r.backend == "webgpu"]

    run(scenario())


def test_webgpu_that_is_slower_is_refused() -> None:
    async def scenario() -> None:
        inference = FakeInference(
            gpu=GPU, cost=lambda realm: 9.0 if realm.backend == "webgpu" else 0.1
        )
        made = backends(inference)
        await made.wants_gpu("v")
        await made.probe_gpu("v", prober(inference))
        assert made.backend_for("v") == "wasm"
        assert "0.01 times" in str(made.describe("v")["backendReason"])

    run(scenario())


def test_overrides_are_obeyed_without_measuring() -> None:
    async def scenario() -> None:
        inference = FakeInference(gpu=SOFTWARE)
        made = backends(inference, backend="webgpu")
        assert (await made.realm_for("v")).backend == "webgpu"
        assert not await made.wants_gpu("v")
        assert "asked for" in str(made.describe("v")["backendReason"])
        made = backends(FakeInference(), threads=3)
        assert (await made.realm_for("v")).threads == 3
        assert not made.wants_threads()
        assert (await backends(FakeInference(), threads=99).realm_for("v")).threads == 4

    run(scenario())


def test_the_prestarted_realm_is_used_when_it_is_the_right_one_and_ended_when_not() -> None:
    async def scenario() -> None:
        inference = FakeInference()
        made = backends(inference, prestarted=RealmConfig("wasm", 1))
        assert (await made.realm_for("v")).id == 1
        inference = FakeInference()
        made = backends(inference, threads=2, prestarted=RealmConfig("wasm", 1))
        assert (await made.realm_for("v")).threads == 2
        assert 1 not in inference.realms

    run(scenario())


def test_a_lost_realm_is_replaced() -> None:
    async def scenario() -> None:
        inference = FakeInference()
        made = backends(inference)
        first = await made.realm_for("v")
        made.lost(first.id)
        assert (await made.realm_for("v")).id != first.id

    run(scenario())


def test_webgpu_that_cannot_start_falls_back_to_wasm() -> None:
    async def scenario() -> None:
        inference = FakeInference(gpu=GPU, cost=lambda r: 0.1 if r.backend == "webgpu" else 0.3)
        made = backends(inference)
        await made.wants_gpu("v")
        await made.probe_gpu("v", prober(inference))
        made.lost((await made.realm_for("v")).id)
        inference.faults["open"] = [InferenceFailed("device lost")]
        assert (await made.realm_for("v")).backend == "wasm"
        assert "device lost" in str(made.describe("v")["backendReason"])

    run(scenario())


def test_webgpu_that_was_asked_for_and_cannot_start_falls_back_too() -> None:
    async def scenario() -> None:
        inference = FakeInference()
        made = backends(inference, backend="webgpu")
        assert made.backend_for("v") == "webgpu"
        assert (await made.realm_for("v")).backend == "wasm"
        said = made.describe("v")
        assert said["backend"] == "wasm"
        assert "no WebGPU adapter" in str(said["backendReason"])

    run(scenario())


def test_webgpu_that_is_lost_twice_is_left_alone() -> None:
    async def scenario() -> None:
        made = backends(FakeInference(gpu=GPU), backend="webgpu")
        for _ in range(2):
            realm = await made.realm_for("v")
            assert realm.backend == "webgpu"
            made.lost(realm.id)
            made.lost(realm.id)  # told twice, counted once
        assert (await made.realm_for("v")).backend == "wasm"
        assert "lost 2 times" in str(made.describe("v")["backendReason"])

    run(scenario())


def test_snr() -> None:
    tone = array("f", (math.sin(n / 10) for n in range(1000)))
    near = array("f", (x * 1.001 for x in tone))
    assert snr(memoryview(tone), memoryview(tone)) == math.inf
    assert snr(memoryview(tone), memoryview(near)) == pytest.approx(60, abs=0.1)
    assert snr(memoryview(tone), memoryview(tone)[:10]) == -math.inf
