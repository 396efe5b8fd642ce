"""A detector that knows nothing: a model of one mean, with a calibration that always says the same."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper

MANIFEST = """\
format = "openhotline-detector-1"
name = "drawn"
version = "1"
licence = "none needed"
model = {{ file = "model.onnx", sha256 = "{model}" }}
output = {{ name = "score", index = 0, generated = "high" }}
calibration = {{ file = "calibration.json", sha256 = "{calibration}" }}
"""


def make_detector(folder: Path, *, always: float) -> Path:
    """Write a detector whose every weight is ``always``."""
    folder.mkdir()
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 224, 224])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, [1, 1])
    nodes = [
        helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("ReduceMean", ["mean"], ["score"], axes=[1], keepdims=1),
    ]
    graph = helper.make_graph(nodes, "drawn", [picture], [score])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    model_digest = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    sample = dict.fromkeys(("real", "generated", "real_sources", "generated_sources"), 50)
    calibration = {
        "format": "openhotline-calibration-1",
        "model_sha256": model_digest,
        "head": None,
        "calibration": {"slope": 1e-9, "offset": always, "sample": sample},
        "validated_on": {"note": "drawn"},
        "files": [],
    }
    (folder / "calibration.json").write_text(json.dumps(calibration))
    digest = hashlib.sha256((folder / "calibration.json").read_bytes()).hexdigest()
    (folder / "detector.toml").write_text(MANIFEST.format(model=model_digest, calibration=digest))
    return folder
