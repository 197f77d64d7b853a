"""Models of sound on one processor: many answers are heard at once, each by a thread of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import onnxruntime

__all__ = ["load_model"]


def load_model(path: Path, *, arena: bool) -> Any:
    """An inference session that any thread may use. An `arena` keeps the peak of every size of
    input for ever: it suits a model whose input has one size."""
    # onnxruntime has no type information for its session
    runtime = cast(Any, onnxruntime)
    options = runtime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.log_severity_level = 3
    return runtime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )
