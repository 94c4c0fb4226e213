import NetworkIR

extension KernelLimits {
  /// Shapes agree, and no sum leaves 32 bits.
  mutating func check(_ product: MatrixProduct) {
    let (first, second) = (layer.inputs[0].shape, layer.inputs[1].shape)
    let (terms, columns) =
      product.isSecondTransposed ? (second.channels, second.width) : (second.width, second.channels)
    require(
      first.height == second.height && first.channels == terms
        && output.shape == Shape(height: first.height, width: first.width, channels: columns),
      "a product of \(first) and \(second) as \(output.shape)")
    checkWords([product.firstZeroPoint, product.secondZeroPoint], "zero points")
    let greatest = zip(inputs, [product.firstZeroPoint, product.secondZeroPoint]).map { tensor, zeroPoint in
      max(
        abs(Int128(tensor.values.lowerBound) - Int128(zeroPoint)),
        abs(Int128(tensor.values.upperBound) - Int128(zeroPoint)))
    }
    require(
      greatest.reduce(Int128(first.channels), *) <= Int128(Int32.max),
      "a sum of \(first.channels) products that can leave 32 bits")
    if let rule = product.requantization { checkShared(rule) }
  }

  /// Every piece stays inside its operand and the output, and inside a row where the movement is row-wise.
  mutating func check(_ movement: Movement) {
    require(
      output.type.range.contains(movement.fill), "fill \(movement.fill) in an output of \(output.type.rawValue)")
    func elements(_ shape: Shape) -> Int { movement.isRowwise ? shape.width * shape.channels : shape.elements }
    for (operand, shape) in layer.inputs.map(\.shape).enumerated() where movement.isRowwise {
      require(
        shape.height == output.shape.height,
        "operand \(operand) has \(shape.height) rows, \(output.shape.height) are moved row by row")
    }
    for (index, piece) in movement.pieces.enumerated() {
      guard layer.inputs.indices.contains(piece.operand) else {
        require(false, "piece \(index) reads operand \(piece.operand) of \(layer.inputs.count)")
        continue
      }
      let isBox =
        (1...Movement.mostExtents).contains(piece.extents.count) && piece.extents.allSatisfy { $0 > 0 }
        && piece.inputStrides.count == piece.extents.count && piece.outputStrides.count == piece.extents.count
      guard isBox else {
        require(false, "piece \(index) is no box of 1 to \(Movement.mostExtents) loops")
        continue
      }
      let ends = [
        (piece.inputOffset, piece.inputStrides, elements(layer.inputs[piece.operand].shape)),
        (piece.outputOffset, piece.outputStrides, elements(output.shape)),
      ]
      require(
        ends.allSatisfy { isInside($0.0, piece.extents, $0.1, of: $0.2) },
        "piece \(index) leaves its operand or the output")
      let written = piece.extents.reduce(Int128(1)) { min($0 * Int128($1), Int128(Int32.max) + 1) }
      require(
        written <= Int128(elements(output.shape)),
        "piece \(index) writes more than the output's \(elements(output.shape)) elements")
    }
  }

  /// Whether the least and the greatest index of a box are indices of `count` elements.
  private func isInside(_ offset: Int, _ extents: [Int], _ strides: [Int], of count: Int) -> Bool {
    var least = Int128(offset)
    var greatest = least
    for (extent, stride) in zip(extents, strides) {
      let reach = Int128(extent - 1) * Int128(stride)
      if reach < 0 { least += reach } else { greatest += reach }
    }
    return least >= 0 && greatest < Int128(count)
  }
}
