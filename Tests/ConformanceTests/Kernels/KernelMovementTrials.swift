import NetworkIR
import Testing

extension KernelCase {
  /// Operands are repeated to the output's shape first, as an importer would.
  func extremum() throws -> KernelTrial {
    let sizes = try (1...2).map { operand in
      try ["BATCH", "HEIGHT", "WIDTH", "CHANNEL"].map { try self["\($0)_\(operand)"] }
    }
    let size = try ["BATCH", "HEIGHT", "WIDTH", "CHANNEL"].map { try self["OUTPUT_\($0)"] }
    let output = Shape(height: size[0] * size[1], width: size[2], channels: size[3])
    let clamp = try self["ACTIVATION_MIN"]...self["ACTIVATION_MAX"]
    let extremum = Extremum(kind: category == "maximum" ? .maximum : .minimum, clamp: clamp)
    let inputs = sizes.map { Shape(height: $0[0] * $0[1], width: $0[2], channels: $0[3]) }
    let repeats = sizes.map { Movement(isRowwise: false, pieces: [repetition(of: $0, to: size)]) }
    return KernelTrial(
      inputs: inputs, type: .int8,
      layers: [
        (.movement(repeats[0]), [0], output), (.movement(repeats[1]), [1], output),
        (.extremum(extremum), [2, 3], output),
      ], values: [try #require(array("input_tensor_1")), try #require(array("input_tensor_2"))],
      expected: try #require(array("output")))
  }

  /// Repeats an array along every dimension in which it has one element.
  private func repetition(of size: [Int], to whole: [Int]) -> Movement.Piece {
    func strides(_ size: [Int]) -> [Int] {
      size.indices.map { index in size[(index + 1)...].reduce(1, *) }
    }
    return Movement.Piece(
      extents: whole, inputStrides: zip(strides(size), zip(size, whole)).map { $1.0 == $1.1 ? $0 : 0 },
      outputStrides: strides(whole))
  }

  /// The maps of a batch one below the other; the second operand transposed by the operator where it is stored so.
  func matrixProduct() throws -> KernelTrial {
    let maps = try [self["OUTPUT_BATCH"], self["OUTPUT_HEIGHT"]]
    let (rows, columns) = try (self["OUTPUT_ROWS"], self["OUTPUT_COLS"])
    let isFirstTransposed = try self["ADJ_X"] == 1
    let isSecondTransposed = try self["ADJ_Y"] == 1
    let depth = try self[isFirstTransposed ? "LHS_ROWS" : "LHS_COLS"]
    let type = try #require(self.type("output"))
    let zeroPoints = [-(try self["LHS_OFFSET"]), -(try self["RHS_OFFSET"])]
    let factors = zeroPoints.map { type.range.lowerBound - $0...type.range.upperBound - $0 }
    let products = factors[0].ends.flatMap { first in factors[1].ends.map { depth * first * $0 } }.reach
    guard Int(Int32.min)...Int(Int32.max) ~= products.lowerBound, products.upperBound <= Int(Int32.max) else {
      throw NotRun(reason: "an accumulator can leave 32 bits")
    }
    let clamp = try self["ACTIVATION_MIN"]...self["ACTIVATION_MAX"]
    let rule = RequantizationRule([
      .doublingMultiply(multiplier: Int32(try self["OUTPUT_MULTIPLIER"]), shift: try self["OUTPUT_SHIFT"]),
      .affine(scale: 1, offset: try self["OUTPUT_OFFSET"]), .clamp(clamp),
    ])
    let product = MatrixProduct(
      isSecondTransposed: isSecondTransposed, firstZeroPoint: zeroPoints[0], secondZeroPoint: zeroPoints[1],
      requantization: try Requantization(rules: [rule], accumulators: [products], clamp: clamp))
    // Both operands repeated over the batch; the first one transposed where it is stored so.
    let first = try Movement.Piece(
      extents: maps + [rows, depth],
      inputStrides: strides("LHS", maps, matrix: rows * depth)
        + (isFirstTransposed ? [1, rows] : [depth, 1]),
      outputStrides: [maps[1] * rows * depth, rows * depth, depth, 1])
    let size = isSecondTransposed ? [columns, depth] : [depth, columns]
    let second = try Movement.Piece(
      extents: maps + size, inputStrides: strides("RHS", maps, matrix: depth * columns) + [size[1], 1],
      outputStrides: [maps[1] * depth * columns, depth * columns, size[1], 1])
    let (left, right) = (try #require(array("lhs_input_tensor")), try #require(array("rhs_input_tensor")))
    let count = maps.reduce(1, *)
    return KernelTrial(
      inputs: [Shape(height: 1, width: 1, channels: left.count), Shape(height: 1, width: 1, channels: right.count)],
      type: type,
      layers: [
        (
          .movement(Movement(isRowwise: false, pieces: [first])), [0],
          Shape(height: count, width: rows, channels: depth)
        ),
        (
          .movement(Movement(isRowwise: false, pieces: [second])), [1],
          Shape(height: count, width: size[0], channels: size[1])
        ),
        (.matrixProduct(product), [2, 3], Shape(height: count, width: rows, channels: columns)),
      ], values: [left, right], expected: try #require(array("output")))
  }

  /// Strides of batch and height of an operand, 0 where it has one of them only.
  private func strides(_ operand: String, _ maps: [Int], matrix: Int) throws -> [Int] {
    let (batch, height) = try (self["\(operand)_BATCH"], self["\(operand)_HEIGHT"])
    return [batch == maps[0] ? height * matrix : 0, height == maps[1] ? matrix : 0]
  }

  /// The files leave out the dimensions; these are among those that the arrays allow.
  private static let transpositions: [String: (size: [Int], order: [Int])] = [
    "transpose_3dim": ([5, 4, 20], [0, 2, 1]), "transpose_nchw": ([4, 3, 9, 19], [0, 3, 1, 2]),
    "transpose_ncwh": ([5, 4, 3, 9], [0, 3, 2, 1]), "transpose_nhcw": ([1, 8, 16, 128], [0, 3, 1, 2]),
  ]

  func transposition() throws -> KernelTrial {
    let (size, order) = try #require(Self.transpositions[name])
    let own = size.indices.map { size[($0 + 1)...].reduce(1, *) }
    let extents = order.map { size[$0] }
    let piece = Movement.Piece(
      extents: extents, inputStrides: order.map { own[$0] },
      outputStrides: extents.indices.map { extents[($0 + 1)...].reduce(1, *) })
    let flat = Shape(height: 1, width: 1, channels: size.reduce(1, *))
    return KernelTrial(
      inputs: [flat], type: .int8, layers: [(.movement(Movement(isRowwise: false, pieces: [piece])), [0], flat)],
      values: [try #require(array("input_tensor"))], expected: try #require(array("output")))
  }
}
