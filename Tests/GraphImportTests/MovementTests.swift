import NetworkIR
import Testing

@testable import GraphImport

/// Movements run piece by piece, and held against the coordinates that the operator's definition gives.
struct MovementTests {
  private typealias Source = (operand: Int, at: [Int])

  private static func nchw(_ c: Int, _ h: Int, _ w: Int) -> StridedBox {
    StridedBox(sizes: [1, c, h, w], strides: [0, 1, w * c, c])
  }

  private static func nhwc(_ h: Int, _ w: Int, _ c: Int) -> StridedBox { StridedBox(dense: [1, h, w, c]) }

  @Test(arguments: [2, 1])
  func `channels or rows are concatenated`(axis: Int) throws {
    let first = axis == 1 ? Self.nchw(2, 4, 3) : Self.nchw(3, 5, 3)
    let second = axis == 1 ? Self.nchw(3, 4, 3) : Self.nchw(3, 2, 3)
    let output = axis == 1 ? Self.nchw(5, 4, 3) : Self.nchw(3, 7, 3)
    var rearrangement = Rearrangement()
    let size = first.sizes[axis]
    rearrangement.copy(0, from: first, to: output)
    rearrangement.copy(1, from: second, to: output.offset(by: size, along: axis))
    let viewed = try expect(rearrangement, [first, second], output) { place in
      var at = place
      guard at[axis] >= size else { return (0, at) }
      at[axis] -= size
      return (1, at)
    }
    #expect(viewed.movement.isRowwise == (axis == 1))
  }

  @Test(arguments: [[0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2], [0, 1, 3, 2], [0, 3, 2, 1], [0, 2, 1, 3]])
  func `a transposition takes each dimension from where it was`(order: [Int]) throws {
    let input = Self.nhwc(3, 4, 5)
    let output = StridedBox(dense: order.map { input.sizes[$0] })
    let rearrangement = try #require(Rearrangement.transposition(input, order: order, to: output))
    try expect(rearrangement, [input], output) { place in
      var at = place
      for (dimension, source) in order.enumerated() { at[source] = place[dimension] }
      return (0, at)
    }
    #expect(rearrangement.isIdentity(of: 60) == (order == [0, 1, 2, 3]))
  }

  @Test
  func `a transposition of labels over one memory is no movement`() throws {
    let input = Self.nchw(5, 3, 4)
    let output = StridedBox(dense: [1, 3, 4, 5])
    let rearrangement = try #require(Rearrangement.transposition(input, order: [0, 2, 3, 1], to: output))
    #expect(rearrangement.isIdentity(of: 60))
  }

  @Test(arguments: [
    [1, 60], [1, 12, 5], [5, 12], [1, 5, 4, 3], [3, 20], [1, 2, 30], [4, 15], [10, 6], [1, 1, 60, 1], [15, 4],
  ])
  func `a reshape keeps the file's order, whatever the memory's`(sizes: [Int]) throws {
    for input in [Self.nchw(5, 3, 4), StridedBox(dense: [3, 4, 5]), Self.nchw(4, 5, 3)] {
      let output = StridedBox(dense: sizes)
      let rearrangement = try #require(Rearrangement.reshape(input, to: output))
      try expect(rearrangement, [input], output) { place in
        let flat = zip(place, sizes).reduce(0) { $0 * $1.1 + $1.0 }
        var rest = flat
        var at = input.sizes
        for (index, size) in input.sizes.enumerated().reversed() { (at[index], rest) = (rest % size, rest / size) }
        return (0, at)
      }
    }
  }

  @Test(arguments: [([0, 1, 0, 0], [1, 1, 1, 2]), ([0, 5, 3, 1], [1, -2, -1, 1]), ([0, 0, 2, 4], [1, 3, 1, -1])])
  func `a slice goes from where it begins, forwards or backwards`(begin: [Int], step: [Int]) throws {
    let input = Self.nhwc(6, 4, 5)
    let sizes = zip(input.sizes, zip(begin, step)).map { size, axis in
      axis.1 > 0 ? (size - axis.0 + axis.1 - 1) / axis.1 : axis.0 / -axis.1 + 1
    }
    let output = StridedBox(dense: sizes)
    let rearrangement = try #require(Rearrangement.slice(input, begin: begin, step: step, to: output))
    try expect(rearrangement, [input], output) { place in
      (0, zip(place, zip(begin, step)).map { $0 * $1.1 + $1.0 })
    }
  }

