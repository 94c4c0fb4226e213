/// A kind of model file, with the type of its activations.
enum RecipeFormat: String, Codable, CaseIterable, Sendable {
  case tfliteInt8, tfliteUInt8, tfliteInt16, qdqInt8, qdqUInt8, qoperatorInt8, qoperatorUInt8, nemo, quantlab
  case requantShift, qonnx

  /// What of a recipe the format has a way to say.
  var kinds: [RecipeOperation.Kind] {
    switch self {
    case .tfliteInt8, .tfliteUInt8: RecipeOperation.Kind.allCases
    case .tfliteInt16:
      RecipeOperation.Kind.allCases.filter {
        ![.constant, .softmax, .argumentMaximum, .matrixProduct].contains($0)
      }
    case .qdqInt8, .qdqUInt8, .qoperatorInt8, .qoperatorUInt8:
      RecipeOperation.Kind.allCases.filter { ![.reverse, .argumentMaximum].contains($0) }
    case .nemo, .quantlab, .requantShift: Self.weighted + Self.integer
    case .qonnx: Self.weighted + Self.integer + [.function, .constant, .pad, .resize]
    }
  }

  private static let weighted: [RecipeOperation.Kind] = [
    .convolution, .depthwise, .grouped, .transposedConvolution, .fullyConnected, .maximumPool, .averagePool,
  ]

  private static let integer: [RecipeOperation.Kind] = [
    .reduction, .addition, .multiplication, .requantization, .concatenation, .slice, .split, .transpose, .reshape,
    .depthToSpace,
  ]

  /// Whether a node may give codes of fewer than 8 bits.
  var hasNarrowCodes: Bool { [.quantlab, .requantShift, .qonnx].contains(self) }

  /// Widths of weights below 8 bits that the format knows.
  var narrowWeights: [RecipeWeights] {
    switch self {
    case .tfliteInt8, .tfliteInt16: [.nibbles]
    case .quantlab, .qonnx: [.nibbles, .crumbs]
    default: []
    }
  }

  /// The end of a model file's name.
  var suffix: String { isTFLite ? "tflite" : "onnx" }

  var isTFLite: Bool { [.tfliteInt8, .tfliteUInt8, .tfliteInt16].contains(self) }

  /// Whether codes stand for numbers by a scale and a zero point of any value.
  var isScaled: Bool { ![.nemo, .quantlab, .requantShift, .qonnx].contains(self) }
}
