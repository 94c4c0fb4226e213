import NetworkIR

/// A movement with the views under which its layer reads its operands and writes its output.
struct ViewedMovement: Equatable {
  var movement: Movement
  var inputs: [Shape]
  var output: Shape
}

extension Rearrangement {
  /// The movement of one or two operands, row by row where some view of them all lines rows up.
  ///
  /// Views keep the channels of the shapes that are passed, so that they are views of sub-byte types too; a consumer
  /// reads the output under the shape it needs.
  ///
  /// - Returns: nil for more than `mostPieces` pieces.
  func movement(inputs: [Shape], output: Shape) -> ViewedMovement? {
    guard let merged else { return nil }
    let shapes = inputs + [output]
    let common = shapes.map(\.extent.area).reduce(0, Self.greatestCommonDivisor)
    for rows in [output.height] + inputs.map(\.height) + [common] where rows > 1 {
      guard shapes.allSatisfy({ $0.extent.area.isMultiple(of: rows) }) else { continue }
      let views = shapes.map { shape in
        Shape(height: rows, width: shape.extent.area / rows, channels: shape.channels)
      }
      let pieces = merged.compactMap { copy in
        copy.row(
          outOf: rows, inputRow: views[copy.operand].elements / rows, outputRow: output.elements / rows)?.piece
      }
      guard pieces.count == merged.count else { continue }
      return ViewedMovement(
        movement: Movement(isRowwise: true, fill: fill, pieces: pieces), inputs: views.dropLast(),
        output: views[inputs.count])
    }
    return ViewedMovement(
      movement: Movement(isRowwise: false, fill: fill, pieces: merged.map(\.piece)), inputs: inputs, output: output)
  }

  static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}

extension NetworkBuilder {
  /// Adds the layer that makes `output` from one or two tensors, or nothing where the output is a view of the first.
  ///
  /// The operands have the output's type. The shape of the output may become another view of it, and its values become
  /// those that can occur.
  ///
  /// - Returns: the tensor that holds the codes; nil where the movement takes more than `Rearrangement.mostPieces`.
  mutating func move(
    _ rearrangement: Rearrangement, from operands: [TensorID], to output: Tensor, source: String
  ) -> TensorID? {
    let shapes = operands.map { self[$0].shape }
    if rearrangement.isIdentity(of: output.shape.elements), shapes[0].elements == output.shape.elements,
      output.type.isView(output.shape, of: shapes[0])
    {
      return operands[0]
    }
    guard let found = rearrangement.movement(inputs: shapes, output: output.shape) else { return nil }
    var low = operands.map { self[$0].values.lowerBound }
    var high = operands.map { self[$0].values.upperBound }
    if rearrangement.copiedElements < output.shape.elements {
      low.append(rearrangement.fill)
      high.append(rearrangement.fill)
    }
    var tensor = output
    tensor.shape = found.output
    tensor.values = (low.min() ?? 0)...(high.max() ?? 0)
    let id = add(tensor)
    let inputs = zip(operands, found.inputs).map { Operand(tensor: $0, shape: $1) }
    add(.movement(found.movement), kind: "move", source: source, inputs: inputs, output: id)
    return id
  }

  /// Adds the layers that join tensors, at least one, along one dimension: two at a time, in a balanced tree.
  ///
  /// Each has its dimensions in the order of the file, which differ from those of the output's `box` in `axis` only.
  ///
  /// - Returns: the tensor that holds the codes; nil where a movement takes more than `Rearrangement.mostPieces`.
  mutating func concatenate(
    _ parts: [(tensor: TensorID, box: StridedBox)], axis: Int, to output: Tensor, box: StridedBox, source: String
  ) -> TensorID? {
    var parts = parts
    var level = 0
    while parts.count > 2 {
      level += 1
      var joined: [(tensor: TensorID, box: StridedBox)] = []
      for start in stride(from: 0, to: parts.count, by: 2) {
        guard start + 1 < parts.count else { joined.append(parts[start]); continue }
        let pair = Array(parts[start...start + 1])
        var sizes = pair[0].box.sizes
        sizes[axis] += pair[1].box.sizes[axis]
        let whole = box.packed(as: sizes)
        var tensor = output
        tensor.name = "\(output.name)_\(level)_\(start / 2)"
        tensor.shape = whole.shape
        tensor.origin = TensorOrigin(dimensions: whole.sizes, strides: whole.strides)
        guard let id = join(pair, axis, to: tensor, whole, source) else { return nil }
        joined.append((id, whole))
      }
      parts = joined
    }
    return join(parts, axis, to: output, box, source)
  }

  private mutating func join(
    _ parts: [(tensor: TensorID, box: StridedBox)], _ axis: Int, to output: Tensor, _ box: StridedBox,
    _ source: String
  ) -> TensorID? {
    var rearrangement = Rearrangement()
    var position = 0
    for (operand, part) in parts.enumerated() {
      rearrangement.copy(operand, from: part.box, to: box.offset(by: position, along: axis))
      position += part.box.sizes[axis]
    }
    return move(rearrangement, from: parts.map(\.tensor), to: output, source: source)
  }
}

extension StridedBox {
  /// The same loops, beginning further on.
  func offset(by steps: Int, along dimension: Int) -> StridedBox {
    var result = self
    result.offset += steps * strides[dimension]
    return result
  }
}
