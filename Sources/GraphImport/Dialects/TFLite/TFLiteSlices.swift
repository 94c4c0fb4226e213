import NetworkIR

extension TFLiteOperator {
  /// SLICE: inputs 1 and 2 say where it begins and how many elements it has; -1 stands for all that are left.
  mutating func slice() {
    let begin = integers(1, "begin")
    let size = integers(2, "size")
    guard let input = input(), let output = output(), let begin, let size else { return }
    let rank = input.dimensions.count
    guard begin.values.count == rank, size.values.count == rank,
      zip(begin.values, input.dimensions).allSatisfy({ 0..<$1 ~= $0 })
    else {
      refuse(.consistentShapes, "begin \(begin.values) and size \(size.values) do not fit \(input.dimensions)")
      return
    }
    let sizes = input.dimensions.indices.map { index in
      size.values[index] == -1 ? input.dimensions[index] - begin.values[index] : size.values[index]
    }
    guard expects(output, sizes) else { return }
    let step = [Int](repeating: 1, count: rank)
    move(.slice(input.box, begin: begin.values, step: step, to: output.box), from: [input], to: output)
  }

  /// STRIDED_SLICE with all its masks.
  mutating func stridedSlice() {
    let numbers = ["begin", "end", "strides"].enumerated().map { integers($0 + 1, $1) }
    guard let input = input(), let output = output(), let begin = numbers[0], let end = numbers[1],
      let step = numbers[2]
    else { return }
    let slice = TFLiteStridedSlice(
      sizes: input.dimensions, begin: begin.values, end: end.values, step: step.values,
      attributes: node?.attributes ?? [:])
    guard let slice else {
      let found = "\(begin.values) to \(end.values) by \(step.values)"
      refuse(.consistentShapes, "\(found) takes nothing out of dimensions \(input.dimensions)")
      return
    }
    guard expects(output, slice.outputDimensions) else { return }
    let box = StridedBox(dense: slice.counts)
    move(.slice(input.box, begin: slice.begin, step: slice.step, to: box), from: [input], to: output)
  }

  /// GATHER with constant indices along one dimension.
  mutating func gather() {
    let indices = integers(1, "indices")
    let axis = int("axis")
    let batches = int("batch_dims")
    guard let input = input(), let output = output(), let indices, let batches,
      let axis = dimension(axis, of: input.dimensions.count)
    else { return }
    guard batches == 0 else {
      refuse(.constantParameters, "there are \(batches) batch dimensions, but 0 are needed")
      return
    }
    guard indices.values.allSatisfy({ 0..<input.dimensions[axis] ~= $0 }) else {
      refuse(.consistentShapes, "indices \(indices.values) leave a dimension of \(input.dimensions[axis])")
      return
    }
    let before = input.dimensions[..<axis]
    let behind = input.dimensions[(axis + 1)...]
    guard expects(output, before + indices.dimensions + behind) else { return }
    var lists = [[Int]?](repeating: nil, count: input.dimensions.count)
    lists[axis] = indices.values
    let box = StridedBox(dense: before + [indices.values.count] + behind)
    move(.gathering(input.box, lists, to: box), from: [input], to: output)
  }

  /// SPLIT: input 0 names the dimension, the outputs share it equally.
  mutating func split() {
    let axis = integers(0, "axis")
    guard let input = input(1), let axis, let axis = dimension(axis.values.first, of: input.dimensions.count) else {
      return
    }
    let count = max(node?.outputs.count ?? 1, 1)
    parts(of: input, along: axis, sizes: [Int](repeating: input.dimensions[axis] / count, count: count))
  }

  /// SPLIT_V: input 1 says the sizes, one of which may be -1; input 2 names the dimension.
  mutating func splitUnevenly() {
    let sizes = integers(1, "sizes")
    let axis = integers(2, "axis")
    guard let input = input(), let sizes, let axis,
      let axis = dimension(axis.values.first, of: input.dimensions.count)
    else { return }
    let limit = input.dimensions[axis]
    let known = sizes.values.filter { $0 != -1 }
    guard known.allSatisfy({ 0...limit ~= $0 }), known.count + 1 >= sizes.values.count else {
      refuse(.consistentShapes, "the sizes are \(sizes.values) of \(limit)")
      return
    }
    let rest = limit - known.reduce(0, +)
    parts(of: input, along: axis, sizes: sizes.values.map { $0 == -1 ? rest : $0 })
  }

  /// UNPACK: one output for each coordinate along a dimension, without it.
  mutating func unpack() {
    let axis = int("axis")
    guard let input = input(), let axis = dimension(axis, of: input.dimensions.count) else { return }
    let ones = [Int](repeating: 1, count: min(input.dimensions[axis], (node?.outputs.count ?? 0) + 1))
    parts(of: input, along: axis, sizes: ones, isDropped: true)
  }

