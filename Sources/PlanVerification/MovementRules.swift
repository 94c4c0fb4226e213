import NetworkIR

extension Findings {
  /// The pieces of a movement stay inside its operands and its output, and write no element twice.
  mutating func checkMovement(_ movement: Movement, of layer: PlannedLayer) {
    let place = Place.layer(layer)
    require(
      layer.output.type.range.contains(movement.fill), .network, at: place, "the fill is no code of the output")
    for input in layer.inputs {
      require(input.type == layer.output.type, .network, at: place, "codes of type \(input.type) are moved")
    }
    let box = MovementBox(layer, isRowwise: movement.isRowwise)
    var written = WrittenElements(count: box.outputElements)
    for (index, piece) in movement.pieces.enumerated() {
      guard let fault = box.fault(of: piece) ?? (written.add(piece) ? nil : "writes an element twice") else { continue }
      return report(.network, at: place, "piece \(index) of the movement \(fault)")
    }
  }
}

/// The elements that pieces may touch: those of the whole tensors, or of one row of them.
private struct MovementBox {
  var inputElements: [Int]
  var outputElements: Int

  init(_ layer: PlannedLayer, isRowwise: Bool) {
    func elements(_ shape: Shape) -> Int { shape.width * shape.channels * (isRowwise ? 1 : shape.height) }
    inputElements = layer.inputs.map { elements($0.shape) }
    outputElements = elements(layer.output.shape)
  }

  /// What is wrong with a piece for itself; nil where it stays inside.
  func fault(of piece: Movement.Piece) -> String? {
    let loops = piece.extents.count
    guard (1...Movement.mostExtents).contains(loops) else { return "has \(loops) loops" }
    guard piece.inputStrides.count == loops, piece.outputStrides.count == loops else {
      return "has a loop without a stride"
    }
    guard piece.extents.allSatisfy({ $0 > 0 }) else { return "has an empty loop" }
    guard inputElements.indices.contains(piece.operand) else { return "reads operand \(piece.operand)" }
    guard isInside(piece.inputOffset, piece.extents, piece.inputStrides, of: inputElements[piece.operand]) else {
      return "reads outside its operand"
    }
    guard isInside(piece.outputOffset, piece.extents, piece.outputStrides, of: outputElements) else {
      return "writes outside the output"
    }
    return nil
  }

  /// Whether the least and the greatest index are inside; indices past 64 bits are not.
  private func isInside(_ offset: Int, _ extents: [Int], _ strides: [Int], of count: Int) -> Bool {
    var (low, high) = (Int128(offset), Int128(offset))
    for (extent, stride) in zip(extents, strides) {
      // Checked each time, so that no sum leaves 128 bits.
      guard low >= 0, high < Int128(count) else { return false }
      let reach = Int128(extent - 1) * Int128(stride)
      if reach < 0 { low += reach } else { high += reach }
    }
    return low >= 0 && high < Int128(count)
  }
}

/// Which elements of an output were written, one bit each.
private struct WrittenElements {
  private var words: [UInt64]

  init(count: Int) { words = Array(repeating: 0, count: count / 64 + 1) }

  /// Marks what a piece writes, and stops at the first element that was written before: no more steps than elements.
  ///
  /// - Precondition: the piece stays inside the output.
  mutating func add(_ piece: Movement.Piece) -> Bool { add(piece, loop: 0, from: piece.outputOffset) }

  private mutating func add(_ piece: Movement.Piece, loop: Int, from offset: Int) -> Bool {
    guard loop < piece.extents.count else {
      let bit = UInt64(1) << UInt64(offset % 64)
      guard words[offset / 64] & bit == 0 else { return false }
      words[offset / 64] |= bit
      return true
    }
    for index in 0..<piece.extents[loop] {
      guard add(piece, loop: loop + 1, from: offset + index * piece.outputStrides[loop]) else { return false }
    }
    return true
  }
}
