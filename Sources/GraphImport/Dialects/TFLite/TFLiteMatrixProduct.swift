import NetworkIR

extension TFLiteSupport {
  /// Products of matrices.
  static let products = [
    TFLiteSupport(
      "BATCH_MATMUL", "product of matrices; transposed operands and repeated ones by movements",
      limits: [.noConstantOperand, .sameShapes, .accumulator, .leftShift, .exactRequantization],
      lower: { $0.matrixProduct() })
  ]
}

extension TFLiteOperator {
  /// BATCH_MATMUL of two activations. Source: tensorflow/lite/micro/kernels/batch_matmul.cc, whose factor is that of a
  /// fully connected layer: the product of the scales is rounded to float32.
  fileprivate mutating func matrixProduct() {
    let flags = [int("adj_x"), int("adj_y")]
    guard let first = input(0), let second = input(1), let output = output(), let isFirstTransposed = flags[0],
      let isSecondTransposed = flags[1]
    else { return }
    guard first.type == second.type, first.type == output.type, first.type.bits == 8 else {
      refuse(.elementType, "the operands are \(first.type) and \(second.type), but int8 is needed")
      return
    }
    let rank = output.dimensions.count
    guard rank >= 2, first.dimensions.count >= 2, second.dimensions.count >= 2,
      let a = batched(first, rank, output, "first"), let b = batched(second, rank, output, "second")
    else {
      refuseShapes([first, second], output)
      return
    }
    let left = isFirstTransposed != 0 ? transposed(a, like: output) : a
    let (rows, depth) = (left.dimensions[rank - 2], left.dimensions[rank - 1])
    let columns = b.dimensions[isSecondTransposed != 0 ? rank - 2 : rank - 1]
    guard b.dimensions[isSecondTransposed != 0 ? rank - 1 : rank - 2] == depth,
      output.dimensions[rank - 2] == rows, output.dimensions[rank - 1] == columns
    else {
      refuseShapes([first, second], output)
      return
    }
    guard problems.isEmpty, let (requantization, sums) = productRule(first, second, output, depth) else { return }
    let product = MatrixProduct(
      isSecondTransposed: isSecondTransposed != 0, firstZeroPoint: first.zeroPoint,
      secondZeroPoint: second.zeroPoint, requantization: requantization)
    let batches = output.elements / (rows * columns)
    let inner = Shape(height: batches, width: b.dimensions[rank - 2], channels: b.dimensions[rank - 1])
    emit(
      TFLiteLayer(
        operation: .matrixProduct(product), kind: "matmul",
        inputs: [(left.name, Shape(height: batches, width: rows, channels: depth)), (b.name, inner)], output: output,
        outputShape: Shape(height: batches, width: rows, channels: columns),
        values: requantization.codes(for: [sums])))
  }

  private mutating func refuseShapes(_ operands: [TFLiteActivation], _ output: TFLiteActivation) {
    let found = operands.map { "\($0.dimensions)" }.joined(separator: " and ")
    refuse(.sameShapes, "the matrices have dimensions \(found), the output \(output.dimensions)")
  }

  private mutating func productRule(
    _ first: TFLiteActivation, _ second: TFLiteActivation, _ output: TFLiteActivation, _ depth: Int
  ) -> (Requantization, ClosedRange<Int>)? {
    let largest = [first, second].map { max(abs($0.differences.lowerBound), $0.differences.upperBound) }
    guard depth <= Int(Int32.max) / (largest[0] * largest[1] + 1) else {
      refuse(.accumulator, "the sum of \(depth) products can leave the 32 bits of the accumulator")
      return nil
    }
    let bound = depth * largest[0] * largest[1]
    let factor = TFLiteMultiplier(Double(first.scale * second.scale) / Double(output.scale))
    let rule = requantization(
      [factor], accumulators: [-bound...bound], zeroPoint: output.zeroPoint, clamp: output.type.range)
    return rule.map { ($0, -bound...bound) }
  }

  /// The operand with as many dimensions as the output, its batches repeated where the output has more.
  private mutating func batched(
    _ operand: TFLiteActivation, _ rank: Int, _ output: TFLiteActivation, _ purpose: String
  ) -> TFLiteActivation? {
    var result = operand
    let missing = rank - operand.dimensions.count
    guard missing >= 0 else { return nil }
    result.dimensions = [Int](repeating: 1, count: missing) + operand.dimensions
    let wanted = Array(output.dimensions.dropLast(2)) + Array(result.dimensions.suffix(2))
    guard zip(result.dimensions, wanted).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    guard result.dimensions != wanted else { return result }
    guard wanted.reduce(1, *) <= NetworkLimit.mostElements else { return nil }
    var wide = intermediate("\(purpose) repeated", like: output, dimensions: wanted)
    (wide.type, wide.scale, wide.zeroPoint) = (operand.type, operand.scale, operand.zeroPoint)
    move(.broadcast(result.box, to: wide.box), from: [operand], to: wide)
    return wide
  }

  /// The operand with its last two dimensions exchanged, by a movement.
  private mutating func transposed(_ operand: TFLiteActivation, like output: TFLiteActivation) -> TFLiteActivation {
    var order = Array(operand.dimensions.indices)
    order.swapAt(order.count - 1, order.count - 2)
    var result = intermediate("transposed", like: output, dimensions: order.map { operand.dimensions[$0] })
    (result.type, result.scale, result.zeroPoint) = (operand.type, operand.scale, operand.zeroPoint)
    move(.transposition(operand.box, order: order, to: result.box), from: [operand], to: result)
    return result
  }
}