  /// One output for each part along a dimension; the dimension is left out where it `isDropped`.
  private mutating func parts(of input: TFLiteActivation, along axis: Int, sizes: [Int], isDropped: Bool = false) {
    guard sizes.count == node?.outputs.count, sizes.reduce(0, +) == input.dimensions[axis] else {
      let found = "\(node?.outputs.count ?? 0) outputs of sizes \(sizes)"
      refuse(.consistentShapes, "\(found) do not share a dimension of \(input.dimensions[axis])")
      return
    }
    var begin = [Int](repeating: 0, count: input.dimensions.count)
    let step = begin.map { _ in 1 }
    for (position, size) in sizes.enumerated() {
      guard let output = output(position, of: sizes.count) else { return }
      var taken = input.dimensions
      taken[axis] = size
      var left = taken
      if isDropped { left.remove(at: axis) }
      guard expects(output, left) else { return }
      move(.slice(input.box, begin: begin, step: step, to: StridedBox(dense: taken)), from: [input], to: output)
      begin[axis] += size
    }
  }

  /// CONCATENATION along one dimension.
  mutating func concatenate() {
    let axis = int("axis")
    let activation = string("fused_activation_function")
    guard let output = output(), let activation, let axis = dimension(axis, of: output.dimensions.count) else {
      return
    }
    if activation != "NONE" { refuse(.fusedActivation, "the fused activation is \(activation)") }
    let inputs = (node?.inputs.indices ?? 0..<0).compactMap { input($0) }
    join(inputs.map { ($0, $0.dimensions) }, along: axis, to: output)
  }

  /// PACK: activations of one shape along a new dimension.
  mutating func pack() {
    let axis = int("axis")
    guard let output = output(), let axis = dimension(axis, of: output.dimensions.count) else { return }
    let inputs = (node?.inputs.indices ?? 0..<0).compactMap { input($0) }
    guard inputs.allSatisfy({ $0.dimensions.count + 1 == output.dimensions.count }) else {
      refuse(.consistentShapes, "the operands of \(output.dimensions) have dimensions \(inputs.map(\.dimensions))")
      return
    }
    join(inputs.map { ($0, $0.dimensions[..<axis] + [1] + $0.dimensions[axis...]) }, along: axis, to: output)
  }

  /// Joins activations, two at a time in a balanced tree; each has the dimensions of the output but for `axis`.
  private mutating func join(
    _ inputs: [(activation: TFLiteActivation, dimensions: [Int])], along axis: Int, to output: TFLiteActivation
  ) {
    guard inputs.count == node?.inputs.count, inputs.allSatisfy({ $0.dimensions.count == output.dimensions.count })
    else { return refuseParts(inputs.map(\.dimensions), output) }
    let total = inputs.reduce(0) { $0 + $1.dimensions[axis] }
    for (_, dimensions) in inputs {
      var whole = dimensions
      whole[axis] = total
      guard whole == output.dimensions else { return refuseParts(inputs.map(\.dimensions), output) }
    }
    var parts: [(activation: TFLiteActivation, dimensions: [Int])] = []
    for (activation, dimensions) in inputs {
      guard let part = withQuantization(activation, of: output) else { return }
      parts.append((part, dimensions))
    }
    var level = 0
    while parts.count > 2 {
      level += 1
      var joined: [(activation: TFLiteActivation, dimensions: [Int])] = []
      for start in stride(from: 0, to: parts.count, by: 2) {
        guard start + 1 < parts.count else { joined.append(parts[start]); continue }
        var dimensions = parts[start].dimensions
        dimensions[axis] += parts[start + 1].dimensions[axis]
        let whole = intermediate("part \(level).\(start / 2)", like: output, dimensions: dimensions)
        joinPair(Array(parts[start...start + 1]), along: axis, to: whole)
        joined.append((whole, dimensions))
      }
      parts = joined
    }
    joinPair(parts, along: axis, to: output)
  }

  private mutating func refuseParts(_ dimensions: [[Int]], _ output: TFLiteActivation) {
    refuse(.consistentShapes, "operands of dimensions \(dimensions) do not join to \(output.dimensions)")
  }

  private mutating func joinPair(
    _ parts: [(activation: TFLiteActivation, dimensions: [Int])], along axis: Int, to output: TFLiteActivation
  ) {
    var rearrangement = Rearrangement()
    var position = 0
    for (operand, part) in parts.enumerated() {
      let place = output.box.offset(by: position, along: axis)
      rearrangement.copy(operand, from: StridedBox(dense: part.dimensions), to: place)
      position += part.dimensions[axis]
    }
    move(rearrangement, from: parts.map(\.activation), to: output)
  }
}
