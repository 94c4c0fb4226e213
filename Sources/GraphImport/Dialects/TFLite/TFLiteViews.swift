import NetworkIR

extension TFLiteSupport {
  /// Operators that are only another view of the same codes.
  static let views: [TFLiteSupport] = ["RESHAPE", "SQUEEZE", "EXPAND_DIMS"].map { name in
    TFLiteSupport(
      name, "no layer: the same codes in another shape", dataInputs: 1, isModelledForXNNPACK: true,
      lower: { $0.view() })
  }
}

extension TFLiteOperator {
  /// Lets the output stand for the tensor of the input: the codes stay where they are.
  mutating func view() {
    guard let input = input(), let output = output() else { return }
    guard input.elements == output.elements, input.type == output.type else {
      let found = "\(input.elements) \(input.type.rawValue) elements"
      refuse(
        .consistentShapes, "the input has \(found), the output \(output.elements) \(output.type.rawValue)")
      return
    }
    emit(.view(of: input.name, as: output))
  }
}
