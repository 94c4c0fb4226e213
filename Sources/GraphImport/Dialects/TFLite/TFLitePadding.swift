import NetworkIR

extension TFLiteOperator {
  /// PAD and PADV2: the border has the code of input 2, or else the output's zero point. Source:
  /// tensorflow/lite/micro/kernels/pad.cc.
  mutating func pad() {
    let widths = integers(1, "paddings")
    guard let input = input(), let output = output(), let widths, let before = paddedFrom(input, output, widths),
      let fill = paddingCode(output)
    else { return }
    move(.padding(input.box, before: before, fill: fill, to: output.box), from: [input], to: output)
  }

  /// MIRROR_PAD: mode 0 leaves out the outermost elements, mode 1 repeats them.
  mutating func mirrorPad() {
    let widths = integers(1, "paddings")
    let mode = int("mode")
    guard let input = input(), let output = output(), let widths, let mode,
      let before = paddedFrom(input, output, widths)
    else { return }
    move(
      .mirrorPadding(input.box, before: before, repeatsEdge: mode != 0, to: output.box), from: [input], to: output)
  }

  /// The widths before each dimension; those behind must lead to the output's dimensions.
  private mutating func paddedFrom(
    _ input: TFLiteActivation, _ output: TFLiteActivation, _ widths: TFLiteIntegers
  ) -> [Int]? {
    let rank = input.dimensions.count
    let isInRange = widths.values.allSatisfy { 0...NetworkLimit.mostElements ~= $0 }
    guard widths.values.count == 2 * rank, isInRange else {
      refuse(.consistentShapes, "the paddings are \(widths.values) for \(rank) dimensions")
      return nil
    }
    let padded = input.dimensions.indices.map { index in
      input.dimensions[index] + widths.values[2 * index] + widths.values[2 * index + 1]
    }
    guard expects(output, padded) else { return nil }
    return input.dimensions.indices.map { widths.values[2 * $0] }
  }

  private mutating func paddingCode(_ output: TFLiteActivation) -> Int? {
    guard let name = inputName(2) else { return output.zeroPoint }
    guard let codes = constantCodes(name, type: output.type), codes.count == 1 else {
      refuse(.constantParameters, "the padding value '\(name)' is no single \(output.type.rawValue) constant")
      return nil
    }
    return codes[0]
  }

  /// The codes of a constant of the given type; nil where the tensor is another thing.
  func constantCodes(_ name: String, type: ElementType) -> [Int]? {
    guard let tensor = graph.tensors[name], let data = tensor.data,
      TFLiteActivation.elementType(tensor.type) == type
    else { return nil }
    switch type {
    case .int8: return data.map { Int(Int8(bitPattern: $0)) }
    case .uint8: return data.map(Int.init)
    case .int16:
      return stride(from: 0, to: data.count - data.count % 2, by: 2).map { start in
        Int(Int16(bitPattern: UInt16(data[start]) | UInt16(data[start + 1]) << 8))
      }
    default: return nil
    }
  }
}
