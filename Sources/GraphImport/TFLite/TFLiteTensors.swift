import NetworkIR

extension TFLiteReader {
  /// The tensors of a subgraph, with names made unique and constants checked against their type and dimensions.
  mutating func tensors(
    of subgraph: FlatBuffer.Table, buffers: [[UInt8]]
  ) throws(TFLiteFileProblem) -> [GraphTensor] {
    guard let vector = try file.vector(0, of: subgraph, elementBytes: 4, named: "the tensors") else { return [] }
    var result: [GraphTensor] = []
    var taken: Set<String> = []
    for index in 0..<vector.count {
      let table = try file.table(index, in: vector, named: "tensor \(index)")
      var tensor = try tensor(index, table, buffers: buffers)
      tensor.name = Self.unique(tensor.name, index: index, taken: &taken)
      result.append(tensor)
    }
    return result
  }

  private mutating func tensor(
    _ index: Int, _ table: FlatBuffer.Table, buffers: [[UInt8]]
  ) throws(TFLiteFileProblem) -> GraphTensor {
    let type: Int8 = try file.scalar(1, of: table, default: 0)
    let buffer: UInt32 = try file.scalar(2, of: table, default: 0)
    guard Int(buffer) < buffers.count else {
      throw .index(what: "the buffer of tensor \(index)", value: Int(buffer), count: buffers.count)
    }
    let data = buffers[Int(buffer)]
    let dimensions = try file.numbers(0, of: table, as: Int32.self, named: "the dimensions of tensor \(index)")
    let hasRank: UInt8 = try file.scalar(8, of: table, default: 0)
    var tensor = GraphTensor(
      name: try file.string(3, of: table, named: "the name of tensor \(index)") ?? "", index: index,
      type: Self.scalarType(Int(type)), dimensions: dimensions?.map { max(Int($0), -1) },
      data: data.isEmpty ? nil : data, quantization: try quantization(of: table, index: index))
    // A scalar may be written without dimensions.
    if tensor.dimensions == nil, !data.isEmpty || hasRank != 0 { tensor.dimensions = [] }
    let label = tensor.name.isEmpty ? "\(index)" : tensor.name
    try checkSize(tensor, label: label)
    if !data.isEmpty, try file.table(6, of: table, named: "the sparsity of tensor \(index)") != nil {
      problems.append(.sparse(tensor: label))
    }
    return tensor
  }

  private mutating func quantization(
    of table: FlatBuffer.Table, index: Int
  ) throws(TFLiteFileProblem) -> GraphQuantization? {
    let name = "the quantization of tensor \(index)"
    guard let parameters = try file.table(4, of: table, named: name),
      let scales = try file.numbers(2, of: parameters, as: UInt32.self, named: name), !scales.isEmpty
    else { return nil }
    let zeroPoints = try file.numbers(3, of: parameters, as: Int64.self, named: name) ?? []
    return GraphQuantization(
      scales: scales.map(Float.init(bitPattern:)), zeroPoints: zeroPoints.map(Int.init),
      dimension: Int(try file.scalar(6, of: parameters, default: Int32(0))))
  }

  /// Refuses element counts that no later computation could hold, and constants with too few or too many bytes.
  private mutating func checkSize(_ tensor: GraphTensor, label: String) throws(TFLiteFileProblem) {
    guard let dimensions = tensor.dimensions, !dimensions.contains(-1) else { return }
    var elements = 1
    for dimension in dimensions.sorted() {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= Int(Int32.max) else { throw .tooLarge(tensor: label, dimensions: dimensions) }
      elements = product
    }
    guard let data = tensor.data, let bits = Self.bits(tensor.type) else { return }
    let expected = (elements * bits + 7) / 8
    if data.count != expected {
      problems.append(.constantBytes(tensor: label, expected: expected, found: data.count))
    }
  }

  /// `name`, or where it is empty or taken a name with the tensor's number.
  private static func unique(_ name: String, index: Int, taken: inout Set<String>) -> String {
    var candidate = name.isEmpty ? "tensor_\(index)" : name
    while !taken.insert(candidate).inserted { candidate += "_\(index)" }
    return candidate
  }

  /// Bits of one stored element; nil where the number of bytes does not follow from the dimensions.
  private static func bits(_ type: GraphTensor.ScalarType) -> Int? {
    switch type {
    case .int2, .uint2: 2
    case .int4, .uint4: 4
    case .int8, .uint8, .bool: 8
    case .float16, .bfloat16, .int16, .uint16: 16
    case .float32, .int32, .uint32: 32
    case .float64, .int64, .uint64: 64
    case .string, .other: nil
    }
  }

  /// The schema's `TensorType`, in order; `.other` for types without a scalar of ours.
  private static func scalarType(_ number: Int) -> GraphTensor.ScalarType {
    let types: [GraphTensor.ScalarType] = [
      .float32, .float16, .int32, .uint8, .int64, .string, .bool, .int16, .other, .int8, .float64, .other, .uint64,
      .other, .other, .uint32, .uint16, .int4,
    ]
    return types.indices.contains(number) ? types[number] : .other
  }
}
