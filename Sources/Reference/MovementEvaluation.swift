import NetworkIR

extension LayerEvaluation {
  /// The output with every piece copied into it.
  ///
  /// - Throws: `ReferenceError.movement` where a piece leaves an operand, the output or, when the movement is row-wise,
  ///   the row, where an element is written twice, and where a piece has too many or empty loops.
  func moved(_ movement: Movement) throws(ReferenceError) -> [Int32] {
    let fill = Int32(truncatingIfNeeded: movement.fill)
    guard Int(fill) == movement.fill else { throw invalid("the fill \(movement.fill) does not fit in 32 bits") }
    var codes = [Int32?](repeating: nil, count: output.shape.elements)
    for (index, piece) in movement.pieces.enumerated() {
      try check(piece, index)
      let input = inputs[piece.operand]
      let rows = try rows(of: movement, reading: input)
      for row in 0..<rows {
        let source = row * (input.codes.count / rows)..<(row + 1) * (input.codes.count / rows)
        let target = row * (codes.count / rows)..<(row + 1) * (codes.count / rows)
        try piece.forEachElement { (from, to) throws(ReferenceError) in
          let (from, to) = (source.lowerBound &+ from, target.lowerBound &+ to)
          guard source.contains(from) else {
            throw invalid("piece \(index) reads element \(from), outside \(source)")
          }
          guard target.contains(to) else {
            throw invalid("piece \(index) writes element \(to), outside \(target)")
          }
          guard codes[to] == nil else { throw invalid("piece \(index) writes element \(to) a second time") }
          codes[to] = input.codes[from]
        }
      }
    }
    return codes.map { $0 ?? fill }
  }

  /// How often the pieces apply: once for each row, or once for the whole of the operands.
  private func rows(of movement: Movement, reading input: Activation) throws(ReferenceError) -> Int {
    guard movement.isRowwise else { return 1 }
    guard input.shape.height == output.shape.height else {
      throw invalid("it is row-wise, with \(input.shape.height) rows in and \(output.shape.height) rows out")
    }
    return output.shape.height
  }

  private func check(_ piece: Movement.Piece, _ index: Int) throws(ReferenceError) {
    guard inputs.indices.contains(piece.operand) else {
      throw invalid("piece \(index) reads operand \(piece.operand) of \(inputs.count)")
    }
    let loops = piece.extents.count
    guard loops <= Movement.mostExtents, piece.inputStrides.count == loops, piece.outputStrides.count == loops else {
      throw invalid(
        "piece \(index) has \(loops) extents, \(piece.inputStrides.count) input strides and "
          + "\(piece.outputStrides.count) output strides")
    }
    guard piece.extents.allSatisfy({ $0 > 0 }) else {
      throw invalid("piece \(index) has the extents \(piece.extents), of which one is not positive")
    }
  }

  private func invalid(_ reason: String) -> ReferenceError { .movement(layer: layer.name, reason: reason) }
}

extension Movement.Piece {
  /// Calls `body` with the offset of each element in the operand and in the output, the last loop innermost.
  ///
  /// An offset that wraps around 64 bits still lies outside any activation: the one a stride before it lay inside.
  fileprivate func forEachElement(
    _ body: (Int, Int) throws(ReferenceError) -> Void
  ) throws(ReferenceError) {
    func loop(_ depth: Int, _ from: Int, _ to: Int) throws(ReferenceError) {
      guard depth < extents.count else { return try body(from, to) }
      for index in 0..<extents[depth] {
        try loop(depth + 1, from &+ index &* inputStrides[depth], to &+ index &* outputStrides[depth])
      }
    }
    try loop(0, inputOffset, outputOffset)
  }
}
