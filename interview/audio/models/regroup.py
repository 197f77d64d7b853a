# /// script
# requires-python = ">=3.11"
# dependencies = ["onnx==1.20.0", "numpy>=2,<3"]
# ///
# pyright: basic, reportMissingImports=false
"""Writes Silero VAD's convolutions as matrix products: `uv run regroup.py FROM TO`.

The windows of a frame are so few (four, two, one) that a convolution spends more on its bookkeeping
than on its sums. As products, whose weights the runtime lays out once, the same sums take a third
of the time. Also left out is what no result depends on: a window that was cut off again, and taps
that only ever met padding.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

HOP, WINDOWS, BINS = 128, 4, 129


class Graph:
    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, op: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        names = [f"{op.lower()}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value: Any) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, dtype=np.int64))

    def reshape(self, x: str, *shape: int) -> str:
        return self.node("Reshape", x, self.ints(*shape))

    def steps(self, x: str, first: int, last: int, stride: int = 1) -> str:
        """[n, steps, features] → [n, those steps, features]."""
        bounds = [self.ints(v) for v in (first, last + 1, 1, stride)]
        return self.node("Slice", x, *bounds)

    def convolved(self, x: str, weights: Any, bias: Any, steps: int, stride: int) -> str:
        """[n, steps, inputs] → [n, steps / stride, outputs], a step of padding on either side."""
        outputs, inputs, taps = weights.shape
        if steps == 1:  # the outer taps meet the padding alone
            rows, used = self.reshape(x, -1, inputs), weights[:, :, 1]
        elif steps == stride:  # so does the first
            rows, used = self.reshape(x, -1, 2 * inputs), weights[:, :, 1:]
        else:
            padded = self.node("Pad", x, self.ints(0, 1, 0, 0, stride == 1, 0))
            last = steps - stride
            parts = [self.steps(padded, tap, tap + last, stride) for tap in range(taps)]
            rows = self.reshape(self.node("Concat", *parts, axis=2), -1, taps * inputs)
            used = weights
        matrix = used.reshape(outputs, inputs, -1).transpose(2, 1, 0).reshape(-1, outputs)
        product = self.node("Gemm", rows, self.constant(matrix), self.constant(bias))
        return self.reshape(self.node("Relu", product), -1, steps // stride, outputs)


def regrouped(model: Any) -> Any:
    weights = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    graph = Graph()
    basis = weights["encoder.feature_extractor.forward_basis_buffer"][:, 0, :]
    x = graph.node("Pad", "input", graph.ints(0, 0, 0, HOP // 2), mode="reflect")
    hops = graph.reshape(x, -1, WINDOWS + 1, HOP)
    halves = graph.steps(hops, 0, WINDOWS - 1), graph.steps(hops, 1, WINDOWS)
    windows = graph.reshape(graph.node("Concat", *halves, axis=2), -1, 2 * HOP)
    spectrum = graph.node("MatMul", windows, graph.constant(basis.T))
    parts = graph.node("Split", spectrum, graph.ints(BINS, BINS), outputs=2, axis=1)
    power = graph.node("Add", *(graph.node("Mul", part, part) for part in parts))
    x = graph.reshape(graph.node("Sqrt", power), -1, WINDOWS, BINS)
    for layer, (steps, stride) in enumerate(((4, 1), (4, 2), (2, 2), (1, 1))):
        name = f"encoder.conv_layers.{layer}"
        x = graph.convolved(x, weights[f"{name}.weight"], weights[f"{name}.bias"], steps, stride)
    # [frames, 1, features]: to the recurrent layer a frame is a step
    (lstm,) = (node for node in model.graph.node if node.op_type == "LSTM")
    kept = [graph.constant(weights[name]) for name in lstm.input[1:4]]
    outputs = ["steps", "hn", "cn"]
    graph.nodes.append(helper.make_node("LSTM", [x, *kept, "", "h", "c"], outputs, hidden_size=128))
    x = graph.node("Relu", graph.reshape("steps", -1, 128))
    column = graph.constant(weights["decoder.conv1d.weight"].reshape(128, 1))
    x = graph.node("Gemm", x, column, graph.constant(weights["decoder.conv1d.bias"]))
    x = graph.node("Sigmoid", x)
    graph.nodes.append(helper.make_node("Reshape", [x, graph.ints(-1)], ["speech_probs"]))
    made = helper.make_graph(
        graph.nodes,
        "silero_vad_v6",
        list(model.graph.input),
        list(model.graph.output),
        graph.constants,
    )
    result = helper.make_model(made, opset_imports=model.opset_import, ir_version=model.ir_version)
    onnx.checker.check_model(result, full_check=True)
    return result


if __name__ == "__main__":
    onnx.save(regrouped(onnx.load(sys.argv[1])), sys.argv[2])