  @Test
  func `a slice that leaves its input is none`() {
    let input = StridedBox(dense: [4, 5])
    for (begin, step) in [([1, 0], [1, 1]), ([0, 0], [1, .max]), ([.max, 0], [1, 1]), ([0, -1], [1, 1])] {
      #expect(Rearrangement.slice(input, begin: begin, step: step, to: input) == nil)
    }
  }

  @Test(arguments: [([0, 1, 2, 0], [0, 0, 1, 0]), ([0, 0, 1, 0], [0, 0, 2, 1]), ([0, -1, 2, 0], [0, 2, -1, 0])])
  func `padding surrounds the input with one code, or cuts it`(before: [Int], after: [Int]) throws {
    let input = Self.nhwc(4, 5, 3)
    let output = StridedBox(dense: zip(input.sizes, zip(before, after)).map { $0 + $1.0 + $1.1 })
    let rearrangement = try #require(Rearrangement.padding(input, before: before, fill: -7, to: output))
    let viewed = try expect(rearrangement, [input], output, fill: -7) { place in
      let at = zip(place, before).map { $0 - $1 }
      return zip(at, input.sizes).allSatisfy { 0..<$1 ~= $0 } ? (0, at) : nil
    }
    #expect(viewed.movement.isRowwise == (before[1] == 0 && after[1] == 0))
  }

