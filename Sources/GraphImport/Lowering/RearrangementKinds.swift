import NetworkIR

/// The movements that model files know by name, over dimensions in the order of the file.
///
/// All return nil where the sizes contradict each other or the movement takes more than `Rearrangement.mostPieces`.
extension Rearrangement {
  /// Dimension `k` of the output is dimension `order[k]` of the input, a permutation.
  static func transposition(_ input: StridedBox, order: [Int], to output: StridedBox) -> Rearrangement? {
    guard order.sorted() == Array(0..<input.rank) else { return nil }
    return alike(input.transposed(order), output)
  }

  /// Both boxes count through the same elements, the last dimension of the file fastest.
  static func reshape(_ input: StridedBox, to output: StridedBox) -> Rearrangement? {
    guard input.elements == output.elements else { return nil }
    var result = Rearrangement()
    guard let copies = ReshapeAlignment(input, output).copies else { return nil }
    result.append(copies)
    return result
  }

  /// Element `i` along each dimension is `begin[k] + i * step[k]` of the input; the output says how many.
  static func slice(_ input: StridedBox, begin: [Int], step: [Int], to output: StridedBox) -> Rearrangement? {
    guard input.rank == output.rank, begin.count == input.rank, step.count == input.rank else { return nil }
    for index in input.sizes.indices {
      let inside = 0..<input.sizes[index]
      guard inside.contains(begin[index]), abs(step[index]) <= NetworkLimit.mostElements,
        inside.contains(begin[index] + (output.sizes[index] - 1) * step[index])
      else { return nil }
    }
    let axes = input.sizes.indices.map { AxisSelection.slice(from: begin[$0], count: output.sizes[$0], step: step[$0]) }
    return selection(input, axes, to: output)
  }

  /// A border of one code around the input; negative widths cut off. What follows the input is as the output says.
  static func padding(_ input: StridedBox, before: [Int], fill: Int, to output: StridedBox) -> Rearrangement? {
    guard input.rank == output.rank, before.count == input.rank,
      before.allSatisfy({ abs($0) <= NetworkLimit.mostElements })
    else { return nil }
    let axes = input.sizes.indices.map { index in
      AxisSelection.padded(input.sizes[index], before: before[index], total: output.sizes[index])
    }
    return selection(input, axes, to: output, fill: fill)
  }

  /// A border that mirrors the input, with or without its outermost elements.
  static func mirrorPadding(
    _ input: StridedBox, before: [Int], repeatsEdge: Bool, to output: StridedBox
  ) -> Rearrangement? {
    guard input.rank == output.rank, before.count == input.rank else { return nil }
    var axes: [AxisSelection] = []
    for index in input.sizes.indices {
      guard before[index] <= output.sizes[index] else { return nil }
      let axis = AxisSelection.mirrored(
        input.sizes[index], before: before[index], after: output.sizes[index] - input.sizes[index] - before[index],
        repeatsEdge: repeatsEdge)
      guard let axis else { return nil }
      axes.append(axis)
    }
    return selection(input, axes, to: output)
  }

  /// Repeats the input so often that it fills the output, along each dimension.
  static func tiling(_ input: StridedBox, to output: StridedBox) -> Rearrangement? {
    let input = input.extended(to: output.rank)
    guard input.rank == output.rank,
      zip(input.sizes, output.sizes).allSatisfy({ $1.isMultiple(of: $0) })
    else { return nil }
    let axes = zip(input.sizes, output.sizes).map { AxisSelection.tiled($0, times: $1 / $0) }
    return selection(input, axes, to: output)
  }

  /// Repeats dimensions of size 1; missing ones count as 1, from the front.
  static func broadcast(_ input: StridedBox, to output: StridedBox) -> Rearrangement? {
    guard input.rank <= output.rank else { return nil }
    let wide = input.extended(to: output.rank)
    guard zip(wide.sizes, output.sizes).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    return tiling(wide, to: output)
  }

  /// Coordinates listed for some dimensions (nil: all), as gather and nearest neighbours need; all inside the input.
  static func gathering(_ input: StridedBox, _ lists: [[Int]?], to output: StridedBox) -> Rearrangement? {
    guard input.rank == output.rank, lists.count == input.rank else { return nil }
    var axes: [AxisSelection] = []
    for (index, list) in lists.enumerated() {
      guard let list else {
        guard input.sizes[index] == output.sizes[index] else { return nil }
        axes.append(.all(input.sizes[index]))
        continue
      }
      guard list.count == output.sizes[index], list.allSatisfy({ 0..<input.sizes[index] ~= $0 }),
        let axis = AxisSelection.list(list)
      else { return nil }
      axes.append(axis)
    }
    return selection(input, axes, to: output)
  }

  /// How depth to space numbers the channels of its input.
  enum ChannelOrder {
    /// Rows of the block, its columns, channels: TFLite, and ONNX's DCR.
    case blockFirst
    /// Channels, rows of the block, its columns: ONNX's CRD.
    case channelFirst
  }

