/// Integers that a file writes down as a constant, or computes from constants and shapes: sizes, axes, paddings.
///
/// Converters leave the arithmetic on shapes of a dynamic batch in the file (SHAPE, STRIDED_SLICE, PACK); it is done here.
struct TFLiteIntegers: Equatable {
  /// Empty for a single number.
  var dimensions: [Int]
  /// The last dimension fastest.
  var values: [Int]

  /// The most numbers that a parameter has; a file that asks for more is not computing shapes.
  static let mostValues = 1 << 16

  init(dimensions: [Int], values: [Int]) {
    self.dimensions = dimensions
    self.values = values
  }

  /// The value of a tensor of the graph, or nil where it depends on data or is no tensor of integers.
  init?(_ name: String, in graph: Graph) {
    if let tensor = graph.tensors[name], tensor.data != nil {
      self.init(tensor)
      return
    }
    var evaluation = TFLiteShapeArithmetic(graph: graph, producers: graph.producers())
    guard let found = evaluation.value(of: name) else { return nil }
    self = found
  }

  /// The numbers of a constant; nil for other types than int32 and int64, or other counts than the dimensions'.
  init?(_ tensor: GraphTensor) {
    guard let data = tensor.data, let dimensions = tensor.dimensions, dimensions.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    let width: Int
    switch tensor.type {
    case .int32: width = 4
    case .int64: width = 8
    default: return nil
    }
    guard data.count <= width * Self.mostValues, data.count.isMultiple(of: width),
      data.count / width == dimensions.reduce(1, *)
    else { return nil }
    let values = stride(from: 0, to: data.count, by: width).map { start in
      let bits = (0..<width).reduce(UInt64(0)) { $0 | UInt64(data[start + $1]) << UInt64(8 * $1) }
      return width == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(truncatingIfNeeded: bits)
    }
    self.init(dimensions: dimensions, values: values)
  }
}

/// Evaluates operators on constants and shapes, within a bound on their number.
private struct TFLiteShapeArithmetic {
  let graph: Graph
  let producers: [String: Int]
  /// Operators that may still be evaluated: a hostile file can refer to one over and over.
  private var steps = 256
  private var depth = 0

  init(graph: Graph, producers: [String: Int]) {
    self.graph = graph
    self.producers = producers
  }

  mutating func value(of name: String) -> TFLiteIntegers? {
    guard let tensor = graph.tensors[name] else { return nil }
    if tensor.data != nil { return TFLiteIntegers(tensor) }
    guard let index = producers[name], steps > 0, depth < 32 else { return nil }
    steps -= 1
    depth += 1
    defer { depth -= 1 }
    let node = graph.nodes[index]
    guard node.outputs == [name], let result = value(of: node), result.values.count <= TFLiteIntegers.mostValues,
      result.values.count == result.dimensions.reduce(1, *)
    else { return nil }
    return result
  }

  private mutating func value(of node: GraphNode) -> TFLiteIntegers? {
    if node.op == "SHAPE" {
      guard let dimensions = node.inputs.first.flatMap({ graph.tensors[$0]?.dimensions }),
        dimensions.allSatisfy({ $0 >= 1 })
      else { return nil }
      return TFLiteIntegers(dimensions: [dimensions.count], values: dimensions)
    }
    var operands: [TFLiteIntegers] = []
    for input in node.inputs {
      guard let operand = value(of: input) else { return nil }
      operands.append(operand)
    }
    guard let first = operands.first else { return nil }
    switch node.op {
    case "CAST", "SQUEEZE", "RESHAPE", "EXPAND_DIMS": return reshaped(first, node)
    case "PACK", "CONCATENATION": return joined(operands, isPacked: node.op == "PACK")
    case "GATHER": return operands.count == 2 ? gathered(first, operands[1]) : nil
    case "STRIDED_SLICE": return sliced(operands, node)
    case "REDUCE_PROD": return product(first)
    default: return operands.count == 2 ? combined(first, operands[1], node.op) : nil
    }
  }

  /// The same numbers under the dimensions that the file gives to the output.
  private func reshaped(_ value: TFLiteIntegers, _ node: GraphNode) -> TFLiteIntegers? {
    guard let output = graph.tensors[node.outputs[0]], [.int32, .int64].contains(output.type),
      let dimensions = output.dimensions
    else { return nil }
    return TFLiteIntegers(dimensions: dimensions, values: value.values)
  }

  private func joined(_ operands: [TFLiteIntegers], isPacked: Bool) -> TFLiteIntegers? {
    guard operands.allSatisfy({ $0.dimensions.count == (isPacked ? 0 : 1) }) else { return nil }
    let values = operands.flatMap(\.values)
    return TFLiteIntegers(dimensions: [values.count], values: values)
  }

  private func gathered(_ list: TFLiteIntegers, _ indices: TFLiteIntegers) -> TFLiteIntegers? {
    guard list.dimensions.count == 1, indices.values.allSatisfy(list.values.indices.contains) else { return nil }
    return TFLiteIntegers(dimensions: indices.dimensions, values: indices.values.map { list.values[$0] })
  }

  private func sliced(_ operands: [TFLiteIntegers], _ node: GraphNode) -> TFLiteIntegers? {
    guard operands.count == 4, operands[0].dimensions.count == 1,
      let slice = TFLiteStridedSlice(
        sizes: operands[0].dimensions, begin: operands[1].values, end: operands[2].values, step: operands[3].values,
        attributes: node.attributes)
    else { return nil }
    let values = (0..<slice.counts[0]).map { operands[0].values[slice.begin[0] + $0 * slice.step[0]] }
    return TFLiteIntegers(dimensions: slice.outputDimensions, values: values)
  }

