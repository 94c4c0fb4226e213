import NetworkIR

extension TFLiteSupport {
  /// Operators that move codes and leave them as they are.
  static let movements = [
    move("PAD", "movement, or the padding of the convolution behind it") { $0.pad() },
    move("PADV2", "movement, or the padding of the convolution behind it") { $0.pad() },
    move("MIRROR_PAD", "movement") { $0.mirrorPad() },
    move("TRANSPOSE", "movement") { $0.transpose() },
    move("RESIZE_NEAREST_NEIGHBOR", "movement") { $0.resizeNearest() },
    move("DEPTH_TO_SPACE", "movement") { $0.depthToSpace() },
    move("SPACE_TO_DEPTH", "movement") { $0.spaceToDepth() },
    move("TILE", "movement") { $0.tile() },
    move("BROADCAST_TO", "movement") { $0.broadcastTo() },
    move("REVERSE_V2", "movement") { $0.reverse() },
    move("SLICE", "movement") { $0.slice() },
    move("STRIDED_SLICE", "movement") { $0.stridedSlice() },
    move("GATHER", "movement") { $0.gather() },
    move("SPLIT_V", "one movement for each output") { $0.splitUnevenly() },
    move("UNPACK", "one movement for each output") { $0.unpack() },
    move("SPLIT", "one movement for each output", dataInputs: 2) { $0.split() },
    move("CONCATENATION", "movements of two operands each", dataInputs: nil) { $0.concatenate() },
    move("PACK", "movements of two operands each", dataInputs: nil) { $0.pack() },
  ]

  private static func move(
    _ name: String, _ layer: String, dataInputs: Int? = 1,
    lower: @escaping @Sendable (inout TFLiteOperator) -> Void
  ) -> TFLiteSupport {
    TFLiteSupport(
      name, layer, limits: [.constantParameters, .movement], dataInputs: dataInputs, isModelledForXNNPACK: true,
      lower: lower)
  }
}

extension TFLiteOperator {
  /// Emits a movement, or a view where no code moves; a rearrangement that could not be made is refused.
  mutating func move(
    _ rearrangement: Rearrangement?, from operands: [TFLiteActivation], to output: TFLiteActivation
  ) {
    guard problems.isEmpty else { return }
    if let type = operands.first(where: { $0.type != output.type })?.type {
      refuse(.consistentShapes, "the input is \(type.rawValue), the output \(output.type.rawValue)")
      return
    }
    guard let rearrangement, let viewed = rearrangement.movement(inputs: operands.map(\.shape), output: output.shape)
    else {
      let from = operands.map { "\($0.dimensions)" }.joined(separator: " and ")
      refuse(.movement, "dimensions \(from) do not become \(output.dimensions) in so few pieces")
      return
    }
    if rearrangement.isIdentity(of: output.elements), operands[0].elements == output.elements {
      emit(.view(of: operands[0].name, as: output))
      return
    }
    var ranges = operands.map { codes(of: $0) }
    if rearrangement.copiedElements < output.elements { ranges.append(rearrangement.fill...rearrangement.fill) }
    let low = ranges.map(\.lowerBound).min() ?? 0
    let high = ranges.map(\.upperBound).max() ?? 0
    let inputs = zip(operands, viewed.inputs).map { (name: $0.name, shape: $1) }
    emit(
      TFLiteLayer(
        operation: .movement(viewed.movement), kind: "move", inputs: inputs, output: output,
        outputShape: viewed.output, values: low...high))
  }

  /// Codes that can occur in an input, or in an activation that this operator emitted.
  func codes(of activation: TFLiteActivation) -> ClosedRange<Int> {
    for case .layer(let layer) in emissions.reversed() where layer.output.name == activation.name {
      return layer.values
    }
    let position = node?.inputs.firstIndex(of: activation.name) ?? 0
    return node?.inputs.contains(activation.name) == true ? values(position, of: activation) : activation.type.range
  }

  /// An input of integers that the file writes down, or that follow from shapes.
  mutating func integers(_ position: Int, _ purpose: String) -> TFLiteIntegers? {
    guard let name = inputName(position) else {
      refuse(.operands, "input \(position), the \(purpose), is missing; there are \(node?.inputs.count ?? 0) inputs")
      return nil
    }
    guard let found = TFLiteIntegers(name, in: graph) else {
      refuse(.constantParameters, "the \(purpose), '\(name)', depends on data or is no int32 or int64")
      return nil
    }
    return found
  }

  /// A number of a dimension, counted from the back where it is negative.
  mutating func dimension(_ number: Int?, of rank: Int) -> Int? {
    guard let number else { return nil }
    guard -rank..<rank ~= number else {
      refuse(.consistentShapes, "dimension \(number) is none of \(rank)")
      return nil
    }
    return number < 0 ? number + rank : number
  }

