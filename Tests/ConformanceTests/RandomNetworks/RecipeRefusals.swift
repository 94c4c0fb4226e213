import NetworkIR

/// Where the tool may refuse a recipe: what docs/supported-operators.md says of the operators that it draws.
///
/// A recipe draws only what its format has, as a converter would write it. What is left are limits on numbers, and
/// networks of which nothing is left to compute; any other refusal hides an operator that the page promises.
struct RecipeRefusals {
  /// A reason to refuse recipes.
  private struct Reason {
    var code: String
    var formats: Set<RecipeFormat>
    /// Operations of which one at least is there.
    var kinds: Set<RecipeOperation.Kind>
    /// What else holds.
    var holds: @Sendable (Recipe) -> Bool = { _ in true }
  }

  /// The codes that an import may give.
  static func importCodes(of recipe: Recipe) -> Set<String> {
    let kinds = Set(recipe.nodes.map(\.operation.kind))
    let fitting = reasons.filter {
      $0.formats.contains(recipe.format) && !$0.kinds.isDisjoint(with: kinds) && $0.holds(recipe)
    }
    return Set(fitting.map(\.code))
  }

  /// The codes that planning for the whole chip may give: none, where weights have a flash to lie in, or are few.
  static func planCodes(of recipe: Recipe) -> Set<String> {
    recipe.machine.hasFlash || recipe.products < 100_000 ? [] : ["DG0510", "DG0511"]
  }

  /// The codes that planning for a part of the chip may give.
  static let lackOfMemory: Set<String> = ["DG0406", "DG0501", "DG0502", "DG0510", "DG0511", "DG0512", "DG0513"]

  /// Every code of an import with a format that has it and the kinds that it is about, for the test of this table.
  static var all: [(code: String, formats: Set<RecipeFormat>, kinds: Set<RecipeOperation.Kind>)] {
    reasons.map { ($0.code, $0.formats, $0.kinds) }
  }

  private static let tflite: Set<RecipeFormat> = [.tfliteInt8, .tfliteUInt8, .tfliteInt16]
  private static let quantized: Set<RecipeFormat> = [.qdqInt8, .qdqUInt8, .qoperatorInt8, .qoperatorUInt8, .qonnx]
  private static let integer: Set<RecipeFormat> = [.nemo, .quantlab, .requantShift]

  private static let weighted: Set<RecipeOperation.Kind> = [
    .convolution, .depthwise, .grouped, .transposedConvolution, .fullyConnected,
  ]
  private static let sums = weighted.union([.averagePool, .reduction, .matrixProduct])
  private static let rescaled = sums.union([.addition, .multiplication, .extremum, .requantization, .function])
  private static let movements: Set<RecipeOperation.Kind> = [
    .concatenation, .slice, .split, .pad, .transpose, .reshape, .resize, .depthToSpace, .spaceToDepth, .reverse, .tile,
    .transposedConvolution, .matrixProduct,
  ]
  /// Operations that can leave the codes of an input as they are.
  fileprivate static let transparent = movements.union([.requantization, .maximumPool, .reduction])

  private static let reasons: [Reason] = [
    // An accumulator can leave 32 bits.
    Reason(code: "DG0227", formats: tflite, kinds: sums),
    Reason(code: "DG0310", formats: integer, kinds: rescaled),
    Reason(code: "DG0714", formats: quantized, kinds: sums),
    // Scales that are far from those of the operands.
    Reason(code: "DG0228", formats: tflite, kinds: rescaled),
    Reason(code: "DG0229", formats: tflite, kinds: [.addition]),
    Reason(code: "DG0230", formats: tflite, kinds: rescaled),
    Reason(code: "DG0312", formats: integer, kinds: rescaled),
    Reason(code: "DG0715", formats: quantized, kinds: rescaled),
    // Pieces of movements.
    Reason(code: "DG0251", formats: tflite, kinds: movements),
    Reason(code: "DG0723", formats: quantized, kinds: movements),
    // An output that is an input, with nothing to compute in between.
    Reason(code: "DG0235", formats: tflite, kinds: transparent) { $0.handsInputThrough },
    Reason(code: "DG0318", formats: integer, kinds: transparent) { $0.handsInputThrough },
    Reason(code: "DG0720", formats: quantized, kinds: transparent) { $0.handsInputThrough },
    // More than 1024 tables.
    Reason(code: "DG0252", formats: [.tfliteInt8, .tfliteUInt8], kinds: [.constant]) { recipe in
      recipe.shapes?.contains { $0.channels > 1024 } ?? false
    },
    // Functions of codes that stand for numbers far beyond their bends.
    Reason(code: "DG0255", formats: [.tfliteInt8, .tfliteUInt8], kinds: [.function]),
    // A softmax of codes that stand for hardly different numbers.
    Reason(code: "DG0225", formats: [.tfliteInt8, .tfliteUInt8], kinds: [.softmax]),
  ]
}

extension Recipe {
  /// Whether an output may have an input's codes: nothing lies between them but operations that can leave codes alone.
  fileprivate var handsInputThrough: Bool {
    var isInput = inputs.map { _ in true }
    for node in nodes {
      isInput.append(
        RecipeRefusals.transparent.contains(node.operation.kind) && node.inputs.allSatisfy { isInput[$0] })
    }
    return allOutputs.contains { isInput[$0] }
  }
}
