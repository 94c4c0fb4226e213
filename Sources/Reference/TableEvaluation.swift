import NetworkIR

extension LayerEvaluation {
  /// Element by element the greater or the lesser code.
  func extreme(_ extremum: Extremum) throws(ReferenceError) -> [Int32] {
    let first = try operand(0, shaped: output.shape)
    let second = try operand(1, shaped: output.shape)
    return try elements {
      let chosen =
        switch extremum.kind {
        case .maximum: max(first[$0], second[$0])
        case .minimum: min(first[$0], second[$0])
        }
      return min(max(chosen, extremum.clamp.lowerBound), extremum.clamp.upperBound)
    }
  }

  /// The entry of every pair of codes.
  func paired(_ pairwise: Pairwise) throws(ReferenceError) -> [Int32] {
    let first = try operand(0, shaped: output.shape)
    let second = try operand(1, shaped: output.shape)
    return try elements { position throws(ReferenceError) in
      let row = try index(of: first[position], in: pairwise.first, at: position)
      let column = try index(of: second[position], in: pairwise.second, at: position)
      return try entry(row * pairwise.second.count + column, of: pairwise.codes, at: position)
    }
  }

  /// The entry of every code.
  func lookedUp(_ lookup: Lookup) throws(ReferenceError) -> [Int32] {
    let input = try operand(0, shaped: output.shape)
    return try elements { position throws(ReferenceError) in
      let index = try index(of: input[position], in: input.type.range, at: position)
      return try entry(index, of: lookup.table(channel: position.channel), at: position)
    }
  }

  /// At each position the first channel with the greatest, or the least, code.
  func extremeChannel(_ search: ArgumentMaximum) throws(ReferenceError) -> [Int32] {
    let channels = inputs[0].shape.channels
    let expected = Shape(height: output.shape.height, width: output.shape.width, channels: channels)
    let input = try operand(0, shaped: expected)
    return try elements { position throws(ReferenceError) in
      guard position.channel == 0, channels > 0 else {
        throw .emptyWindow(layer: layer.name, position: position)
      }
      var best = position
      for channel in 0..<channels {
        let candidate = Position(row: position.row, column: position.column, channel: channel)
        if search.isMinimum ? input[candidate] < input[best] : input[candidate] > input[best] { best = candidate }
      }
      return best.channel
    }
  }

  /// How far a code stands from the first one that a table covers.
  private func index(
    of code: Int, in codes: ClosedRange<Int>, at position: Position
  ) throws(ReferenceError) -> Int {
    guard codes.contains(code) else {
      throw .codeOutsideTable(layer: layer.name, position: position, code: code, range: codes)
    }
    return code - codes.lowerBound
  }

  /// An entry of a table that may be shorter than it should be.
  private func entry(
    _ index: Int, of table: [some BinaryInteger], at position: Position
  ) throws(ReferenceError) -> Int {
    guard table.indices.contains(index) else {
      throw .missingEntry(layer: layer.name, position: position, index: index, count: table.count)
    }
    return Int(table[index])
  }
}