  @Test(arguments: [true, false])
  func `mirroring starts at or behind the edge`(repeatsEdge: Bool) throws {
    let input = Self.nhwc(4, 3, 2)
    let before = [0, 2, 1, 0]
    let output = Self.nhwc(4 + 2 + 3, 3 + 1 + 2, 2)
    let rearrangement = try #require(
      Rearrangement.mirrorPadding(input, before: before, repeatsEdge: repeatsEdge, to: output))
    try expect(rearrangement, [input], output) { place in
      let at = zip(zip(place, before), input.sizes).map { pair, size in
        let position = pair.0 - pair.1
        let edge = repeatsEdge ? 1 : 0
        if position < 0 { return -position - edge }
        return position < size ? position : 2 * (size - 1) - position + edge
      }
      return (0, at)
    }
    #expect(
      Rearrangement.mirrorPadding(input, before: [0, 5, 0, 0], repeatsEdge: repeatsEdge, to: Self.nhwc(9, 3, 2)) == nil)
  }

  @Test(arguments: [(4, 8), (4, 12), (4, 4), (10, 15), (7, 4), (5, 23), (1, 6), (96, 128)])
  func `nearest neighbours are found in any ratio`(size: Int, wanted: Int) throws {
    let list = (0..<wanted).map { $0 * size / wanted }
    let input = Self.nhwc(size, size, 3)
    let output = Self.nhwc(wanted, wanted, 3)
    let rearrangement = try #require(Rearrangement.gathering(input, [nil, list, list, nil], to: output))
    let viewed = try expect(rearrangement, [input], output) { (0, [0, list[$0[1]], list[$0[2]], $0[3]]) }
    let isInteger = wanted.isMultiple(of: size)
    #expect(viewed.movement.isRowwise == (isInteger && size > 1))
    if isInteger {
      #expect(viewed.movement.pieces.count == 1)
      #expect(viewed.output.height == size || size == 1)
    }
  }

  @Test(arguments: [[3, 1, 1, 0, 2], [0, 0, 0, 1], [4, 3, 2, 1, 0], [2]])
  func `a gather takes the coordinates that are listed`(list: [Int]) throws {
    let input = Self.nchw(5, 2, 3)
    let output = Self.nchw(list.count, 2, 3)
    let rearrangement = try #require(Rearrangement.gathering(input, [nil, list, nil, nil], to: output))
    try expect(rearrangement, [input], output) { (0, [0, list[$0[1]], $0[2], $0[3]]) }
    #expect(Rearrangement.gathering(input, [nil, [5], nil, nil], to: Self.nchw(1, 2, 3)) == nil)
  }

  @Test(arguments: [Extent(height: 2, width: 2), Extent(height: 3, width: 1), Extent(height: 1, width: 4)])
  func `depth becomes space and space depth, in both orders of channels`(block: Extent) throws {
    let (h, w, c) = (3, 2, 5)
    for order in [Rearrangement.ChannelOrder.blockFirst, .channelFirst] {
      let deep = StridedBox(dense: [h, w, c * block.area])
      let wide = StridedBox(dense: [h * block.height, w * block.width, c])
      func channel(_ y: Int, _ x: Int, _ c: Int) -> Int {
        let position = y % block.height * block.width + x % block.width
        return order == .blockFirst ? position * 5 + c : c * block.area + position
      }
      let there = try #require(Rearrangement.depthToSpace(deep, block: block, order: order, to: wide))
      let viewed = try expect(there, [deep], wide) { at in
        (0, [at[0] / block.height, at[1] / block.width, channel(at[0], at[1], at[2])])
      }
      #expect(viewed.movement.isRowwise && viewed.output.height == h)
      let back = try #require(Rearrangement.spaceToDepth(wide, block: block, order: order, to: deep))
      try expect(back, [wide], deep) { at in
        let position = order == .blockFirst ? at[2] / c : at[2] % block.area
        let y = at[0] * block.height + position / block.width
        let x = at[1] * block.width + position % block.width
        return (0, [y, x, order == .blockFirst ? at[2] % c : at[2] / block.area])
      }
    }
  }

  @Test(arguments: [(0, 0, 6, 6), (1, 0, 5, 6), (0, 1, 7, 4), (-1, 2, 8, 3), (2, 2, 1, 1)])
  func `phases are interleaved into an output of any size`(top: Int, left: Int, height: Int, width: Int) throws {
    let deep = StridedBox(dense: [3, 3, 4 * 2])
    let wide = StridedBox(dense: [height, width, 2])
    let rearrangement = try #require(
      Rearrangement.interleave(
        deep, block: Extent(height: 2, width: 2), before: Extent(height: top, width: left), fill: 9, to: wide))
    try expect(rearrangement, [deep], wide, fill: 9) { at in
      let (y, x) = (at[0] + top, at[1] + left)
      guard 0..<6 ~= y, 0..<6 ~= x else { return nil }
      return (0, [y / 2, x / 2, (y % 2 * 2 + x % 2) * 2 + at[2]])
    }
  }

  @Test
  func `dimensions of one are broadcast and whole tensors tiled`() throws {
    let input = StridedBox(dense: [4, 1, 3])
    let wide = StridedBox(dense: [2, 4, 5, 3])
    let broadcast = try #require(Rearrangement.broadcast(input, to: wide))
    try expect(broadcast, [input], wide) { (0, [$0[1], 0, $0[3]]) }
    let tiled = StridedBox(dense: [8, 2, 9])
    let tiling = try #require(Rearrangement.tiling(input, to: tiled))
    try expect(tiling, [input], tiled) { (0, [$0[0] % 4, 0, $0[2] % 3]) }
    #expect(Rearrangement.broadcast(StridedBox(dense: [2]), to: StridedBox(dense: [4])) == nil)
  }

  @Test
  func `more than six loops become several pieces`() throws {
    let sizes = [2, 3, 2, 3, 2, 3, 2]
    let input = StridedBox(dense: sizes)
    let order = [6, 5, 4, 3, 2, 1, 0]
    let output = StridedBox(dense: order.map { sizes[$0] })
    let rearrangement = try #require(Rearrangement.transposition(input, order: order, to: output))
    let viewed = try expect(rearrangement, [input], output) { (0, $0.reversed()) }
    #expect(viewed.movement.pieces.count == 2)
  }

  @Test
  func `many tensors are joined in a tree of two at a time`() throws {
    var builder = NetworkBuilder()
    func tensor(_ name: String, _ box: StridedBox) -> Tensor {
      Tensor(
        name: name, shape: box.shape, type: .int8, values: -3...4,
        origin: TensorOrigin(dimensions: box.sizes, strides: box.strides))
    }
    let parts = (1...5).map { size in
      let box = Self.nhwc(4, 3, size)
      return (tensor: builder.add(tensor("x\(size)", box)), box: box)
    }
    let output = Self.nhwc(4, 3, 15)
    let joined = builder.concatenate(parts, axis: 3, to: tensor("y", output), box: output, source: "node")
    let id = try #require(joined)
    var memory: [TensorID: [Int]] = [:]
    for (index, part) in parts.enumerated() {
      memory[part.tensor] = [Int](repeating: index + 1, count: 12 * (index + 1))
    }
    for layer in builder.layers {
      guard case .movement(let movement) = layer.operation else { continue }
      #expect(movement.isRowwise)
      let viewed = ViewedMovement(
        movement: movement, inputs: layer.inputs.map(\.shape), output: builder[layer.output].shape)
      memory[layer.output] = try run(viewed, try layer.inputs.map { try #require(memory[$0.tensor]) })
    }
    let pixel = (1...5).flatMap { [Int](repeating: $0, count: $0) }
    #expect(memory[id] == (0..<12).flatMap { _ in pixel })
    #expect(builder.layers.count == 4 && builder[id].values == -3...4)
    #expect(Set(builder.tensors.map(\.name)).count == builder.tensors.count)
  }
}

extension MovementTests {
  /// Runs the movement over numbered elements and compares with what `source` says about each coordinate.
  @discardableResult
  private func expect(
    _ rearrangement: Rearrangement, _ inputs: [StridedBox], _ output: StridedBox, fill: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation, source: ([Int]) -> Source?
  ) throws -> ViewedMovement {
    let viewed = try #require(
      rearrangement.movement(inputs: inputs.map(\.shape), output: output.shape), sourceLocation: sourceLocation)
    let operands = inputs.enumerated().map { index, box in (0..<box.elements).map { 1_000 * (index + 1) + $0 } }
    let memory = try run(viewed, operands)
    var wrong = 0
    for place in coordinates(output.sizes) {
      let expected = source(place).map { operands[$0.operand][offset(inputs[$0.operand], $0.at)] } ?? fill
      if memory[offset(output, place)] != expected { wrong += 1 }
    }
    #expect(wrong == 0, "of \(output.elements) elements", sourceLocation: sourceLocation)
    return viewed
  }

  private func coordinates(_ sizes: [Int]) -> [[Int]] {
    sizes.reduce([[]]) { places, size in places.flatMap { place in (0..<size).map { place + [$0] } } }
  }

  private func offset(_ box: StridedBox, _ place: [Int]) -> Int {
    zip(box.strides, place).reduce(box.offset) { $0 + $1.0 * $1.1 }
  }

  /// What the layer writes, as the doc comment of `Movement` defines it.
  private func run(_ viewed: ViewedMovement, _ operands: [[Int]]) throws -> [Int] {
    let movement = viewed.movement
    var output = [Int?](repeating: nil, count: viewed.output.elements)
    let rows = movement.isRowwise ? viewed.output.height : 1
    if movement.isRowwise { try #require(viewed.inputs.allSatisfy { $0.height == rows }) }
    let outputRow = output.count / rows
    for row in 0..<rows {
      for piece in movement.pieces {
        try #require(!piece.extents.isEmpty && piece.extents.count <= Movement.mostExtents)
        let inputRow = operands[piece.operand].count / rows
        for place in coordinates(piece.extents) {
          let from = zip(piece.inputStrides, place).reduce(piece.inputOffset) { $0 + $1.0 * $1.1 }
          let to = zip(piece.outputStrides, place).reduce(piece.outputOffset) { $0 + $1.0 * $1.1 }
          try #require(0..<inputRow ~= from && 0..<outputRow ~= to, "an element leaves its row")
          try #require(output[row * outputRow + to] == nil, "pieces overlap")
          output[row * outputRow + to] = operands[piece.operand][row * inputRow + from]
        }
      }
    }
    return output.map { $0 ?? movement.fill }
  }
}