  private func product(_ value: TFLiteIntegers) -> TFLiteIntegers? {
    var result = 1
    for factor in value.values {
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      result = product
    }
    return value.dimensions.count == 1 ? TFLiteIntegers(dimensions: [], values: [result]) : nil
  }

  /// Number by number, one side perhaps a single number.
  private func combined(_ left: TFLiteIntegers, _ right: TFLiteIntegers, _ op: String) -> TFLiteIntegers? {
    guard left.dimensions == right.dimensions || left.dimensions.isEmpty || right.dimensions.isEmpty else { return nil }
    let wide = left.dimensions.isEmpty ? right : left
    var values: [Int] = []
    for index in wide.values.indices {
      let a = left.values[left.dimensions.isEmpty ? 0 : index]
      let b = right.values[right.dimensions.isEmpty ? 0 : index]
      guard let value = Self.number(a, b, op) else { return nil }
      values.append(value)
    }
    return TFLiteIntegers(dimensions: wide.dimensions, values: values)
  }

  private static func number(_ a: Int, _ b: Int, _ op: String) -> Int? {
    let result: (partialValue: Int, overflow: Bool)
    switch op {
    case "ADD": result = a.addingReportingOverflow(b)
    case "SUB": result = a.subtractingReportingOverflow(b)
    case "MUL": result = a.multipliedReportingOverflow(by: b)
    case "DIV": result = a.dividedReportingOverflow(by: b)
    case "FLOOR_DIV":
      result = a.dividedReportingOverflow(by: b)
      if !result.overflow, a % b != 0, (a < 0) != (b < 0) { return result.partialValue - 1 }
    case "MAXIMUM": return max(a, b)
    case "MINIMUM": return min(a, b)
    default: return nil
    }
    return result.overflow ? nil : result.partialValue
  }
}

/// STRIDED_SLICE with its masks worked out, one entry for each dimension of the input.
///
/// Source: StartForAxis and StopForAxis of tensorflow/lite/kernels/internal/strided_slice_logic.h.
struct TFLiteStridedSlice {
  var begin: [Int] = []
  var step: [Int] = []
  /// Elements along each dimension of the input, at least 1.
  var counts: [Int] = []
  /// Without the dimensions that the slice drops, with those that it adds.
  var outputDimensions: [Int] = []

  /// - Returns: nil where the numbers contradict each other or nothing is left.
  init?(sizes: [Int], begin: [Int], end: [Int], step: [Int], attributes: [String: GraphAttribute]) {
    func mask(_ name: String) -> Int {
      if case .int(let value)? = attributes[name] { value } else { 0 }
    }
    func isSet(_ name: String, _ position: Int) -> Bool { position < 32 && mask(name) >> position & 1 != 0 }
    guard begin.count == end.count, begin.count == step.count, begin.count <= 32 else { return nil }
    let named = begin.indices.filter { !isSet("ellipsis_mask", $0) && !isSet("new_axis_mask", $0) }.count
    guard named <= sizes.count else { return nil }
    let hasEllipsis = begin.indices.contains { isSet("ellipsis_mask", $0) }
    for position in begin.indices {
      if isSet("ellipsis_mask", position) {
        for _ in 0..<(sizes.count - named) { guard add(all: sizes) else { return nil } }
      } else if isSet("new_axis_mask", position) {
        outputDimensions.append(1)
      } else {
        let size = sizes.count > counts.count ? sizes[counts.count] : 0
        let last = mask("offset") != 0 ? begin[position].addingReportingOverflow(end[position]) : (end[position], false)
        guard size >= 1, !last.1,
          add(
            size: size, begin: isSet("begin_mask", position) ? nil : begin[position],
            end: isSet("end_mask", position) ? nil : last.0, step: step[position],
            isDropped: isSet("shrink_axis_mask", position))
        else { return nil }
      }
    }
    while !hasEllipsis && counts.count < sizes.count { guard add(all: sizes) else { return nil } }
    guard counts.count == sizes.count else { return nil }
  }

  private mutating func add(all sizes: [Int]) -> Bool {
    guard counts.count < sizes.count else { return false }
    return add(size: sizes[counts.count], begin: nil, end: nil, step: 1, isDropped: false)
  }

  private mutating func add(size: Int, begin: Int?, end: Int?, step: Int, isDropped: Bool) -> Bool {
    guard step != 0, abs(step.clampedToInt32) < Int(Int32.max) else { return false }
    let bounds = step > 0 ? 0...size : -1...size - 1
    func position(_ value: Int?, _ fallback: Int) -> Int {
      guard let value = value?.clampedToInt32 else { return fallback }
      return min(max(value < 0 ? value + size : value, bounds.lowerBound), bounds.upperBound)
    }
    let first = position(begin, step > 0 ? 0 : size - 1)
    if isDropped {
      guard 0..<size ~= first else { return false }
      self.begin.append(first)
      self.step.append(1)
      counts.append(1)
      return true
    }
    let last = position(end, step > 0 ? size : -1)
    let count = step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step
    guard count >= 1 else { return false }
    self.begin.append(first)
    self.step.append(step)
    counts.append(count)
    outputDimensions.append(count)
    return true
  }
}

extension Int {
  /// The nearest number of 32 bits, as a file stores them.
  fileprivate var clampedToInt32: Int { Int(Int32(clamping: self)) }
}
