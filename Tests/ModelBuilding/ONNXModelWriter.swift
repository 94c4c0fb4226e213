/// Writes ONNX files by the wire format alone, for models made by tests.
///
/// Numbers of fields: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
package struct ONNXModelWriter {
  /// The type of a tensor's elements, by its number in the format.
  package enum ElementType: Int, Sendable {
    case float32 = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
  }

  /// What is attached to a node.
  package enum Attribute: Sendable {
    case int(Int), float(Float), string(String), ints([Int]), floats([Float])
  }

  private var nodes: [UInt8] = []
  private var constants: [UInt8] = []
  private var inputs: [UInt8] = []
  private var outputs: [UInt8] = []
  private var domains: Set<String> = []

  package init() {}

  /// An input of a type and dimensions.
  package mutating func input(_ name: String, _ dimensions: [Int], _ type: ElementType = .float32) {
    inputs.append(field: 11, Self.value(name, dimensions, type))
  }

  /// An output, of whatever type and dimensions its producer gives it.
  package mutating func output(_ name: String) {
    outputs.append(field: 12, Array(field: 1, name))
  }

  /// A constant of integers.
  package mutating func constant(_ name: String, _ dimensions: [Int], _ type: ElementType, _ values: [Int]) {
    let bytes = values.flatMap { value -> [UInt8] in
      switch type {
      case .int8, .uint8: [UInt8(truncatingIfNeeded: value)]
      case .int32: (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      case .int64: (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      case .float32: Self.bytes(Float(value))
      }
    }
    constants.append(field: 5, Self.tensor(name, dimensions, type, bytes))
  }

  /// A constant of float32 numbers.
  package mutating func constant(_ name: String, _ dimensions: [Int], floats: [Float]) {
    constants.append(field: 5, Self.tensor(name, dimensions, .float32, floats.flatMap(Self.bytes)))
  }

  /// A node named after its first output.
  package mutating func node(
    _ op: String, _ inputs: [String], _ outputs: [String], _ attributes: [String: Attribute] = [:],
    domain: String = ""
  ) {
    var node: [UInt8] = []
    for input in inputs { node += Array(field: 1, input) }
    for output in outputs { node += Array(field: 2, output) }
    node += Array(field: 3, "node_\(outputs.first ?? "")")
    node += Array(field: 4, op)
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      node.append(field: 5, Self.attribute(name, attribute))
    }
    if !domain.isEmpty { node += Array(field: 7, domain) }
    domains.insert(domain)
    nodes.append(field: 1, node)
  }

  /// The file.
  package var bytes: [UInt8] {
    let graph = nodes + Array(field: 2, "graph") + constants + inputs + outputs
    var model: [UInt8] = []
    model.append(field: 1, number: 8)
    model += Array(field: 2, "ModelBuilding")
    model.append(field: 7, graph)
    for domain in domains.union([""]).sorted() {
      var opset = domain.isEmpty ? [] : Array(field: 1, domain)
      opset.append(field: 2, number: domain.isEmpty ? 17 : 1)
      model.append(field: 8, opset)
    }
    return model
  }

  // MARK: Parts

  private static func bytes(_ number: Float) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
  }

  private static func tensor(
    _ name: String, _ dimensions: [Int], _ type: ElementType, _ data: [UInt8]
  ) -> [UInt8] {
    var tensor: [UInt8] = []
    for dimension in dimensions { tensor.append(field: 1, number: dimension) }
    tensor.append(field: 2, number: type.rawValue)
    tensor += Array(field: 8, name)
    tensor.append(field: 9, data)
    return tensor
  }

  private static func value(_ name: String, _ dimensions: [Int], _ type: ElementType) -> [UInt8] {
    var shape: [UInt8] = []
    for dimension in dimensions {
      var size: [UInt8] = []
      size.append(field: 1, number: dimension)
      shape.append(field: 1, size)
    }
    var tensor: [UInt8] = []
    tensor.append(field: 1, number: type.rawValue)
    tensor.append(field: 2, shape)
    var kind: [UInt8] = []
    kind.append(field: 1, tensor)
    var value = Array(field: 1, name)
    value.append(field: 2, kind)
    return value
  }

  private static func attribute(_ name: String, _ value: Attribute) -> [UInt8] {
    var attribute = Array(field: 1, name)
    let type: Int
    switch value {
    case .float(let number):
      type = 1
      attribute.append(field: 2, number)
    case .int(let number):
      type = 2
      attribute.append(field: 3, number: number)
    case .string(let text):
      type = 3
      attribute += Array(field: 4, text)
    case .floats(let numbers):
      type = 6
      for number in numbers { attribute.append(field: 7, number) }
    case .ints(let numbers):
      type = 7
      for number in numbers { attribute.append(field: 8, number: number) }
    }
    attribute.append(field: 20, number: type)
    return attribute
  }
}

/// Fields of a message. Source: https://protobuf.dev/programming-guides/encoding
extension [UInt8] {
  fileprivate init(field: Int, _ text: String) {
    self = []
    append(field: field, Array(text.utf8))
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  fileprivate mutating func append(field: Int, number: Int) {
    append(varint: UInt64(field) << 3)
    append(varint: UInt64(bitPattern: Int64(number)))
  }

  fileprivate mutating func append(field: Int, _ bytes: [UInt8]) {
    append(varint: UInt64(field) << 3 | 2)
    append(varint: UInt64(bytes.count))
    self += bytes
  }

  fileprivate mutating func append(field: Int, _ number: Float) {
    append(varint: UInt64(field) << 3 | 5)
    for index in 0..<4 { append(UInt8(truncatingIfNeeded: number.bitPattern >> (8 * index))) }
  }
}
