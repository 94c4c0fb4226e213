import NetworkIR

// An element-wise layer may write its output over an input: each tile is stored after it was loaded, and the loads of
// later tiles touch other bytes.
extension PlanningProblem {
  private static let elementwise: Set<String> = [
    "addition", "multiplication", "maximum", "minimum", "pairwise", "rescale", "lookup",
  ]

  /// By step: the input that the output takes the place of, where the layer runs with everything in L2.
  ///
  /// It ends its life there, has the output's shape and bytes per pixel, and is read as one operand only.
  /// Pins of both to different offsets keep them apart.
  static func overwritable(in workload: Workload, _ lifetimes: [TensorLifetime?], _ pins: Pins) -> [TensorID?] {
    workload.layers.enumerated().map { step, layer in
      guard elementwise.contains(layer.op) else { return nil }
      let output = workload[layer.output]
      let outputPixelBytes = output.type.pixelBytes(channels: output.shape.channels)
      let found = layer.inputs.first { input in
        let tensor = workload[input.tensor]
        return input.shape == output.shape && tensor.shape == output.shape
          && tensor.type.pixelBytes(channels: tensor.shape.channels) == outputPixelBytes
          && lifetimes[input.tensor]?.live.upperBound == step && !workload.outputs.contains(input.tensor)
          && layer.inputs.count { $0.tensor == input.tensor } == 1
          && !pins.separate(tensor.name, output.name)
      }
      return found?.tensor
    }
  }

  /// The input that the output of a step takes the place of under a choice; nil where each has its own.
  func overwritten(by choice: LayerChoice, step: Int) -> TensorID? {
    choice.mode == .full ? overwritable[step] : nil
  }

  /// L2 bytes that a choice holds beside the living tensors: less than none where the output needs no place of its own.
  func ownBytes(_ choice: LayerChoice, step: Int) -> Int { choice.ownBytes - sharedBytes(choice, step: step) }

  /// Bytes that are an input's at first and the output's at last.
  func sharedBytes(_ choice: LayerChoice, step: Int) -> Int {
    overwritten(by: choice, step: step).flatMap { lifetimes[$0]?.bytes } ?? 0
  }
}
