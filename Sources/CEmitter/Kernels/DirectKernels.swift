import NetworkIR

/// See dory_matrix_product.h and dory_movement.h.
extension KernelSource {
  /// Products of two activations.
  static func matrixProduct(_ product: MatrixProduct, _ layer: ResolvedLayer) -> KernelSource {
    let fields: [Field] = [
      ("depth", "\(layer.planned.inputs[0].shape.channels)"),
      ("second_transposed", product.isSecondTransposed ? "true" : "false"),
      ("first_zero_point", int32Literal(product.firstZeroPoint)),
      ("second_zero_point", int32Literal(product.secondZeroPoint)),
      ("requantization", product.requantization.map(braces) ?? unchanged(clamp: 0...0)),
    ]
    return KernelSource(
      "dory_matrix_product.h", "dory_matrix_product_t", "dory_matrix_product", fields: typeFields(layer) + fields)
  }

  /// Copies of boxes of elements, after a fill where they leave something out.
  static func movement(_ movement: Movement, _ layer: ResolvedLayer) -> KernelSource {
    let planned = layer.planned
    var fields: [Field] = planned.inputs.enumerated().map { ("input[\($0)]", place($1)) }
    fields += [
      ("output", place(planned.output)), ("rowwise", movement.isRowwise ? "true" : "false"),
      ("fill", int32Literal(movement.fill)),
    ]
    var tables: [String] = []
    if !movement.pieces.isEmpty {
      tables.append(constantArray("pieces", of: "dory_piece_t", movement.pieces.map(braces)))
      fields.append(("pieces", "pieces"))
    }
    fields.append(("piece_count", "\(movement.pieces.count)"))
    let fills = !movement.coversOutput(planned.output.shape, type: planned.output.type)
    return KernelSource(
      "dory_movement.h", "dory_movement_t", (fills ? ["dory_fill"] : []) + ["dory_movement"], tables: tables,
      fields: fields)
  }
}

private func place(_ operand: PlannedOperand) -> String {
  braced([operand.type.cName, "\(operand.shape.width)", "\(operand.shape.channels)"])
}

/// A piece as a `dory_piece_t`, with loops of one turn before its own.
private func braces(_ piece: Movement.Piece) -> String {
  let missing = Movement.mostExtents - piece.extents.count
  func filled(_ numbers: [Int], _ value: Int) -> String {
    braced((Array(repeating: value, count: missing) + numbers).map(String.init))
  }
  /// The stride of a loop of one turn is of no use, and need not fit 32 bits.
  func strides(_ numbers: [Int]) -> String { filled(zip(piece.extents, numbers).map { $0 == 1 ? 0 : $1 }, 0) }
  return braced([
    "\(piece.operand)", "\(piece.inputOffset)", "\(piece.outputOffset)", filled(piece.extents, 1),
    strides(piece.inputStrides), strides(piece.outputStrides),
  ])
}

extension Movement {
  /// Whether the pieces, which do not overlap, write every byte of an output whole, so that nothing is left to fill: elements
  /// that share a byte are merged into what is there.
  fileprivate func coversOutput(_ shape: Shape, type: ElementType) -> Bool {
    let written = pieces.reduce(0) { $0 + $1.extents.reduce(1, *) } * (isRowwise ? shape.height : 1)
    return written == shape.elements && type.elementsPerByte == 1
  }
}
