"""Rebuild qa_pipeline/speakers/voice_encoder.onnx from the Resemblyzer 0.1.4 wheel.

    python -m benchmarks.build_voice_encoder Resemblyzer-0.1.4-py3-none-any.whl OUT.onnx

Needs `onnx` beside onnxruntime, in an environment of its own; no PyTorch. The
wheel's weights are a pickle: only the published wheel should be read.
"""

import io
import pickle
import struct
import sys
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

HIDDEN, BANDS, LAYERS = 256, 40, 3


class _Weights(pickle.Unpickler):
    """Reads tensors as (storage key, offset, shape); everything else becomes an empty object."""

    def persistent_load(self, pid: Any) -> Any:
        return pid[2]

    def find_class(self, module: str, name: str) -> Any:
        if name.startswith("_rebuild_tensor"):
            return lambda key, offset, shape, *_: ("tensor", key, offset, shape)
        if name == "OrderedDict":
            return OrderedDict
        return type(name, (), {"__init__": lambda self, *_, **__: None})


def weights_in(wheel: Path) -> dict[str, np.ndarray]:
    """The encoder's arrays by name (PyTorch's old file layout)."""
    with zipfile.ZipFile(wheel) as archive:
        file = io.BytesIO(archive.read("resemblyzer/pretrained.pt"))
    for _ in range(3):
        pickle.load(file)
    state = _Weights(file).load()["model_state"]
    stored = {}
    for key in pickle.load(file):
        (count,) = struct.unpack("<q", file.read(8))
        stored[key] = np.frombuffer(file.read(4 * count), np.float32)
    return {
        name: stored[t[1]][t[2] : t[2] + int(np.prod(t[3]))].reshape(t[3])
        for name, t in state.items()
    }


def model_of(weights: dict[str, np.ndarray]) -> Any:
    """mel (windows, frames, 40) → voice (windows, 256), rows of unit length."""
    from onnx import TensorProto, helper, numpy_helper

    def gates(matrix: np.ndarray) -> np.ndarray:
        i, f, g, o = np.split(matrix, 4)  # ONNX wants input, output, forget, cell
        return np.concatenate([i, o, f, g])

    arrays = {"axis0": np.array([0]), "axis1": np.array([1])}
    nodes = [helper.make_node("Transpose", ["mel"], ["x0"], perm=[1, 0, 2])]
    for n in range(LAYERS):
        arrays[f"W{n}"] = gates(weights[f"lstm.weight_ih_l{n}"])[None]
        arrays[f"R{n}"] = gates(weights[f"lstm.weight_hh_l{n}"])[None]
        biases = [gates(weights[f"lstm.bias_{kind}_l{n}"]) for kind in ("ih", "hh")]
        arrays[f"B{n}"] = np.concatenate(biases)[None]
        inputs = [f"x{n}", f"W{n}", f"R{n}", f"B{n}"]
        nodes.append(helper.make_node("LSTM", inputs, [f"y{n}", f"h{n}"], hidden_size=HIDDEN))
        nodes.append(helper.make_node("Squeeze", [f"y{n}", "axis1"], [f"x{n + 1}"]))
    arrays["LW"], arrays["LB"] = weights["linear.weight"], weights["linear.bias"]
    nodes += [
        helper.make_node("Squeeze", [f"h{LAYERS - 1}", "axis0"], ["last"]),
        helper.make_node("Gemm", ["last", "LW", "LB"], ["raw"], transB=1),
        helper.make_node("Relu", ["raw"], ["positive"]),
        helper.make_node("LpNormalization", ["positive"], ["voice"], axis=1, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "voice_encoder",
        [helper.make_tensor_value_info("mel", TensorProto.FLOAT, ["windows", "frames", BANDS])],
        [helper.make_tensor_value_info("voice", TensorProto.FLOAT, ["windows", HIDDEN])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    opset = helper.make_opsetid("", 13)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)


def main() -> None:
    """Build, quantize to int8, write."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    wheel, out = map(Path, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "float.onnx"
        onnx.save(model_of(weights_in(wheel)), str(whole))
        quantize_dynamic(str(whole), str(out), weight_type=QuantType.QInt8, per_channel=True)


if __name__ == "__main__":
    main()