  /// Whether the output has the dimensions that the operator gives it.
  mutating func expects(_ output: TFLiteActivation, _ dimensions: [Int]) -> Bool {
    guard output.dimensions == dimensions else {
      refuse(.consistentShapes, "the output has dimensions \(output.dimensions), but \(dimensions) follow")
      return false
    }
    return true
  }

  /// TRANSPOSE: input 1 is the order.
  mutating func transpose() {
    let order = integers(1, "order")
    guard let input = input(), let output = output(), let order else { return }
    guard order.values.sorted() == Array(input.dimensions.indices),
      output.dimensions == order.values.map({ input.dimensions[$0] })
    else {
      refuse(.consistentShapes, "\(input.dimensions) in order \(order.values) is not \(output.dimensions)")
      return
    }
    move(.transposition(input.box, order: order.values, to: output.box), from: [input], to: output)
  }

  /// RESIZE_NEAREST_NEIGHBOR; positions are found in float32. Source: GetNearestNeighbor of
  /// tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h.
  mutating func resizeNearest() {
    let alignCorners = int("align_corners")
    let halfPixels = int("half_pixel_centers")
    guard let input = input(), let output = output(), let alignCorners, let halfPixels, let from = map(input),
      let to = map(output)
    else { return }
    func list(_ size: Int, _ wanted: Int) -> [Int] {
      let scale =
        alignCorners != 0 && wanted > 1 ? Float(size - 1) / Float(wanted - 1) : Float(size) / Float(wanted)
      return (0..<min(wanted, AxisSelection.longestList + 1)).map { place in
        let position = (Float(place) + (halfPixels != 0 ? 0.5 : 0)) * scale
        let rounded = alignCorners != 0 ? position.rounded(.toNearestOrAwayFromZero) : position.rounded(.down)
        return min(max(Int(rounded), 0), size - 1)
      }
    }
    let lists = [nil, list(from.height, to.height), list(from.width, to.width), nil]
    move(.gathering(input.box, lists, to: output.box), from: [input], to: output)
  }

  /// DEPTH_TO_SPACE: the block's row and column stand in front of the channels.
  mutating func depthToSpace() {
    guard let (input, output, block) = blocks() else { return }
    move(.depthToSpace(input.mapBox, block: block, to: output.mapBox), from: [input], to: output)
  }

  /// SPACE_TO_DEPTH.
  mutating func spaceToDepth() {
    guard let (input, output, block) = blocks() else { return }
    move(.spaceToDepth(input.mapBox, block: block, to: output.mapBox), from: [input], to: output)
  }

  private mutating func blocks() -> (TFLiteActivation, TFLiteActivation, Extent)? {
    let block = int("block_size")
    guard let input = input(), let output = output(), let block, map(input) != nil, map(output) != nil else {
      return nil
    }
    guard 1...NetworkLimit.largestWindow ~= block else {
      refuse(.consistentShapes, "the block size is \(block)")
      return nil
    }
    return (input, output, Extent(height: block, width: block))
  }

  /// TILE: the output says how often.
  mutating func tile() {
    guard let input = input(), let output = output() else { return }
    guard input.dimensions.count == output.dimensions.count else {
      refuse(.consistentShapes, "the input has dimensions \(input.dimensions), the output \(output.dimensions)")
      return
    }
    move(.tiling(input.box, to: output.box), from: [input], to: output)
  }

  /// BROADCAST_TO: the output says the shape.
  mutating func broadcastTo() {
    guard let input = input(), let output = output() else { return }
    move(.broadcast(input.box, to: output.box), from: [input], to: output)
  }

  /// REVERSE_V2: input 1 names the dimensions.
  mutating func reverse() {
    let axes = integers(1, "axes")
    guard let input = input(), let output = output(), let axes, expects(output, input.dimensions) else { return }
    let reversed = axes.values.map { dimension($0, of: input.dimensions.count) }
    let begin = input.dimensions.indices.map { reversed.contains($0) ? input.dimensions[$0] - 1 : 0 }
    let step = input.dimensions.indices.map { reversed.contains($0) ? -1 : 1 }
    move(.slice(input.box, begin: begin, step: step, to: output.box), from: [input], to: output)
  }
}

extension TFLiteActivation {
  /// The elements in the dimensions of the file.
  var box: StridedBox { StridedBox(dense: dimensions) }
  /// The elements as height, width and channels, of an activation that is a map.
  var mapBox: StridedBox { StridedBox(dense: [shape.height, shape.width, shape.channels]) }
}
