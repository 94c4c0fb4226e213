import NetworkIR

extension LayerEvaluation {
  /// Softmax by a table of exponentials over the channels of every position.
  func distribution(_ softmax: TableSoftmax) throws(ReferenceError) -> [Int32] {
    let input = try operand(0, shaped: output.shape)
    let channels = input.shape.channels
    var codes: [Int32] = []
    codes.reserveCapacity(input.codes.count)
    for row in 0..<input.shape.height {
      for column in 0..<input.shape.width {
        let position = Position(row: row, column: column, channel: 0)
        let start = (row * input.shape.width + column) * channels
        codes += try distribution(softmax, of: input.codes[start..<start + channels], at: position)
      }
    }
    return codes
  }

  /// The codes of one position.
  private func distribution(
    _ softmax: TableSoftmax, of inputs: ArraySlice<Int32>, at position: Position
  ) throws(ReferenceError) -> [Int32] {
    let greatest = inputs.max() ?? 0
    var exponentials: [Int128] = []
    for input in inputs {
      let difference = Int(greatest) - Int(input)
      guard softmax.exponentials.indices.contains(difference) else {
        throw .missingEntry(
          layer: layer.name, position: position, index: difference, count: softmax.exponentials.count)
      }
      exponentials.append(Int128(softmax.exponentials[difference]))
    }
    guard (0...62).contains(softmax.shift) else {
      throw .ruleOverflow(layer: layer.name, channel: 0, accumulator: softmax.shift)
    }
    let divisor = exponentials.reduce(0, +) << Int128(softmax.shift)
    guard divisor > 0 else { throw .emptyWindow(layer: layer.name, position: position) }
    var codes: [Int32] = []
    for exponential in exponentials {
      // The quotient is not negative: its remainder says how far it stands above the code below.
      let (floor, remainder) = (exponential * Int128(softmax.multiplier)).quotientAndRemainder(dividingBy: divisor)
      let isAbove = 2 * remainder > divisor || (2 * remainder == divisor && floor % 2 == 1)
      let code = floor + (isAbove ? 1 : 0) + Int128(softmax.zeroPoint)
      let bounds = Int128(softmax.clamp.lowerBound)...Int128(softmax.clamp.upperBound)
      codes.append(Int32(truncatingIfNeeded: min(max(code, bounds.lowerBound), bounds.upperBound)))
    }
    return codes
  }
}
