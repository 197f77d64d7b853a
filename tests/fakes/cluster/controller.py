"""What becomes of Jobs: their pods, and the end of what they own."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from tests.fakes.cluster.kubelet import Kubelet
from tests.fakes.cluster.store import Missing, Object, Store

__all__ = ["Controller"]

_SUFFIX = "-x7k2p"


class Controller:
    def __init__(self, store: Store, image: Path) -> None:
        self._store = store
        self.kubelet = Kubelet(store, image, gone=self._pod_gone, over=self._pod_over)

    def work(self, job: Object) -> None:
        """Its pod is made, given a node, and begun. Idempotent."""
        name, whims = job["metadata"]["name"], self.kubelet.whims
        pod, template = f"{name}{_SUFFIX}", job["spec"]["template"]
        if whims.no_pod or self.kubelet.has(pod):
            return
        labels = {**template["metadata"]["labels"], "batch.kubernetes.io/job-name": name}
        spec = dict(template["spec"])
        if whims.runtime_class is not None:
            spec["runtimeClassName"] = whims.runtime_class
        status: Object = {"phase": "Pending", "conditions": [], "containerStatuses": []}
        metadata = {"name": pod, "labels": labels}
        self._store.add(
            "pods", {"kind": "Pod", "metadata": metadata, "spec": spec, "status": status}
        )
        self.kubelet.start(pod, spec)
        if whims.job_deadline_s is not None:
            timer = threading.Timer(whims.job_deadline_s, self._out_of_time, (name,))
            timer.daemon = True
            timer.start()

    def forget(self, gone: Object) -> None:
        """What a Job owned goes with it."""
        if gone["kind"] != "Job":
            return
        name, uid = gone["metadata"]["name"], gone["metadata"]["uid"]
        for secret in self._store.list("secrets", {})[0]:
            if any(owner["uid"] == uid for owner in secret["metadata"].get("ownerReferences", [])):
                self._store.remove("secrets", secret["metadata"]["name"])
        self.kubelet.take_away(f"{name}{_SUFFIX}")

    def _out_of_time(self, name: str) -> None:
        reason = {"type": "Failed", "status": "True", "reason": "DeadlineExceeded"}
        with suppress(Missing):
            self._store.change("jobs", name, {"status": {"conditions": [reason]}})
            self.kubelet.take_away(f"{name}{_SUFFIX}")

    def _pod_gone(self, pod: str) -> None:
        with suppress(Missing):
            self._store.remove("pods", pod)

    def _pod_over(self, pod: str, well: bool) -> None:
        condition = {"type": "Complete" if well else "Failed", "status": "True"}
        with suppress(Missing):
            name = pod.removesuffix(_SUFFIX)
            if self._store.get("jobs", name).get("status"):
                return  # it was ended before its pod
            self._store.change("jobs", name, {"status": {"conditions": [condition]}})