  /// Channels of `(H, W, block.height * block.width * C)` become the positions of `(block.height * H, block.width * W, C)`.
  ///
  /// Both boxes have the dimensions height, width, channels, in this order.
  static func depthToSpace(
    _ input: StridedBox, block: Extent, order: ChannelOrder = .blockFirst, to output: StridedBox
  ) -> Rearrangement? {
    guard let (deep, wide) = blocks(deep: input, wide: output, block, order) else { return nil }
    return alike(deep, wide)
  }

  /// The inverse of `depthToSpace`.
  static func spaceToDepth(
    _ input: StridedBox, block: Extent, order: ChannelOrder = .blockFirst, to output: StridedBox
  ) -> Rearrangement? {
    guard let (deep, wide) = blocks(deep: output, wide: input, block, order) else { return nil }
    return alike(wide, deep)
  }

  /// As `depthToSpace` with the block's rows and columns in front of the channels of each group, but of any output size:
  /// position `y` of the output is position `y + before` of the whole; positions beyond the whole are filled.
  ///
  /// A transposed convolution of stride `block` is a convolution with `block.area * C` channels and this movement.
  /// Both boxes have the dimensions height, width, channels, in this order; `before` may be negative.
  static func interleave(
    _ input: StridedBox, block: Extent, groups: Int = 1, before: Extent, fill: Int = 0, to output: StridedBox
  ) -> Rearrangement? {
    guard input.rank == 3, output.rank == 3, block.height >= 1, block.width >= 1, groups >= 1,
      input.sizes[2] == block.area * output.sizes[2], output.sizes[2].isMultiple(of: groups),
      block.area <= mostPieces
    else { return nil }
    let channels = output.sizes[2] / groups
    // Height, width, group, row of the block, column of the block, channel.
    let deep = input.split(2, into: [groups, block.height, block.width, channels])
    let wide = output.split(2, into: [groups, channels])
    if before == Extent(height: 0, width: 0), output.sizes[0] == input.sizes[0] * block.height,
      output.sizes[1] == input.sizes[1] * block.width
    {
      return alike(
        deep.transposed([0, 3, 1, 4, 2, 5]),
        wide.split(1, into: [input.sizes[1], block.width]).split(0, into: [input.sizes[0], block.height]))
    }
    var result = Rearrangement(fill: fill)
    for row in 0..<block.height {
      for column in 0..<block.width {
        let phases = deep.offset(by: row, along: 3).offset(by: column, along: 4)
        let axes = [
          phase(row, of: block.height, input.sizes[0], before.height, output.sizes[0]),
          phase(column, of: block.width, input.sizes[1], before.width, output.sizes[1]), .all(groups), .all(channels),
        ]
        guard result.copy(from: phases.transposed([0, 1, 2, 5]), by: axes, to: wide) else { return nil }
      }
    }
    return result
  }

  /// Element `i` of the input stands at position `i * step + phase - before`, where the output has it.
  private static func phase(_ phase: Int, of step: Int, _ count: Int, _ before: Int, _ total: Int) -> AxisSelection {
    let start = phase - before
    let first = start >= 0 ? 0 : (-start + step - 1) / step
    let last = min(count, start >= total ? 0 : (total - start + step - 1) / step)
    guard first < last else { return AxisSelection(runs: []) }
    let loop = MovementLoop(size: last - first, input: 1, output: step)
    return AxisSelection(runs: [AxisSelection.Run(input: first, output: start + first * step, loops: [loop])])
  }

  private static func blocks(
    deep: StridedBox, wide: StridedBox, _ block: Extent, _ order: ChannelOrder
  ) -> (deep: StridedBox, wide: StridedBox)? {
    guard deep.rank == 3, wide.rank == 3, block.height >= 1, block.width >= 1 else { return nil }
    let (rows, columns, channels) = (deep.sizes[0], deep.sizes[1], wide.sizes[2])
    guard deep.sizes[2] == block.area * channels, wide.sizes[0] == rows * block.height,
      wide.sizes[1] == columns * block.width
    else { return nil }
    let split = wide.split(1, into: [columns, block.width]).split(0, into: [rows, block.height])
    // Dimensions of both: row, row of the block, column, column of the block, channel.
    return switch order {
    case .blockFirst:
      (deep.split(2, into: [block.height, block.width, channels]).transposed([0, 2, 1, 3, 4]), split)
    case .channelFirst:
      (deep.split(2, into: [channels, block.height, block.width]).transposed([0, 3, 1, 4, 2]), split)
    }
  }

  private static func alike(_ input: StridedBox, _ output: StridedBox) -> Rearrangement? {
    guard input.sizes == output.sizes else { return nil }
    var result = Rearrangement()
    result.copy(from: input, to: output)
    return result
  }

  private static func selection(
    _ input: StridedBox, _ axes: [AxisSelection], to output: StridedBox, fill: Int = 0
  ) -> Rearrangement? {
    var result = Rearrangement(fill: fill)
    return result.copy(from: input, by: axes, to: output) ? result : nil
  }
}
