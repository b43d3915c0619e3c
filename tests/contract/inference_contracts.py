"""What every implementation of ``Inference`` must do. See ``contracts``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from lectern.errors import (
    EngineLost,
    EngineTimeout,
    InferenceFailed,
    VoiceUnreadable,
)
from lectern.onnxfile import Part
from lectern.ports import FileRef, Realm, RealmConfig, SessionHandle, Tensor

from tests.contract.contracts import PATIENCE, RUN_DEADLINE, World, contract, refused


@asynccontextmanager
async def opened(world: World) -> AsyncIterator[Realm]:
    """A wasm realm with one thread."""
    realm = await world.inference.open(RealmConfig("wasm", 1))
    try:
        yield realm
    finally:
        await world.inference.close(realm.id)


async def load(world: World, realm: Realm) -> SessionHandle:
    model = await world.files.model(world.voice, lambda *_: None)
    try:
        return await world.inference.create(realm.id, model)
    finally:
        await world.files.drop(model)


def feeds(ids: Sequence[int]) -> dict[str, Tensor]:
    return {
        "input": Tensor("int64", list(ids), (1, len(ids))),
        "input_lengths": Tensor("int64", [len(ids)], (1,)),
        "scales": Tensor("float32", [0.0, 1.0, 0.0], (3,)),
    }


async def say(
    world: World, session: SessionHandle, ids: Sequence[int], deadline: float = RUN_DEADLINE
) -> list[float]:
    found = await world.inference.run(session.id, feeds(ids), ["output"], deadline)
    return list(found["output"])


@contract
async def inference_opens_what_was_asked_for(world: World) -> None:
    two = await world.realm()
    async with opened(world) as one:
        assert (one.backend, one.threads) == ("wasm", 1)
        assert one.id != two.id


@contract
async def inference_refuses_webgpu_where_there_is_none(world: World) -> None:
    assert await world.inference.adapter() is None
    await refused(world.inference.open(RealmConfig("webgpu", 1)), InferenceFailed)
    assert await say(world, await load(world, await world.realm()), world.ids)


@contract
async def inference_closes_without_fuss(world: World) -> None:
    await world.inference.close(987_654)
    async with opened(world) as realm:
        session = await load(world, realm)
        await world.inference.close(realm.id)
        await refused(say(world, session, world.ids), EngineLost)
        model = await world.files.model(world.voice, lambda *_: None)
        await refused(world.inference.create(realm.id, model), EngineLost)
        await world.files.drop(model)
    assert realm.id not in world.lost, "what was closed on purpose is not lost"


@contract
async def inference_names_inputs_and_outputs(world: World) -> None:
    realm = await world.realm()
    session = await load(world, realm)
    assert set(session.inputs) == {"input", "input_lengths", "scales"}
    assert set(session.outputs) == {"output", "durations"}


@contract
async def inference_loads_parts_and_leaves_the_bytes(world: World) -> None:
    realm = await world.realm()
    model = await world.files.model(world.voice, lambda *_: None)
    everything = Part(((0, 10), (10, model.size - 10)), b"")
    one, two = [await world.inference.create(realm.id, model, everything) for _ in range(2)]
    assert await say(world, one, world.ids) == await say(world, two, world.ids)
    for session in (one, two):
        await world.inference.release(session.id)
    await world.files.drop(model)


@contract
async def inference_gives_the_outputs_asked_for_as_flat_float32(world: World) -> None:
    realm = await world.realm()
    session = await load(world, realm)
    both = await world.inference.run(
        session.id, feeds(world.ids), ["output", "durations"], RUN_DEADLINE
    )
    assert set(both) == {"output", "durations"}
    for values in both.values():
        assert isinstance(values, memoryview)
        assert (values.format, values.ndim, values.contiguous) == ("f", 1, True)
    assert len(both["durations"]) == len(world.ids)
    # Each frame of the durations is as many samples as every other.
    frames = sum(both["durations"])
    assert frames > 0
    assert len(both["output"]) % round(frames) == 0
    one = await world.inference.run(session.id, feeds(world.ids), ["output"], RUN_DEADLINE)
    assert set(one) == {"output"}
    assert list(one["output"]) == list(both["output"])


@contract
async def inference_serialises_what_comes_at_once(world: World) -> None:
    realm = await world.realm()
    one, two = await asyncio.gather(load(world, realm), load(world, realm))
    assert one.id != two.id
    short, long = world.ids, world.ids[:-1] + world.ids[1:]
    alone = {len(ids): await say(world, one, ids) for ids in (short, long)}
    asked = [(one, short), (two, long), (one, long), (two, short), (one, short)]
    found = await asyncio.gather(*(say(world, session, ids) for session, ids in asked))
    assert [alone[len(ids)] for _, ids in asked] == list(found)
    assert len(alone[len(long)]) > len(alone[len(short)])


@contract
async def inference_releases_one_session_alone(world: World) -> None:
    realm = await world.realm()
    one, two = await load(world, realm), await load(world, realm)
    await world.inference.release(one.id)
    await world.inference.release(one.id)
    await world.inference.release(987_654)
    await refused(say(world, one, world.ids), EngineLost, InferenceFailed)
    assert await say(world, two, world.ids)


@contract
async def inference_refuses_a_bad_model_and_takes_the_next(world: World) -> None:
    realm = await world.realm()
    for _ in range(2):
        bad = await world.files.model(world.broken, lambda *_: None)
        await refused(world.inference.create(realm.id, bad), VoiceUnreadable)
        await world.files.drop(bad)
    assert await say(world, await load(world, realm), world.ids)


@contract
async def inference_refuses_a_bad_run_and_does_the_next(world: World) -> None:
    realm = await world.realm()
    session = await load(world, realm)
    wanted = await say(world, session, world.ids)
    lacking = {name: t for name, t in feeds(world.ids).items() if name != "input"}
    good = say(world, session, world.ids)
    bad = world.inference.run(session.id, lacking, ["output"], RUN_DEADLINE)
    results = await asyncio.gather(bad, good, return_exceptions=True)
    assert isinstance(results[0], InferenceFailed)
    assert results[1] == wanted


@contract
async def inference_tells_of_a_realm_that_died(world: World) -> None:
    two = await world.realm()
    async with opened(world) as one:
        dead, living = await load(world, one), await load(world, two)
        await world.kill(one.id)
        await world.told_lost(one.id)
        assert world.lost.count(one.id) == 1
        await refused(say(world, dead, world.ids), EngineLost)
        await world.inference.release(dead.id)
        model: FileRef = await world.files.model(world.voice, lambda *_: None)
        await refused(world.inference.create(one.id, model), EngineLost)
        await world.files.drop(model)
        assert await say(world, living, world.ids)
        assert two.id not in world.lost


@contract
async def inference_rejects_what_was_pending_in_a_dead_realm(world: World) -> None:
    async with opened(world) as realm:
        session = await load(world, realm)
        long = [*world.ids[:-1], *(world.ids[2:-2] * 60), *world.ids[-1:]]
        pending = [asyncio.ensure_future(say(world, session, long)) for _ in range(10)]
        await asyncio.sleep(0)  # they are on their way
        await world.kill(realm.id)
        # Death takes its time on a busy machine: the first ones may be done by then.
        await asyncio.wait(pending, timeout=PATIENCE)
        await refused(pending[-1], EngineLost)
        for task in pending:
            assert isinstance(task.exception(), EngineLost | None)
        await world.told_lost(realm.id)


@contract
async def inference_gives_up_a_run_at_its_deadline(world: World) -> None:
    async with opened(world) as realm:
        session = await load(world, realm)
        long = [*world.ids[:-1], *(world.ids[2:-2] * 60), *world.ids[-1:]]
        await refused(say(world, session, long, deadline=0.001), EngineTimeout)
        await world.told_lost(realm.id)
        await refused(say(world, session, world.ids), EngineLost)
    assert await say(world, await load(world, await world.realm()), world.ids)
