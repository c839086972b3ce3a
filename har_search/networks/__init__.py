"""A network and its answers: built, evaluated, written as ONNX."""
