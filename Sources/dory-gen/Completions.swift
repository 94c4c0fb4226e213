import ArgumentParser
import Hardware
import NetworkIR

/// What a shell offers for an argument.
extension CompletionKind {
  /// Models of the formats that are read.
  static var model: CompletionKind { .file(extensions: ["onnx", "tflite"]) }

  /// Plans, pins, and whatever is written as JSON.
  static var json: CompletionKind { .file(extensions: ["json"]) }

  /// Built-in targets. The file of another one has to be typed.
  static var target: CompletionKind { .list(Target.builtin.map(\.name)) }
}
