"""A run is made: its Job, suspended; the Secrets that it owns, with what is to be run; and then it
begins. Whoever dies between two of these leaves what the next attempt goes on with."""

from __future__ import annotations

import os
from typing import Any

from interview.domain.code_runs import Run
from interview.sandbox.bubblewrap.languages import Toolchain
from interview.sandbox.kubernetes import manifest
from interview.sandbox.kubernetes.client import ApiServer, ClusterFailure
from interview.sandbox.kubernetes.manifest import Place
from interview.sandbox.kubernetes.task import Task, parts, sealed_part
from interview.sandbox.kubernetes.watching import TheJob
from interview.security.seal import Cipher

__all__ = ["begin"]

_KEY_BYTES = 32


async def begin(
    api: ApiServer,
    place: Place,
    job: TheJob,
    run: Run,
    toolchain: Toolchain,
    *,
    name: str,
    budget_s: float,
    strangers: list[tuple[str, int]],
) -> Cipher:
    """What opens its log. Raises `ClusterFailure`."""
    recipe, label = toolchain.recipe(run.source, run.limits), manifest.run_label(name)
    inputs = list(run.inputs)
    task = Task(recipe.files, recipe.compile, recipe.run, inputs, budget_s, strangers)
    pieces = parts(task.packed())
    body = manifest.job(
        place,
        job.name,
        label,
        job.holder,
        parts=len(pieces),
        compile=recipe.compile,
        run=recipe.run,
        scratch=toolchain.scratch,
        budget_s=budget_s,
    )
    made = await job.made(body)
    if not manifest.suspended(made):
        return Cipher("", await _key(api, job))
    cipher = Cipher("", await _first(api, place, job, made, label, pieces[0]))
    for at, piece in enumerate(pieces[1:], start=1):
        data = manifest.secret_data(sealed_part(cipher, at, piece))
        await _make(api, manifest.secret(place, made, at, data, label))
    await api.patch("jobs", job.name, {"spec": {"suspend": False}})
    return cipher


async def _first(
    api: ApiServer, place: Place, job: TheJob, made: dict[str, Any], label: str, piece: bytes
) -> bytes:
    """The key that stands: an earlier attempt may have made one."""
    key = os.urandom(_KEY_BYTES)
    data = manifest.secret_data(sealed_part(Cipher("", key), 0, piece), key)
    if await _make(api, manifest.secret(place, made, 0, data, label)):
        return key
    return await _key(api, job)


async def _make(api: ApiServer, body: dict[str, Any]) -> bool:
    """False: it is there."""
    try:
        await api.create("secrets", body)
    except ClusterFailure as failure:
        if failure.status != 409:
            raise
        return False
    return True


async def _key(api: ApiServer, job: TheJob) -> bytes:
    try:
        return manifest.key_of(await api.get("secrets", manifest.secret_name(job.name, 0)))
    except (KeyError, ValueError):
        raise ClusterFailure("the Secret of its key has another shape") from None
